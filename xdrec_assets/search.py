"""Search for a ranker's settings on the last part of what is known, and print the best as lines for settings.yaml.

Nothing is published and no model is changed: `search.trials` and `search.use` in settings.yaml see to that.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import yaml

from xdrec_assets.joined.past import load_past
from xdrec_assets.knowledge.build import ALL
from xdrec_assets.opening import day_asked, open_pipeline
from xdrec_assets.pipeline import Pipeline
from xdrec_assets.rankers.search.searching import Searched, searched
from xdrec_assets.rankers.search.settings import SearchSettings
from xdrec_assets.rankers.search.spaces import SPACES
from xdrec_assets.rankers.search.trials import gain, measured
from xdrec_assets.rankers.training import models_of


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: `python -m xdrec_assets.search --ranker als --trials 20`."""
    parser = argparse.ArgumentParser(prog="python -m xdrec_assets.search", description=__doc__)
    parser.add_argument("--ranker", required=True, choices=SPACES)
    parser.add_argument("--trained-on", help="all, or a platform; by default all where there are several")
    parser.add_argument("--as-of", type=day_asked, help="an as-of date; by default the newest")
    parser.add_argument("--trials", type=int, default=20, help="settings to try beside those that stand")
    parser.add_argument("--seconds", type=float, help="no trial begins after so long")
    parser.add_argument("--seed", type=int, help="of what is tried and of who validates")
    asked = parser.parse_args(arguments)
    try:
        pipeline = _told(open_pipeline(os.environ), asked)
        found = search_one(pipeline, asked.ranker, asked.trained_on, asked.as_of)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(in_words(found), file=sys.stderr)
    print(pasted(found))
    return 0


def search_one(pipeline: Pipeline, ranker: str, trained_on: str | None = None, as_of: date | None = None) -> Searched:
    """The search for one model of a ranker, by the settings of the pipeline's searches.

    Raises:
        ValueError: there is no such as-of date or model, or nobody validates it.
    """
    from xdrec_assets.rankers.search.search import Budget
    from xdrec_assets.rankers.search.validation import validation_of

    dates, search = pipeline.as_of_dates(), pipeline.settings.search
    if not dates or (as_of is not None and as_of not in dates):
        raise ValueError(f"--as-of: found {as_of}, expected one of {', '.join(map(str, dates)) or 'none: none is due'}")
    past = load_past(pipeline, as_of or dates[-1])
    models = {model.platform: model for model in models_of(ranker, past.history)}
    scope = trained_on or next(iter(models), ALL)
    if scope not in models:
        raise ValueError(f"--trained-on: found {scope!r}, expected one of {', '.join(models)}")
    budget = Budget(search.trials, search.seconds, search.seed)
    return searched(validation_of(pipeline, past), models[scope], budget, search.margin)


def in_words(found: Searched) -> str:
    """Every trial in a line, and what is chosen."""
    lines = [f"trial  {'NDCG':>7}  {'gain':>7} ± error  settings of {found.model.ranker}"]
    for trial in found.trials:
        said = ", ".join(f"{name} {value}" for name, value in trial.tried.items())
        if trial.refused is not None:
            lines.append(f"{trial.number:5}  refused: {trial.refused}  {said}")
            continue
        over = gain(trial, found.trials[0])
        lines.append(
            f"{trial.number:5}  {measured(trial.judged).mean:.5f}  {over.mean:+.4f} ± {over.error:.4f}  {said}"
            f"{'  <- chosen' if trial is found.chosen else ''}"
        )
    return "\n".join(lines)


def pasted(found: Searched) -> str:
    """The chosen settings as YAML for settings.yaml; a comment where those that stand are the best."""
    if not found.chosen.number:
        return f"# {found.model.ranker}: nothing that was tried is surely better than the settings that stand"
    section: str = yaml.safe_dump({"rankers": {found.model.ranker: dict(found.chosen.tried)}}, sort_keys=False)
    return section.rstrip()


def _told(pipeline: Pipeline, asked: argparse.Namespace) -> Pipeline:
    """The pipeline with what the command line says of searches in place of its settings."""
    said = {name: getattr(asked, name) for name in ("trials", "seconds", "seed") if getattr(asked, name) is not None}
    search = SearchSettings.model_validate({**pipeline.settings.search.model_dump(), **said, "use": False})
    return replace(pipeline, settings=replace(pipeline.settings, search=search))


if __name__ == "__main__":
    sys.exit(main())
