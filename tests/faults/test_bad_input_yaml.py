"""No text of a platform folder's YAML files runs: it is refused by name, or it is data and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_quality.yaml_model import YamlError
from resources.user_key import UserKey
from tests.worlds import FIRST, ITEMS, LINKS, SETTINGS, SHOP, land, lines, world
from xdrec_assets.clean.cleaning import clean_table
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.raw.reading import read_source

MORE = """
    csv: {delimiter: ",", header: [user, item]}
    where: {site: shop}
    separator: "|"
    limits: {rows: 1000}
"""
RICH = (
    SHOP.replace("{view: 0.25, buy: 1, skip: 0}", "{view: 0.25, rate: {value: stars, of: most}}").replace(
        "event_id: id", "event_id: {constant: e1}"
    )
    + MORE
    + ITEMS
    + "    attributes: {brand: maker.name, kind: {constant: goods}}\n"
    + LINKS
)
PAYLOADS = [
    "'); drop table raw.lines; --",
    "x\"; attach 'ran' as ran; -- $(touch ran) `touch ran` {{7*7}}",
    "../../ran",
    "ran\u202e\x00",
    'ran\\"',
]
Path_ = tuple[Any, ...]


def texts(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The places of all texts: values by their path, keys that a person chooses with a last step of None."""
    if isinstance(node, str):
        yield path
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if path and path[-1] in ("where", "event_types", "sources", "columns", "attributes", "relations", "links"):
            yield (*path, key, None)
        yield from texts(child, (*path, key))


def replaced(node: Any, path: Path_, text: str) -> Any:
    """The content with one text replaced."""
    if not path:
        return text
    if path[1:] == (None,):
        return {text if key == path[0] else key: child for key, child in node.items()}
    if isinstance(node, list):
        return [replaced(child, path[1:], text) if at == path[0] else child for at, child in enumerate(node)]
    return {key: replaced(child, path[1:], text) if key == path[0] else child for key, child in node.items()}


PLACES = [("shop", path) for path in texts(yaml.safe_load(RICH))]
PLACES += [("settings", path) for path in texts(yaml.safe_load(SETTINGS))]


def run(pipeline: Pipeline) -> None:
    """Read and clean everything, in one session without publishing."""
    (platform,) = pipeline.folder.platforms
    days = pipeline.day_partitions()[:1]
    with pipeline.engine.session() as session:
        for table in platform.canonical_tables():
            session.drop("raw.records", "raw.read")
            read_source(session, pipeline.landing, pipeline.folder, platform, table, days)
            clean_table(session, pipeline.folder, platform, table, UserKey(b"k"), days)
            assert {"lines", "read", "records"} <= {
                name
                for (name,) in session.con.execute(
                    "select table_name from duckdb_tables() union all select view_name from duckdb_views()"
                ).fetchall()
            }


@pytest.mark.parametrize(
    ("file", "path"), PLACES, ids=lambda value: value if isinstance(value, str) else ".".join(map(str, value))
)
def test_a_hostile_text_is_refused_or_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, path: Path_
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    contents = {"shop": yaml.safe_load(RICH), "settings": yaml.safe_load(SETTINGS)}
    record = {"user": "u", "item": "i", "action": "view", "at": f"{FIRST}T12:00:00Z", "site": "shop", "sku": "i"}
    for n, payload in enumerate(PAYLOADS):
        changed = {name: yaml.safe_dump(content, sort_keys=False) for name, content in contents.items()}
        changed[file] = yaml.safe_dump(replaced(contents[file], path, payload), sort_keys=False)
        home = tmp_path / "homes" / str(n)
        landed = {f"shop/{kind}/{FIRST}.jsonl": lines(record, {payload: "x"}) for kind in ("events", "items", "links")}
        refused = ""
        try:
            run(world(home, landed, {"shop": changed["shop"]}, changed["settings"]))
        except YamlError as error:
            refused = str(error)
        assert not refused or refused.startswith(str(home / "platforms" / f"{file}.yaml"))
    assert list((tmp_path / "here").iterdir()) == []
    assert [found for found in tmp_path.rglob("*") if found.name.startswith("ran")] == []


FILES = [
    "/etc/passwd",
    "../x",
    "a/../../x",
    "file:///etc/passwd",
    "http://x/y",
    "s3://key:secret@bucket/x",
    "a\nb",
    "a\x00",
]


@pytest.mark.parametrize("files", FILES)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, files: str) -> None:
    shop = yaml.safe_load(SHOP)
    shop["sources"]["events"]["files"] = files
    land(tmp_path, {})
    with pytest.raises(YamlError, match=r"sources\.events\.files"):
        world(tmp_path, {}, {"shop": yaml.safe_dump(shop)})


@pytest.mark.parametrize("owner", ["team:$(touch ran)", "x@'); drop table x; --", "nobody", "team:", "<b>@x.org"])
def test_an_owner_is_a_team_or_an_address(tmp_path: Path, owner: str) -> None:
    with pytest.raises(YamlError, match=r"owner: found .*; an owner is team:name or an e-mail address"):
        world(tmp_path, {}, {"shop": yaml.safe_dump(yaml.safe_load(SHOP) | {"owner": owner})})


LAUGHS = "&a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"title{n}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(12)
)
YAML = {
    "a call": "!!python/object/apply:os.system ['touch ran']",
    "a name": "!!python/name:os.system",
    "an alias of itself": "&a [*a]",
    "a billion laughs": LAUGHS,
    "deep": "[" * 5_000,
}


@pytest.mark.parametrize("text", YAML.values(), ids=YAML)
def test_yaml_makes_no_objects_and_does_not_swell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(YamlError):
        world(tmp_path, {}, {"shop": SHOP.replace("title: Shop", f"title: {text}")})
    assert not (tmp_path / "ran").exists()
