"""Everything a report shows, as rows by column name: reading comes before, drawing after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xdrec_assets.evaluation.settings import EvaluationSettings

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ReportInputs:
    """The judgement of the models of one as-of date, what was decided after it, and what stands behind both."""

    as_of: date  # of the models
    settings: EvaluationSettings
    board: Sequence[Row] = ()  # evaluation/leaderboard of this as-of date
    metrics: Sequence[Row] = ()  # NDCG of everyone of evaluation/metrics of this as-of date, over both catalogues
    lifts: Sequence[Row] = ()  # evaluation/lift of this as-of date
    resamples: Sequence[Row] = ()  # evaluation/resamples of this as-of date, everyone, with twins
    champions: Sequence[Row] = ()  # evaluation/champion: what was decided when this test window was over
    former_champions: Sequence[Row] = ()  # evaluation/champion of this as-of date: chosen before its test window
    past: Sequence[Row] = ()  # evaluation/leaderboard of earlier as-of dates
    fusions: Sequence[Row] = ()  # evaluation/fusions of this as-of date
    feedback: Sequence[Row] = ()  # evaluation/feedback of this test window
    losses: Sequence[Row] = ()  # ranker, trained_on, platform; losses and validation: by pass of its training
    sizes: Sequence[Row] = ()  # platform, events, people, items known before the decision, and before the models
    twins: Sequence[Row] = ()  # now, before: pairs of items that are one product; one row
    quality: Sequence[Row] = ()  # platform, place, rule, n_lines
    costs: Sequence[Row] = ()  # the last publication of every table
    examples: Sequence[Row] = ()  # person, has, recommendations: rows of rank, platform, title, reason, taken
    platform_titles: Mapping[str, str] = field(default_factory=dict)
    all_settings: Mapping[str, Any] = field(default_factory=dict)  # dotted name: value
