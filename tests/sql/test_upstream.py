"""What an asset declares as its upstream is what the SQL of its step reads; and every SQL file has the one form."""

from pathlib import Path

import dagster as dg
import pytest
import sqlglot
from sqlglot import exp

from xdrec_assets.definitions import definitions_of
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import SQL, Pipeline

PLATFORMS = SQL.parent / "xdrec_assets" / "platforms"
FILES = sorted(path for path in SQL.rglob("*.sql") if path.parent.name != "macros")
OWN_FILES = sorted(PLATFORMS.glob("*/sql/**/*.sql"))
SOURCES = ("events", "items", "links", "files")

EVENTS = ["clean/mapped_events", "clean/typed_events", "clean/event_versions", "clean/judged_events"]
# which files a step runs; a table of the lake is made by the step of its name
OF_STEP = {
    "clean/events": [*EVENTS, "clean/events", "clean/accounts"],
    "clean/items": ["clean/mapped_items", "clean/judged_items", "clean/items", "clean/accounts"],
    "clean/links": ["clean/mapped_links", "clean/judged_links", "clean/links", "clean/accounts"],
    "clean/quarantined": ["clean/mapped_events", "clean/mapped_items", "clean/mapped_links", "clean/quarantined"],
    "clean/duplicates": [
        "clean/mapped_events",
        "clean/mapped_items",
        "clean/mapped_links",
        "clean/duplicates",
        "clean/accounts",
    ],
    "joined/identities": ["joined/known_users", "joined/known_links"],
    "joined/people": ["joined/people"],
    "joined/items": ["joined/items"],
    "joined/interactions": ["joined/interactions"],
}
TEXTS = ["embeddings/missing", "embeddings/missing_texts", "embeddings/counts"]
MEDIA = [f"embeddings/{name}" for name in ("named_media", "read_media", "encoded_media", "media_of_items")]
PAST = [*(f"joined/known_{part}" for part in ("users", "links", "versions", "pairs", "items")), "joined/numbered_pairs"]
SOURCES_OF_VECTORS = [
    *PAST,
    *(f"embeddings/{name}" for name in ("known_vectors", "known_words", "known_people", "media_of_items")),
]
OF_LATER_STEP = {
    "embeddings/item_texts": [*TEXTS, "embeddings/size", "embeddings/harmless_texts"],
    "embeddings/quantised_texts": ["embeddings/unquantised", "embeddings/quantised_sample"],
    "embeddings/person_texts": [*PAST, *TEXTS, "embeddings/known_people"],
    "embeddings/item_images": MEDIA,
    "embeddings/item_sounds": MEDIA,
    "embeddings/media_quarantined": MEDIA,
    "embeddings/item_words": PAST,
    "knowledge/item_vectors": SOURCES_OF_VECTORS,
    "knowledge/person_vectors": SOURCES_OF_VECTORS,
    "knowledge/item_links": [*PAST, "embeddings/known_vectors"],
    "knowledge/triples": [*PAST, "knowledge/known_answers"],
    "knowledge/item_topics": [*PAST, "embeddings/known_vectors", "knowledge/known_answers"],
    "knowledge/person_interests": [*PAST, "embeddings/known_vectors", "knowledge/known_answers"],
    "rankers/searches": SOURCES_OF_VECTORS,
    "rankers/svd": [*PAST, "rankers/chosen_settings"],
    "evaluation/metrics": [*PAST, "evaluation/test_events", "evaluation/known_twins"],
    "evaluation/feedback": ["evaluation/feedback"],
    "evaluation/fusions": [*SOURCES_OF_VECTORS, "evaluation/test_events"],
    "recommendations/top_k": PAST,
}
ONE_STEP = {f"embeddings/{table}" for table in ("item_texts", "quarantined", "quantised_texts", "families")}
MEDIA_STEP = {f"embeddings/{table}" for table in ("item_images", "item_sounds", "media_files", "media_quarantined")}
AFTER_PUBLISHING = [
    "clean/account",
    "platforms/reasons",
    "embeddings/in_use",
    "embeddings/needed",
    "clean/superseded",
    "clean/set_apart",
    *(f"joined/account_{table}" for table in ("interactions", "items", "identities", "people")),
    *(f"evaluation/report/{table}" for table in ("known", "landed_lines", "served", "twins")),
]  # they look at what a step made
OF_LANDED_FILES = [path for path in FILES if path.parent.name == "raw"]
ROWS_OF_ANY_TABLE = ["evaluation/as_of_rows", "knowledge/as_of_rows"]  # which table they read, the step says


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return open_pipeline({"XDREC_HOME": str(tmp_path_factory.mktemp("home"))})


