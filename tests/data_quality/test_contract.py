"""Contracts: what a file may say, and what is refused with the file, the key and the fix."""

from pathlib import Path

import pyarrow as pa
import pytest

from data_quality.contract import Contract, contract_path, load_contract, load_contracts
from data_quality.yaml_model import YamlError

SMALL = """
table: clean/plays
grain: one row per play
description: Plays.
columns:
  person_id: {type: varchar, required: true, description: Who.}
  strength: {type: float, min: 0, max: 1, severity: warn, description: How much.}
key: [person_id]
rules:
  - {rule: rows, min: 1, severity: warn}
  - {rule: expression, name: no_dots, sql: "person_id <> '...'"}
"""


def written(folder: Path, text: str, name: str = "plays") -> Path:
    path = folder / "clean" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, found: str, in_place_of: str) -> str:
    path = written(folder, SMALL.replace(in_place_of, found))
    with pytest.raises(YamlError) as refused:
        load_contract("clean/plays", folder)
    assert str(path) in str(refused.value)
    return str(refused.value)


def test_a_contract_says_what_its_file_says(tmp_path: Path) -> None:
    written(tmp_path, SMALL)
    contract = load_contract("clean/plays", tmp_path)
    assert list(contract.columns) == ["person_id", "strength"]
    assert contract.columns["strength"].severity == "warn"
    assert contract.key == ("person_id",)
    assert [rule.rule for rule in contract.rules] == ["rows", "expression"]


def test_a_table_per_platform_has_one_contract() -> None:
    assert load_contract("clean/shop/events") == load_contract("clean/events")


def test_every_source_of_a_platform_lands_under_the_same_contract() -> None:
    assert load_contract("raw/shop/events").table == "raw/records"
    assert load_contract("raw/shop/tags").table == "raw/records"
    assert load_contract("raw/shop/rejected").table == "raw/rejected"
    assert load_contract("raw/shop/files").table == "raw/files"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    written(tmp_path, SMALL)
    load_contract("clean/plays", tmp_path)
    written(tmp_path, SMALL.replace("grain: one row per play", "grain: one row per play and person"))
    assert load_contract("clean/plays", tmp_path).grain == "one row per play and person"


def test_a_table_without_a_contract_is_told_where_to_write_one() -> None:
    with pytest.raises(FileNotFoundError, match=r"'clean/shop/nothing' has no contract; write .*clean/nothing.yaml"):
        contract_path("clean/shop/nothing")


@pytest.mark.parametrize("table", ["clean/../secrets", "Clean/events", "clean//events", "", "clean/shop;/events"])
def test_a_name_that_is_no_name_reaches_no_file(table: str) -> None:
    with pytest.raises(ValueError, match=r"\[a-z\]\[a-z0-9_\]\*"):
        load_contract(table)


def test_the_arrow_schema_has_the_contracts_types() -> None:
    contract = Contract.model_validate(
        {
            "table": "a/b",
            "grain": "one",
            "description": "d",
            "columns": {
                name: {"type": type_, "description": "d"}
                for name, type_ in {
                    "a": "varchar", "b": "boolean", "c": "smallint", "d": "integer", "e": "bigint", "f": "float",
                    "g": "double", "h": "date", "i": "timestamptz", "j": "varchar[]", "k": "float[]",
                }.items()
            },
        }
    )  # fmt: skip
    assert contract.arrow_schema() == pa.schema(
        [
            ("a", pa.string()), ("b", pa.bool_()), ("c", pa.int16()), ("d", pa.int32()), ("e", pa.int64()),
            ("f", pa.float32()), ("g", pa.float64()), ("h", pa.date32()), ("i", pa.timestamp("us", tz="UTC")),
            ("j", pa.list_(pa.string())), ("k", pa.list_(pa.float32())),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "in_place_of", "said"),
    [
        ("grains: one", "grain: one row per play", "grains: unknown key; remove it or use a known one (table, grain"),
        ("", "grain: one row per play", "grain: missing; add it"),
        ("nullable: true", "required: true", "columns.person_id.nullable: unknown key"),
        ("type: text", "type: varchar", "columns.person_id.type: found 'text'; use one of varchar, boolean"),
        ("severity: fatal", "severity: warn", "columns.strength.severity: found 'fatal'"),
        ("min: x", "min: 0", "columns.strength.min"),
        ("min: 2026-01-31", "min: 0", "min and max of a float must be numbers"),
        ("max: 3", "required: true", "min and max have no meaning for varchar; remove them"),
        ("pattern: x", "min: 0", "pattern needs the type varchar"),
        ("allowed: [yes, no]", "required: true", "every allowed value must be a varchar; quote words such as 'yes'"),
        ("description: Who, what", "description: Who.", "a text with a comma inside {} needs quotes"),
        ("key: [strength]", "key: [person_id]", "key: strength must be a column with `required: true`"),
        ("key: [item_id]", "key: [person_id]", "key: item_id must be a column with `required: true`"),
        ("  userID: {", "  person_id: {", "column 'userID' must match [a-z][a-z0-9_]*"),
        ("name: No dots", "name: no_dots", "rule 'No dots' must match [a-z][a-z0-9_]*"),
        ("name: range", "name: no_dots", "the names range are taken; rename the expressions"),
        ("rule: sql", "rule: rows", "rules.0: found"),
        ("table: clean/views", "table: clean/plays", "table: found 'clean/views', expected 'clean/plays'"),
        ("table: Clean/plays", "table: clean/plays", "must match [a-z][a-z0-9_]*"),
        ("grain: one\ngrain: two", "grain: one row per play", "the key grain (line 4) stands twice; keep one"),
        ("grain: [", "grain: one row per play", "cannot be read as YAML"),
        ("grain: !!python/name:os.system", "grain: one row per play", "cannot be read as YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_file_the_key_and_the_fix(
    tmp_path: Path, found: str, in_place_of: str, said: str
) -> None:
    assert in_place_of in SMALL
    assert said in refusal(tmp_path, found, in_place_of)


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "- a\n")
    with pytest.raises(YamlError, match="found list, expected keys and values"):
        load_contract("clean/plays", tmp_path)


def test_every_contract_of_the_project_loads_and_describes_itself() -> None:
    contracts = load_contracts()
    assert {"raw/records", "clean/events", "clean/quarantined", "joined/interactions"} <= set(contracts)
    for contract in contracts.values():
        assert contract.arrow_schema().names == list(contract.columns)
        assert contract.grain.startswith("one row per")
