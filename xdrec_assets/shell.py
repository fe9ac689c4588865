"""What every asset of the pipeline shares: how a table is described to Dagster, and how a publication is reported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from data_quality.contract import load_contract
from data_quality.documentation import rules
from resources.partitions import Partition, known_partitions
from resources.provenance import step_of
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.platforms.platform import is_accounted
from xdrec_assets.progress import report
from xdrec_assets.shown import markdown_picture, markdown_table

if TYPE_CHECKING:  # what they compute with is heavy, and a code location loads none of it
    from xdrec_assets.publishing import Publication, Shown

CHECK = "contract"
ACCOUNTS = "accounts"
AUDITED = (
    "The rules of the contract, audited by Great Expectations on exactly what is about to be published. A broken one "
    "keeps the last version in place, unless it is a warning."
)
ACCOUNTED = "All that went in, line by line or row by row, is in exactly one place, counted in what was published."
ASKED = ("dagster/partition", "dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
PARTITION_ROWS = "dagster/partition_row_count"
OF_A_RUN = {"delta version", "dagster/row_count", "unchanged"}  # not to be carried over to a run that did nothing
Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


class NothingHandedOver(dg.IOManager):
    """Stands where Dagster would pickle what a step returns: steps publish to the lake and hand nothing over."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Refuse what a step returned."""
        raise TypeError(f"{context.step_key} returned a {type(obj).__name__}; publish it, and return MaterializeResult")

    def load_input(self, context: dg.InputContext) -> object:
        """Refuse to load what was never stored."""
        raise TypeError(f"{context.asset_key.to_user_string()} is not handed over; read its table from the lake")


def spec(
    table: str,
    deps: Iterable[str | dg.AssetDep] = (),
    owner: str = "team:recommendations",
    kinds: Iterable[str] = (),
    group: str | None = None,
) -> dg.AssetSpec:
    """A table as an asset: its key is its name, its description and columns are its contract's."""
    contract = load_contract(table)
    columns = [dg.TableColumn(name, column.type, column.description) for name, column in contract.columns.items()]
    return dg.AssetSpec(
        key=table.split("/"),
        deps=[dep if isinstance(dep, dg.AssetDep) else dg.AssetDep(dep.split("/")) for dep in deps],
        description=f"{contract.description}\n\n{contract.grain.capitalize()}.",
        group_name=group or table.split("/")[0],
        kinds={"deltalake", *kinds},
        owners=[owner],
        metadata={"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": table},
    )


def every_partition_of(table: str) -> dg.AssetDep:
    """A dependency on all partitions of a table."""
    return dg.AssetDep(table.split("/"), partition_mapping=dg.AllPartitionMapping())


def checks(specs: Sequence[dg.AssetSpec]) -> list[dg.AssetCheckSpec]:
    """The contract of each table, and of what came in the account of its rows, as blocking checks on its asset."""
    return [
        *(_check(spec, CHECK, f"{AUDITED}\n\n{rules(load_contract('/'.join(spec.key.path)))}") for spec in specs),
        *(_check(spec, ACCOUNTS, ACCOUNTED) for spec in specs if is_accounted("/".join(spec.key.path))),
    ]


def _check(spec: dg.AssetSpec, name: str, description: str) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name, asset=spec.key, blocking=True, description=description)


def partitions_of(context: dg.AssetExecutionContext, pipeline: Pipeline) -> list[Partition]:
    """The partitions that a run was asked for: one, or a range in one go."""
    days = pipeline.day_partitions()
    known_partitions(days, [key for tag in ASKED if (key := context.run.tags.get(tag)) is not None])
    return known_partitions(days, context.partition_keys)


def as_of_of(context: dg.AssetExecutionContext) -> Partition:
    """The as-of date that a run was asked for."""
    pipeline: Pipeline = context.resources.pipeline
    return known_partitions(map(Partition.of_day, pipeline.as_of_dates()), [context.partition_key])[0]


def results(
    context: dg.AssetExecutionContext, publications: "Iterable[Publication]", days: Sequence[Partition] = ()
) -> Results:
    """Report what was published of each table; a refused one fails its check and the step.

    `days` are the partitions of a day-partitioned table that the run was asked for.
    """
    from xdrec_assets.publishing import PublishRefused, rows_by_day

    done: dict[str, Publication] = {}
    refused: PublishRefused | None = None
    try:
        with step_of(context.run.run_id):
            for publication in publications:
                table = publication.table
                done[table] = done[table].and_then(publication) if table in done else publication
    except PublishRefused as error:
        refused = error
    pipeline: Pipeline = context.resources.pipeline
    counts = rows_by_day(pipeline, list(done), days) if days else {}
    for table, publication in done.items():
        report(table, publication.n_rows, publication.audit is None, publication.figures)
        is_refused = refused is not None and refused.table == table
        yield _result(context, publication, pipeline.lake.count(table), counts.get(table), is_refused)
    if refused:
        key, verdict = dg.AssetKey(refused.table.split("/")), _verdict(refused.audit.summary())
        yield dg.AssetCheckResult(passed=False, asset_key=key, check_name=CHECK, metadata=verdict)
        raise dg.Failure(str(refused), allow_retries=False) from refused


