"""Secrets show themselves nowhere: not in logs, events, metadata, errors, commits, files or reprs."""

import logging
from pathlib import Path

import dagster as dg
import pytest

from resources.settings import places
from resources.user_key import UserKey
from tests.worlds import ITEMS, LINKS, SHOP, event, lines, world
from xdrec_assets.definitions import definitions_of
from xdrec_assets.pipeline import Pipeline

USER_KEY = "correct horse battery staple"
STORE_KEY = "wJalrXUtnFEMI-not-a-real-key"
LOGS = {
    "shop/events/2026-01-05.jsonl": lines(event("u1", "i1", "2026-01-05T10:00:00Z", stars="many")),
    "shop/items/2026-01-05.jsonl": lines({"sku": "i1", "name": "Cup"}),
    "shop/links/2026-01-05.jsonl": lines({"member": "u1", "platform": "shop", "id": "u2"}),
}
# What a step that has the key in its hands may fail with: an error of the engine, in the middle of a query.
FAILS = "select *, error('it broke') as user_id from raw.events"


def secrets() -> list[str]:
    pads = UserKey(USER_KEY.encode()).pads().values()
    shown = [pad.hex() for pad in pads] + [repr(pad)[2:-1] for pad in pads] + [pad.decode("latin-1") for pad in pads]
    return [USER_KEY, USER_KEY.encode().hex(), STORE_KEY, *shown]


def opened(tmp_path: Path, sql: dict[str, str]) -> Pipeline:
    secret = {"XDREC_USER_KEY": USER_KEY, "AWS_SECRET_ACCESS_KEY": STORE_KEY, "AWS_ACCESS_KEY_ID": STORE_KEY}
    return world(tmp_path, LOGS, {"shop": SHOP + ITEMS + LINKS}, sql=sql, **secret)


@pytest.mark.parametrize("sql", [{}, {"clean/shop/events": FAILS}], ids=["a run that succeeds", "a run that fails"])
def test_no_secret_is_written_anywhere(
    tmp_path: Path, sql: dict[str, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    pipeline = opened(tmp_path, sql)
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        job = definitions_of(pipeline).resolve_job_def("logs")
        chosen = dg.AssetSelection.groups("raw", "clean").resolve(definitions_of(pipeline).resolve_asset_graph())
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, partition_key="2026-01-05", asset_selection=list(chosen)
        )
        assert result.success is not bool(sql)
        events = "\n".join(map(repr, result.all_events))
        stored = "\n".join(repr(record) for record in instance.all_logs(result.run_id))
    written = capfd.readouterr()
    texts = {"events": events, "stored": stored, "log": caplog.text, "out": written.out, "err": written.err}
    texts |= {str(path.relative_to(tmp_path)): path.read_bytes().decode("latin-1") for path in everything(tmp_path)}
    assert any("_delta_log" in name for name in texts) and any(name.endswith(".db") for name in texts)
    assert {name for name, text in texts.items() if any(secret in text for secret in secrets())} == set()


def test_no_repr_shows_a_secret(tmp_path: Path) -> None:
    environment = {"XDREC_LAKE": "s3://bucket/lake"}
    pipeline = world(tmp_path, {}, **environment, XDREC_USER_KEY=USER_KEY, AWS_SECRET_ACCESS_KEY=STORE_KEY)
    assert pipeline.lake.storage_options["AWS_SECRET_ACCESS_KEY"] == STORE_KEY
    assert pipeline.user_key.secret == USER_KEY.encode()
    for held in (pipeline, pipeline.lake, pipeline.engine, pipeline.places, pipeline.landing, pipeline.user_key):
        shown = f"{held!r} {held}"
        assert not [secret for secret in secrets() if secret in shown], type(held)


@pytest.mark.parametrize(
    "url",
    [
        f"s3://AKIA:{STORE_KEY}@bucket/lake",
        f"s3://bucket/lake?access_key=a&secret_key={STORE_KEY}",
        f"abfs://x/lake?sig={STORE_KEY}",
    ],
)
@pytest.mark.parametrize("variable", ["XDREC_LAKE", "XDREC_LANDING"])
def test_a_url_that_holds_a_secret_is_refused_without_being_shown(tmp_path: Path, variable: str, url: str) -> None:
    with pytest.raises(ValueError, match=f"{variable}: the URL holds a user or a secret") as refused:
        places({variable: url}, tmp_path)
    assert STORE_KEY not in str(refused.value)


def test_a_url_may_name_an_endpoint(tmp_path: Path) -> None:
    url = "s3://logs/in?endpoint_override=minio.example.org:9000&scheme=https"
    assert places({"XDREC_LANDING": url}, tmp_path).landing == url


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
