"""Plots as small SVG files, the same bytes each time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot

SETTINGS = {
    "svg.hashsalt": "bothways",
    "svg.fonttype": "none",  # letters stay letters
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "path.simplify": True,
}
# Okabe and Ito's colours, which colour-blind people tell apart, and marks for those who see none.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
MARKS = "osD^vPX*<>hd"

Lines = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def lines(
    file: Path,
    drawn: Lines,
    *,
    title: str,
    across: str,
    up: str,
    log: str = "",
    ticks: Sequence[float] = (),
    from_zero: bool = False,
) -> None:
    """One line for each name: (x, y). `log` names the logarithmic axes: "", "x" or "xy"."""
    with mpl.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(7.6, 4.2), layout="constrained")
        for k, (name, (x, y)) in enumerate(drawn.items()):
            style: dict[str, Any] = {
                "color": COLOURS[k % len(COLOURS)],
                "marker": MARKS[k % len(MARKS)],
                "markersize": 5,
                "linestyle": "-" if k < len(COLOURS) else "--",
                "linewidth": 2.4 if k == 0 else 1.4,
                "zorder": 3 if k == 0 else 2,
            }
            axes.plot(x, y, label=name, **style)
        if "x" in log:
            axes.set_xscale("log")
        if "y" in log:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter("{x:g}")
        if ticks:
            axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
            axes.xaxis.minorticks_off()
        if from_zero:
            axes.set_ylim(bottom=0)
        axes.set(title=title, xlabel=across, ylabel=up)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
        save(figure, file)


def bars(file: Path, drawn: Mapping[str, float], *, title: str, across: str, unit: str = "%") -> None:
    """One bar for each name, the first on top, its number at its end."""
    with mpl.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(7.6, 0.8 + 0.34 * len(drawn)), layout="constrained")
        names, values = list(drawn), list(drawn.values())
        colours = [COLOURS[0]] + [COLOURS[7]] * (len(names) - 1)
        made = axes.barh(names, values, color=colours)
        axes.bar_label(made, [f"{value:.1f} {unit}" for value in values], padding=3)
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlim(0, 1.12 * max(values))
        axes.set(title=title, xlabel=across)
        save(figure, file)


def save(figure: Any, file: Path) -> None:
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
