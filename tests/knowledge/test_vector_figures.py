"""What the asset of item vectors says of their alignment."""

import numpy as np

from tests.knowledge.alignment.worlds import two_platforms
from xdrec_assets.knowledge.build import build_knowledge
from xdrec_assets.knowledge.settings import KnowledgeSettings
from xdrec_assets.knowledge.vector_figures import maps, vector_figures

SETTINGS = KnowledgeSettings.model_validate({"alignment": {"method": "procrustes_people", "anchor": 0.1}})


def test_figures_before_and_after_alignment() -> None:
    history, text, twins = two_platforms()
    figures = vector_figures(history, text, SETTINGS, twins)
    assert (figures["fusion"], figures["alignment"]) == (SETTINGS.fusion.strategy, "procrustes_people")
    assert figures["people asked across platforms"] == 80
    told = [figures[f"platform told by vector, {when} (chance 0.50)"] for when in ("before", "after")]
    assert isinstance(told[0], float) and isinstance(told[1], float) and told[0] > told[1]
    for kind in ("people", "twins"):
        before, after = (figures[f"{kind} found across platforms, MRR {when}"] for when in ("before", "after"))
        assert isinstance(before, float) and isinstance(after, float) and after > before


def test_without_twins_nothing_is_said_of_them() -> None:
    history, text, _ = two_platforms()
    assert not [name for name in vector_figures(history, text, SETTINGS) if name.startswith("twins")]


def test_one_platform_has_nothing_to_align() -> None:
    history, text, _ = two_platforms(platforms=("shop",))
    assert vector_figures(history, text, SETTINGS) == {"fusion": "concat", "alignment": "procrustes_people"}


def test_the_map_shows_texts_before_and_after_and_all_sources() -> None:
    history, text, _ = two_platforms()
    small = KnowledgeSettings.model_validate({"fusion": {"size": 16}, "behaviour_size": 8})
    known = build_knowledge(history, text, small)["all"]
    assert maps(history, text, known)["map of items"].startswith(b"\x89PNG")
    assert maps(history, np.zeros_like(text), known) == {}
