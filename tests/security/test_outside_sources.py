"""What outside sources declare and say is data: no text of their files runs, none leads elsewhere."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from data_quality.yaml_model import YamlError
from tests.faults.test_bad_input_yaml import PAYLOADS, Path_, replaced, texts
from tests.platforms.test_outside import ARTICLES, GRAPH
from tests.worlds import SHOP, TODAY, land, lines, world
from xdrec_assets.embeddings.texts_in_use import documents
from xdrec_assets.knowledge.outside.sources import read_known
from xdrec_assets.knowledge.triples import distinct
from xdrec_assets.knowledge.triples_preview import triples_preview
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.shown import markdown_table

DECLARED = {"graph": yaml.safe_load(GRAPH), "articles": yaml.safe_load(ARTICLES)}
PLACES = [(name, path) for name, content in DECLARED.items() for path in texts(content)]
FACTS = '<http://e/a> <http://e/cast> "x"@en .\n<item:shop/1> <http://e/cast> <http://e/b> .\n'


def opened(home: Path, declared: dict[str, Any], facts: str = FACTS) -> Pipeline:
    yamls = {f"outside/{name}.yaml": yaml.safe_dump(content, sort_keys=False) for name, content in declared.items()}
    land(home / "platforms", yamls)
    landed = {
        "graph/a.nt.gz": facts,
        "graph/shop.link.gz": "item_id:token\tentity_id:token\n1\thttp://e/a\n",
        "articles.jsonl": lines({"about": {"name": "Tea"}, "body": "A drink."}),
    }
    return world(home, landed, {"shop": SHOP})


@pytest.mark.parametrize(
    ("name", "path"), PLACES, ids=lambda value: value if isinstance(value, str) else ".".join(map(str, value))
)
def test_a_hostile_text_is_refused_or_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, path: Path_
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for n, payload in enumerate(PAYLOADS):
        changed = {**DECLARED, name: replaced(DECLARED[name], path, payload)}
        refused = ""
        try:
            pipeline = opened(tmp_path / "homes" / str(n), changed)
            documents(pipeline, TODAY)
            assert all(read.balance for read in read_known(pipeline, TODAY).values())
        except YamlError as error:
            refused = str(error)
        except ValueError as error:
            refused = str(error)
            assert "found nothing at" in refused
        assert not refused or f"outside/{name}.yaml: " in refused
    assert list((tmp_path / "here").iterdir()) == []
    assert [found for found in tmp_path.rglob("*") if found.name.startswith("ran")] == []


def test_hostile_names_are_shown_as_text(tmp_path: Path) -> None:
    facts = '<http://e/![x](y)> <http://e/cast> "<img src=x onerror=alert(1)>|[a](javascript:b)" .\n'
    pipeline = opened(tmp_path, DECLARED, facts)
    found = distinct(read_known(pipeline, TODAY)["graph"].triples)
    items = found.slice(0, 0).select(["head", "relation", "tail"]).rename_columns(["platform", "item_id", "title"])
    shown = markdown_table(triples_preview(found, items), width=200)
    assert r"!\[x\](y)" in shown and "&lt;img" in shown and "<img" not in shown and r"\|\[a\]" in shown


def test_links_that_lead_out_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.nt.gz").write_bytes(b"secret")
    pipeline = opened(tmp_path / "home", DECLARED)
    landing = Path(pipeline.places.landing)
    (landing / "graph" / "b.nt.gz").symlink_to(tmp_path / "outside" / "secret.nt.gz")
    (landing / "graph" / "shop.link.gz").unlink()
    (landing / "graph" / "shop.link.gz").symlink_to(tmp_path / "outside" / "secret.nt.gz")
    read = read_known(pipeline, TODAY)["graph"]
    assert [rule for rule in read.quarantined["rule"].to_pylist() if "leads out" not in rule] == []
    assert read.quarantined.num_rows == 2 and "secret" not in str(read.quarantined["found"].to_pylist())


def test_a_bomb_is_left_off(tmp_path: Path) -> None:
    pipeline = opened(tmp_path, DECLARED, ("#" + "x" * 500_000 + "\n") * 60)
    read = read_known(pipeline, TODAY)["graph"]
    assert "as bombs do" in str(read.quarantined["rule"].to_pylist())
