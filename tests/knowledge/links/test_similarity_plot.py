import pyarrow as pa

from tests.knowledge.links.test_previews import link
from xdrec_assets.knowledge.links.item_links import SCHEMA
from xdrec_assets.knowledge.links.similarity_plot import similarity_plot


def test_the_plot_is_a_picture_even_of_one_link() -> None:
    picture = similarity_plot(pa.Table.from_pylist([link(1), link(2)], SCHEMA))
    assert picture is not None and picture.startswith(b"\x89PNG")


def test_kinds_change_the_picture() -> None:
    pictures = {similarity_plot(pa.Table.from_pylist([link(1, is_twin)], SCHEMA)) for is_twin in (True, False)}
    assert len(pictures) == 2


def test_nothing_to_draw_no_picture() -> None:
    assert similarity_plot(pa.Table.from_pylist([link(2)], SCHEMA)) is None
