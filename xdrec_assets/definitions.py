"""The code location: every asset, check, job, schedule and sensor. The only file that knows everything."""

import os
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import dagster as dg

from xdrec_assets.automation import automation
from xdrec_assets.clean.assets import clean_assets
from xdrec_assets.embeddings.assets import embedding_assets
from xdrec_assets.evaluation.assets import evaluation_assets
from xdrec_assets.joined.assets import joined_assets
from xdrec_assets.knowledge.assets import knowledge_assets
from xdrec_assets.opening import open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.assets import ranker_assets
from xdrec_assets.raw.assets import raw_assets
from xdrec_assets.recommendations.assets import recommendation_assets
from xdrec_assets.shell import NothingHandedOver


def build_definitions(environment: Mapping[str, str]) -> dg.Definitions:
    """The definitions over the platform folder and the places that an environment names."""
    return definitions_of(open_pipeline(environment))


def definitions_of(pipeline: Pipeline) -> dg.Definitions:
    """The definitions of one pipeline."""
    days, as_of = day_partitions(pipeline), as_of_partitions(pipeline)
    platforms = pipeline.folder.platforms
    assets = [
        *(raw_assets(platform, days) for platform in platforms),
        *(clean_assets(platform, days, pipeline.folder.sql) for platform in platforms),
        *joined_assets(pipeline, days),
        *embedding_assets(as_of),
        *knowledge_assets(as_of),
        *ranker_assets(pipeline, as_of),
        *evaluation_assets(pipeline, as_of, previous_as_of(pipeline)),
        *recommendation_assets(pipeline, as_of),
    ]
    planned = automation(pipeline)
    return dg.Definitions(
        assets=assets,
        jobs=planned.jobs,
        schedules=planned.schedules,
        sensors=planned.sensors,
        resources={"pipeline": pipeline, "io_manager": NothingHandedOver()},
        executor=dg.in_process_executor,
    )


def day_partitions(pipeline: Pipeline) -> dg.PartitionsDefinition:
    """Raw and clean partitions: days, or months where the platform folder says so."""
    settings = pipeline.folder.settings
    end = settings.last + timedelta(days=1) if settings.last else None
    if settings.grain == "day":
        return dg.DailyPartitionsDefinition(start_date=f"{settings.first}", end_date=f"{end}" if end else None)
    end = (end.replace(day=1) + timedelta(days=31)).replace(day=1) if end and end.day > 1 else end
    return dg.MonthlyPartitionsDefinition(start_date=f"{settings.first}", end_date=f"{end}" if end else None)


def as_of_partitions(pipeline: Pipeline) -> dg.PartitionsDefinition:
    """As-of dates: listed ones, or the first day of each week, from that day on."""
    as_of, last = pipeline.folder.settings.as_of, pipeline.folder.settings.last
    if as_of.weekly_from is None:
        return dg.StaticPartitionsDefinition([day.isoformat() for day in pipeline.as_of_dates()])
    return dg.WeeklyPartitionsDefinition(
        start_date=f"{as_of.weekly_from}",
        day_offset=as_of.weekly_from.isoweekday() % 7,
        end_offset=1,
        end_date=f"{last + timedelta(days=8)}" if last else None,
    )


def previous_as_of(pipeline: Pipeline) -> dg.PartitionMapping:
    """From an as-of date to the one before it."""
    if pipeline.folder.settings.as_of.weekly_from is not None:
        return dg.TimeWindowPartitionMapping(start_offset=-1, end_offset=-1)
    days = [day.isoformat() for day in pipeline.as_of_dates()]
    return dg.StaticPartitionMapping(dict(pairwise(days)))


defs = build_definitions(os.environ)
