"""The documentation of a table says what its contract says."""

from pathlib import Path

from data_quality.contract import Contract, load_contract, load_contracts
from data_quality.documentation import column_descriptions, columns_table, page, pages

PLAYS = Contract.model_validate(
    {
        "table": "clean/plays",
        "grain": "one row per play",
        "description": "Plays.",
        "columns": {
            "item_id": {"type": "varchar", "required": True, "pattern": "a|b", "description": "What."},
            "strength": {"type": "float", "min": 0, "max": 1, "severity": "warn", "description": "How much."},
            "title": {"type": "varchar", "description": "Its title."},
        },
        "key": ["item_id"],
        "rules": [{"rule": "expression", "name": "known", "sql": "title <> ''", "severity": "warn"}],
    }
)


def test_the_columns_table_has_a_row_per_column() -> None:
    assert columns_table(PLAYS).splitlines() == [
        "| column | type | promised | description |",
        "|---|---|---|---|",
        "| `item_id` | varchar | no null; text like a\\|b; item_id unique | What. |",
        "| `strength` | float | at least 0 and at most 1 (a warning) | How much. |",
        "| `title` | varchar |  | Its title. |",
    ]


def test_column_descriptions_carry_their_promises() -> None:
    assert column_descriptions(PLAYS)["strength"] == "How much. [at least 0 and at most 1 (a warning)]"
    assert column_descriptions(PLAYS)["title"] == "Its title."


def test_the_page_says_grain_key_and_rules() -> None:
    text = page(PLAYS)
    assert text.startswith("# clean/plays\n\nOne row per play. Plays.\n\n| column")
    assert "Key: `item_id`." in text
    assert "- known: `title <> ''` (a warning)" in text


def test_a_real_table_documents_every_column() -> None:
    contract = load_contract("clean/events")
    assert all(f"| `{column}` |" in page(contract) for column in contract.columns)


def test_the_page_says_what_holds_beyond_the_rows() -> None:
    text = (
        page(load_contract("raw/files"))
        + page(load_contract("raw/records"))
        + page(load_contract("joined/interactions"))
    )
    assert "- freshness of modified_at: the newest at most 7 days before the partition's last day (a warning)" in text
    assert "- volume: rows of a partition between 0.3 and 3 times the median of the 14 before it" in text
    assert "- references: platform, item_id known in clean/items (platform, item_id) (a warning)" in text


def test_the_committed_page_is_the_contracts() -> None:
    committed = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
    assert committed == pages(load_contracts().values()), "run `python -m data_quality.documentation > docs/tables.md`"
