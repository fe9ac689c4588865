"""Partition keys come from whoever may start a run: what is no date of the folder is refused at once."""

import dagster as dg
import pytest

from resources.partitions import Partition, known_partitions
from tests.worlds import event, lines, world
from xdrec_assets.definitions import definitions_of
from xdrec_assets.pipeline import Pipeline

HOSTILE = [
    "<script>alert(1)</script>",
    "2026-01-0\u202e5",
    "../../etc/passwd",
    "2026-01-05' or '1'='1",
    "",
    "2026-13-01",
]
LOGS = {"shop/events/2026-01-05.jsonl": lines(event("u1", "i1", "2026-01-05T10:00:00Z"))}
WEEKLY = ["embeddings", "item_words"]
LISTED = "name: world\nfirst: 2026-01-05\nlast: 2026-01-14\nas_of: {dates: [2026-01-12]}\n"


@pytest.fixture(params=["weekly dates", "listed dates"])
def pipeline(request: pytest.FixtureRequest, tmp_path) -> Pipeline:
    return world(tmp_path, LOGS) if request.param == "weekly dates" else world(tmp_path, LOGS, settings=LISTED)


def failure(pipeline: Pipeline, job: str, **tags: str) -> str:
    """How a run with these tags fails: before it begins, or in its step."""
    raw = [dg.AssetKey(["raw", "shop", table]) for table in ("events", "rejected", "files")]
    chosen = raw if job == "logs" else [dg.AssetKey(WEEKLY)]
    with dg.DagsterInstance.ephemeral() as instance:
        try:
            result = (
                definitions_of(pipeline)
                .resolve_job_def(job)
                .execute_in_process(instance=instance, raise_on_error=False, asset_selection=chosen, tags=tags)
            )
        except Exception as error:  # noqa: BLE001 - Dagster's own, of any kind
            return str(error)
    assert not result.success
    [step] = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    return (step.cause or step).message


@pytest.mark.parametrize("key", HOSTILE)
@pytest.mark.parametrize("job", ["logs", "knowledge"])
def test_a_hostile_key_stops_the_run_and_nothing_was_touched(pipeline: Pipeline, job: str, key: str) -> None:
    assert failure(pipeline, job, **{"dagster/partition": key})
    assert pipeline.lake.tables() == []
    assert not pipeline.places.scratch.exists()


def test_a_date_that_is_not_the_folder_s_is_refused_in_words(pipeline: Pipeline) -> None:
    said = failure(pipeline, "logs", **{"dagster/partition": "2031-01-05"})
    assert (
        "partition '2031-01-05': expected a date among those of the platform folder, 2026-01-05 to 2026-01-14" in said
    )
    assert "expected a date among those" in failure(pipeline, "knowledge", **{"dagster/partition": "2026-01-06"})
    assert pipeline.lake.tables() == []


@pytest.mark.parametrize("key", HOSTILE)
def test_a_refusal_shows_the_key_as_plain_letters(key: str) -> None:
    with pytest.raises(ValueError, match="expected a date among those of the platform folder") as refused:
        known_partitions([Partition.of_day(day) for day in ()], [key + "\u202e\x1b[31m" + "x" * 1000])
    assert str(refused.value).isascii()
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400
