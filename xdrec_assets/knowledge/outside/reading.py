"""Read the facts of an outside source: every line becomes a triple, is passed over, or is set apart with its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from resources.landing import LandedFile, Landing
from resources.tally import Tally
from xdrec_assets.embeddings.documents import FOUND_CHARACTERS, QUARANTINED
from xdrec_assets.knowledge.outside.linking import NO_LINKS, Linked
from xdrec_assets.knowledge.outside.naming import named
from xdrec_assets.knowledge.outside.ntriples import ntriples
from xdrec_assets.knowledge.outside.statements import STATEMENTS, recbole, tab_separated
from xdrec_assets.knowledge.triples import SCHEMA, stated
from xdrec_assets.platforms.outside import OutsideSource

AT_ONCE = 50_000  # lines; each look at a batch sets up its regular expressions anew
Parse = Callable[[pa.StringArray, bool], pa.Table]


class Unbalanced(RuntimeError):
    """Lines of an outside source were lost or doubled."""


@dataclass(frozen=True)
class ReadTriples:
    """The facts of a source, and where each line of its files that is not blank went."""

    source: str
    triples: pa.Table  # of schema SCHEMA, in the order of the lines
    quarantined: pa.Table  # of schema QUARANTINED
    n_lines: int
    n_passed_over: int  # headers, comments, links, other languages, relations that were not asked for

    @property
    def balance(self) -> bool:
        """Whether every line is in exactly one place."""
        n_out: int = self.triples.num_rows + self.quarantined.num_rows + self.n_passed_over
        return self.n_lines == n_out


def read_triples(
    landing: Landing,
    source: OutsideSource,
    files: Sequence[LandedFile],
    platforms: Sequence[str],
    linked: Linked = NO_LINKS,
) -> ReadTriples:
    """The facts in the files of a source, in their order, items written platform/item_id.

    platforms: of whom the source may name items. linked: the entities that are items, as read from `source.links`.

    Raises:
        Unbalanced: a line was lost.
    """
    triples, quarantined = [SCHEMA.empty_table(), linked.triples], [linked.quarantined]
    n_lines, n_passed = linked.n_lines, linked.n_passed_over
    for file in files:
        tally, n_rows, parse = Tally(), 0, _parser(source, file.path)
        for batch in gathered(landing.lines(file, source.compression, tally, source.limits)):
            statements = named(_parsed(batch, parse, n_rows == 0), source, linked.links, platforms)
            is_triple, is_bad = pc.is_valid(statements["tail"]), pc.is_valid(statements["rule"])
            triples.append(_triples(batch, statements, is_triple, source))
            quarantined.append(_quarantined(batch, statements, is_bad, source))
            n_passed += batch.num_rows - triples[-1].num_rows - quarantined[-1].num_rows
            n_rows += batch.num_rows
        n_lines += n_rows if tally.n_lines is None else tally.n_lines - (tally.n_blank or 0)
    read = ReadTriples(source.source, pa.concat_tables(triples), pa.concat_tables(quarantined), n_lines, n_passed)
    if not read.balance:
        raise Unbalanced(f"outside/{source.source}.yaml: {accounts(read)}; report it as a bug")
    return read


def gathered(batches: Iterator[pa.RecordBatch], at_least: int = AT_ONCE) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of so many or more, but for the last: a compressed file comes in small ones."""
    waiting, n_rows = list[pa.RecordBatch](), 0
    for batch in batches:
        waiting.append(batch)
        n_rows += batch.num_rows
        if n_rows >= at_least:
            yield pa.concat_batches(waiting)
            waiting, n_rows = [], 0
    if waiting:
        yield pa.concat_batches(waiting)


def accounts(read: ReadTriples) -> str:
    """Where the lines went, in words."""
    return (
        f"{read.n_lines:,} lines in, {read.triples.num_rows:,} triples, {read.quarantined.num_rows:,} quarantined, "
        f"{read.n_passed_over:,} passed over"
    )


def _parser(source: OutsideSource, file: str) -> Parse:
    if source.format == "ntriples":
        return lambda lines, _: ntriples(lines, file, source.languages)
    return recbole if source.format == "recbole" else tab_separated


def _parsed(batch: pa.RecordBatch, parse: Parse, is_first: bool) -> pa.Table:
    """The statements of a batch of lines; a line that could not be read keeps its problem."""
    statements = parse(pc.fill_null(batch.column("line"), ""), is_first)
    problem = batch.column("problem")
    if problem.null_count == len(problem):
        return statements
    is_sound, nothing = pc.is_null(problem), pa.scalar(None, pa.string())
    columns = [pc.if_else(is_sound, statements[name], nothing) for name in ("head", "relation", "tail")]
    rule = pc.coalesce(problem, statements["rule"])
    return pa.table([*columns, statements["is_text"], rule], schema=STATEMENTS)


def _triples(
    batch: pa.RecordBatch, statements: pa.Table, is_triple: pa.BooleanArray, source: OutsideSource
) -> pa.Table:
    found, lines = statements.filter(is_triple), batch.filter(is_triple.combine_chunks())
    head, relation, tail = (found[name] for name in ("head", "relation", "tail"))
    return stated(head, relation, tail, source.source, source.confidence, places(lines))


def places(lines: pa.RecordBatch) -> pa.StringArray:
    """Where lines stand, as file:line."""
    return pc.binary_join_element_wise(lines.column("source_file"), lines.column("source_line").cast(pa.string()), ":")


def _quarantined(
    batch: pa.RecordBatch, statements: pa.Table, is_bad: pa.BooleanArray, source: OutsideSource
) -> pa.Table:
    lines, rules = batch.filter(is_bad.combine_chunks()), statements["rule"].filter(is_bad)
    found = pc.utf8_slice_codeunits(pc.fill_null(lines.column("line"), ""), 0, FOUND_CHARACTERS)
    names = pa.repeat(pa.scalar(source.source), lines.num_rows)
    columns = [names, lines.column("source_file"), lines.column("source_line"), rules, found]
    return pa.table(columns, schema=QUARANTINED)