@pytest.fixture(scope="module")
def graph(pipeline: Pipeline) -> dg.AssetsDefinition:
    return definitions_of(pipeline).resolve_asset_graph()


def tables_read(path: Path) -> set[str]:
    """Names such as joined.items that a file reads, its own named steps left out."""
    query = sqlglot.parse_one(path.read_text(encoding="utf-8"), dialect="duckdb")
    return {f"{table.db}.{table.name}" for table in query.find_all(exp.Table) if table.db}


def lake_tables(pipeline: Pipeline, names: set[str], platform: str | None = None) -> set[str]:
    """The tables of the lake behind names in SQL; names of what a step builds on its way stand for none."""
    graph = definitions_of(pipeline).resolve_asset_graph()
    known = {"/".join(key.path) for key in graph.get_all_asset_keys()}
    found = {name.replace(".", "/") for name in names} & known
    for stage, table in (name.split(".") for name in names):
        if stage == "raw" and table in SOURCES and platform:
            found |= {f"raw/{platform}/{table}"} & known
        if stage == "clean" and table in SOURCES and not platform:
            found |= set(pipeline.tables(table))
    return found


def reads(pipeline: Pipeline, files: list[str], platform: str | None = None) -> set[str]:
    names = set().union(*(tables_read(SQL / f"{file}.sql") for file in files))
    return lake_tables(pipeline, names, platform)


def declared(graph: dg.AssetsDefinition, table: str) -> set[str]:
    return {"/".join(key.path) for key in graph.get(dg.AssetKey(table.split("/"))).parent_keys}


@pytest.mark.parametrize("path", [*FILES, *OWN_FILES], ids=lambda path: "/".join(path.parts[-3:]))
def test_a_file_says_what_a_row_is_and_selects(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("-- One row")
    (query,) = [statement for statement in sqlglot.parse(text, dialect="duckdb") if statement]
    assert isinstance(query, exp.Select)


def test_every_file_belongs_to_a_step() -> None:
    used = {file for files in (*OF_STEP.values(), *OF_LATER_STEP.values()) for file in files}
    used |= {*ROWS_OF_ANY_TABLE, *AFTER_PUBLISHING, *(f"raw/{path.stem}" for path in OF_LANDED_FILES)}
    assert {path.relative_to(SQL).with_suffix("").as_posix() for path in FILES} == used


@pytest.mark.parametrize("table", [table for table in OF_STEP if not table.startswith("clean/")])
def test_declared_upstream_is_what_the_sql_reads(pipeline: Pipeline, graph: dg.AssetsDefinition, table: str) -> None:
    assert declared(graph, table) == reads(pipeline, OF_STEP[table]) - {table}


@pytest.mark.parametrize("table", [table for table in OF_STEP if table.startswith("clean/")])
def test_declared_upstream_of_each_platform_is_what_the_sql_reads(
    pipeline: Pipeline, graph: dg.AssetsDefinition, table: str
) -> None:
    for platform in pipeline.folder.platforms:
        name = table.replace("clean/", f"clean/{platform.platform}/")
        if name.split("/")[-1] in (*platform.sources, "quarantined", "duplicates"):
            assert declared(graph, name) == reads(pipeline, OF_STEP[table], platform.platform), name


@pytest.mark.parametrize("table", OF_LATER_STEP)
def test_later_steps_read_nothing_that_is_not_upstream(
    pipeline: Pipeline, graph: dg.AssetsDefinition, table: str
) -> None:
    """Who is one person is resolved as of the date, from the links behind joined/identities."""
    upstream = {"/".join(key.path) for key in graph.get_ancestor_asset_keys(dg.AssetKey(table.split("/")))}
    own = next((step for step in (ONE_STEP, MEDIA_STEP) if table in step), {table})
    assert reads(pipeline, OF_LATER_STEP[table]) - own <= upstream
