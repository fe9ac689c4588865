"""One light style for every plot: panels side by side, colours that colour-blind people tell apart (Okabe and Ito)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal

from xdrec_assets.evaluation.report.wording import TRAINED_ON, platform_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["svg", "png"]
Row = Mapping[str, Any]
Titles = Mapping[str, str]
INK: Final = "#1f2733"
MUTED: Final = "#6b7685"
FAINT: Final = "#dfe3e8"
ONE: Final = "#a9c8e2"  # trained on one platform
ALL: Final = "#0072b2"  # trained on all; also: it helped
HURT: Final = "#d55e00"
POPULAR: Final = "#4d4d4d"
COLOURS: Final = {"one": ONE, "all": ALL}

STYLE: Final[Any] = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,  # a title with dollar signs is no formula
    "axes.edgecolor": FAINT,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": "#eceff2",
    "grid.linewidth": 0.9,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9.5,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "svg.hashsalt": "xdrec",
    "figure.dpi": 100,
}
SYSTEM_FONTS: Final = "system-ui,-apple-system,Segoe UI,Roboto,Helvetica Neue,Noto Sans,sans-serif"


def draw_panels(
    titles: Sequence[str],
    draw: Callable[[int, Axes], None],
    height: float,
    legend: Callable[[], list[Any]] | None = None,
    format: Format = "svg",
    columns: int = 2,
) -> bytes:
    """A picture of panels in rows of `columns`.

    Args:
        titles: one per panel.
        draw: draws the panel of a number into its axes.
        height: of one row of panels, in inches; the picture is ten inches wide.
        legend: handles of one legend above all panels.
        format: "svg" for reports (text stays text), "png" for the web UI.
        columns: panels in a row.

    Returns:
        The file's bytes, the same for the same figures.
    """
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    columns = min(columns, max(1, len(titles)))
    rows = -(-len(titles) // columns)
    with matplotlib.rc_context(STYLE):
        layout = ConstrainedLayoutEngine(wspace=0.06, hspace=0.07, w_pad=0.08, h_pad=0.08)
        figure = Figure(figsize=(10, height * rows + (0.45 if legend else 0.1)), layout=layout)
        grid = figure.subplots(rows, columns, squeeze=False)
        for number, axes in enumerate(grid.flat):
            axes.set_visible(number < len(titles))
            if number < len(titles):
                axes.set_title(titles[number])
                draw(number, axes)
        if legend:
            handles = legend()
            figure.legend(handles=handles, loc="outside upper left", ncols=len(handles), handlelength=1.4)
        return _saved(figure, format)


def platforms_of(rows: Sequence[Row]) -> list[str]:
    """The platforms of some rows, a panel each."""
    return sorted({row["platform"] for row in rows})


def titles_of(platforms: Sequence[str], titles: Titles) -> list[str]:
    """What the panels are called."""
    return [platform_title(platform, titles) for platform in platforms]


def training_legend() -> list[Any]:
    """Light for trained on one platform, dark for all."""
    from matplotlib.patches import Patch

    return [Patch(color=COLOURS[on], label=f"trained on {words}") for on, words in TRAINED_ON.items()]


def _saved(figure: Figure, format: Format) -> bytes:
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")  # or everything would be drawn twice
    buffer = BytesIO()
    metadata = {"Date": None} if format == "svg" else None
    figure.savefig(buffer, format=format, dpi=144, metadata=metadata, facecolor="white")
    picture = buffer.getvalue()
    return picture.replace(b"'DejaVu Sans'", SYSTEM_FONTS.encode()) if format == "svg" else picture