def _result(
    context: dg.AssetExecutionContext,
    publication: "Publication",
    total: int,
    counts: Mapping[str, int] | None,
    is_refused: bool,
) -> dg.MaterializeResult:
    """What was published of a table; the check of one of which a part was refused fails elsewhere."""
    key = dg.AssetKey(publication.table.split("/"))
    of_run: dict[str, Any] = {"delta version": publication.version, "dagster/row_count": total}
    if publication.audit is None:
        of_run["unchanged"] = dg.MetadataValue.bool(True)
        shown = _as_before(context, key)
        verdict = "nothing changed since the last publication, which passed"
    else:
        shown = {**publication.figures, **_shown(publication.shown)}
        verdict = publication.audit.summary()
        if counts is None and context.has_partition_key:
            shown[PARTITION_ROWS] = publication.n_rows
    if counts is not None:
        _per_partition(context, key, counts, shown)
        shown = {}
    found = [] if is_refused else [_contract(key, publication, verdict)]
    if is_accounted(publication.table):
        found.append(_accounts(key, publication))
    return dg.MaterializeResult(asset_key=key, metadata={**shown, **of_run}, check_results=found)


def _contract(key: dg.AssetKey, publication: "Publication", verdict: str) -> dg.AssetCheckResult:
    """A publication's verdict: it passed, or did but for rules that only warn."""
    is_whole = publication.audit is None or not publication.audit.warnings
    severity = dg.AssetCheckSeverity.ERROR if is_whole else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        passed=is_whole, asset_key=key, check_name=CHECK, severity=severity, metadata=_verdict(verdict)
    )


def _accounts(key: dg.AssetKey, publication: "Publication") -> dg.AssetCheckResult:
    held = publication.accounts
    verdict = "nothing changed since the last account, or nothing is settled yet" if held is None else held.text()
    return dg.AssetCheckResult(
        passed=held is None or held.ok, asset_key=key, check_name=ACCOUNTS, metadata=_verdict(verdict)
    )


def _per_partition(
    context: dg.AssetExecutionContext, key: dg.AssetKey, counts: Mapping[str, int], shown: Mapping[str, Any]
) -> None:
    """Each partition's own row count; what speaks of the whole run stands once, on its last partition."""
    first, *_, last = [*counts, *counts]
    days = {} if first == last else {"days of this run": f"{first} to {last}"}
    for partition, n_rows in counts.items():
        whole = {**days, **shown} if partition == last else {}
        context.add_asset_metadata({**whole, PARTITION_ROWS: n_rows}, asset_key=key, partition_key=partition)


def _as_before(context: dg.AssetExecutionContext, key: dg.AssetKey) -> dict[str, Any]:
    """What the last materialization showed, so that a run that had nothing to do hides nothing."""
    partitions = context.partition_keys[-1:] if context.has_partition_key_range or context.has_partition_key else None
    wanted = dg.AssetRecordsFilter(asset_key=key, asset_partitions=partitions)
    records = context.instance.fetch_materializations(wanted, limit=1).records
    found = records[0].asset_materialization if records else None
    return {name: value for name, value in found.metadata.items() if name not in OF_A_RUN} if found else {}


def _shown(shown: "Shown") -> dict[str, Any]:
    metadata: dict[str, Any] = {name: dg.MetadataValue.md(text) for name, text in shown.texts.items()}
    for name, png in shown.pictures.items():
        metadata[name] = dg.MetadataValue.md(markdown_picture(name, png))
    if shown.has_preview and shown.preview is not None and shown.preview.num_rows:
        metadata["preview"] = dg.MetadataValue.md(markdown_table(shown.preview))
    if shown.lineage:
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(asset_key=dg.AssetKey(table.split("/")), column_name=name)
                    for table, name in sources
                ]
                for column, sources in shown.lineage.items()
            }
        )
    return metadata


def _verdict(text: str) -> Mapping[str, Any]:
    return {"verdict": dg.MetadataValue.text(text)}
