"""Pictures show the data: values, labels, numbers of marks; nothing at all; grey; large inputs."""

from __future__ import annotations

import builtins
import io
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import rmatch
from rmatch import plots
from rmatch.answers.costs import RuleCosts
from rmatch.answers.frontier import Frontier
from rmatch.answers.readiness import Readiness
from rmatch.answers.variants import Outcome
from rmatch.comparison import compare
from rmatch.errors import InvalidInputError, MissingDependencyError
from rmatch.plots import base
from rmatch.rules import SeniorityGap, TeachingMargin
from rmatch.scoring import TeachingCoverage

MENTORS = [
    {"id": "m1", "level": 2, "birth_year": 1999, "skills": "AI:4; SQL:2", "department": "IT",
     "capacity": 2},
    {"id": "m2", "level": 3, "birth_year": 1990, "skills": "SQL:5", "department": "HR"},
    {"id": "m3", "level": 1, "skills": "Chess:5"},
]  # fmt: skip
MENTEES = [
    {"id": "s1", "level": 6, "birth_year": 1970, "goals": "AI:4", "department": "IT"},
    {"id": "s2", "level": 5, "birth_year": (1955, 1970), "goals": "SQL:4", "department": "IT"},
    {"id": "s3", "level": 4, "birth_year": (1900, 1950), "goals": "AI:4; SQL:4"},
]
RULES = [SeniorityGap(2), TeachingMargin(1)]


def small():
    return rmatch.match(MENTORS, MENTEES, rules=RULES, score=[TeachingCoverage()])


def nothing_allowed():
    return rmatch.match(MENTORS, MENTEES, rules=[SeniorityGap(9)], score=[TeachingCoverage()])


def nobody():
    return rmatch.match_matrix(np.zeros((0, 0)))


def drawn(ax):
    """Render, so that whatever fails only then fails here, and return the size of the file."""
    file = io.BytesIO()
    ax.figure.savefig(file, format="png")
    return len(file.getvalue())


def texts(ax):
    return [text.get_text() for text in ax.texts]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


NO_OUTCOME = Outcome(0, 0, 0, 0.0, 0.0, None)
EMPTY = {
    "heat_map": lambda: plots.heat_map(nobody()),
    "score_distribution": lambda: plots.score_distribution({"nothing": nothing_allowed()}),
    "rule_costs": lambda: RuleCosts(0, NO_OUTCOME, (), (), (), NO_OUTCOME, 0).plot(),
    "frontier": lambda: Frontier("pairs", "score", (), True).plot(),
    "skill_supply": lambda: Readiness(0, 0, 0, (), (), ()).plot(),
    "generation_flow": lambda: plots.generation_flow(nothing_allowed()),
    "load": lambda: plots.load(nobody()),
}
SMALL = {
    "heat_map": lambda ax=None: plots.heat_map(small(), ax),
    "score_distribution": lambda ax=None: compare(small().problem, seeds=2).plot(ax),
    "rule_costs": lambda ax=None: small().rule_costs().plot(ax),
    "frontier": lambda ax=None: small().frontier().plot(ax),
    "skill_supply": lambda ax=None: rmatch.readiness(MENTORS, MENTEES, rules=RULES).plot(ax),
    "generation_flow": lambda ax=None: plots.generation_flow(small(), ax),
    "load": lambda ax=None: plots.load(small(), ax),
}


@pytest.mark.parametrize("name", plots.__all__)
def test_pictures_of_little_and_of_nothing(name):
    """Each picture can be drawn, on given axes too, has a title, and says why it is empty."""
    given = Figure().add_subplot()
    assert SMALL[name](given) is given
    assert drawn(given) > 5_000
    own = SMALL[name]()
    assert own is not given
    assert own.get_title(loc="left") == given.get_title(loc="left") != ""
    empty = EMPTY[name]()
    assert drawn(empty) > 2_000
    assert empty.get_title(loc="left")
    assert any(text.startswith(("no ", "there is no", "0 pairs")) for text in texts(empty))


def test_the_heat_map_shows_scores_and_pairs():
    """Each cell is the pair's score, forbidden ones are blank, chosen ones are marked."""
    matching = small()
    ax = plots.heat_map(matching)
    rows, cols = ticks(ax.yaxis), ticks(ax.xaxis)
    shown = ax.images[0].get_array()
    gains, allowed = matching.problem.block(slice(None), slice(None))
    for at, mentor in enumerate(rows):
        for place, mentee in enumerate(cols):
            pair = matching.mentor_ids.index(mentor), matching.mentee_ids.index(mentee)
            if allowed[pair]:
                assert shown[at, place] == gains[pair] * matching.problem.unit
            else:
                assert np.ma.is_masked(shown[at, place])
    marked = {(rows[int(y)], cols[int(x)]) for x, y in ax.collections[0].get_offsets()}
    assert marked == {(pair.mentor, pair.mentee) for pair in matching.pairs}
    assert len(marked) == 3
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mentees (3)", "mentors (3)")


def test_a_large_heat_map_is_small():
    """2,000 x 2,000 people become 118 groups on each side; a group is a mean of allowed pairs."""
    rng = np.random.default_rng(0)
    allowed = rng.random((2_000, 2_000)) < 0.02
    matching = rmatch.match_matrix(rng.random((2_000, 2_000)), allowed, solver="greedy")
    ax = plots.heat_map(matching)
    shown = ax.images[0].get_array()
    assert shown.shape == (118, 118)
    assert ax.get_xlabel() == "mentees (2,000, in groups of 17)"
    assert len(ticks(ax.xaxis)) == 0
    assert 100 < len(ax.collections[0].get_offsets()) < 400
    rows, cols = (plots.heat._Groups(order) for order in plots.heat._orders(matching))
    some, other = rows.sample[17:34], cols.sample[:17]
    assert len(rows.sample) == 2_000  # nobody is left out of the means
    gains, allowed = matching.problem.block(some, other)
    assert shown[1, 0] == pytest.approx(gains[allowed].mean() * matching.problem.unit)


def test_pairs_stand_on_the_diagonal():
    """With one place each, the k-th mentor has the k-th mentee, the best first."""
    scores = np.random.default_rng(2).integers(1, 99, (9, 9))
    matching = rmatch.match_matrix(scores)
    ax = plots.heat_map(matching)
    assert sorted(map(tuple, ax.collections[0].get_offsets().tolist())) == [
        (at, at) for at in range(9)
    ]
    best = [scores[int(m), int(s)] for m, s in zip(ticks(ax.yaxis), ticks(ax.xaxis), strict=True)]
    assert best == sorted(best, reverse=True)


def test_mentees_of_one_mentor_stand_together_best_first():
    """The mentor with the best pair comes first, with all of their mentees."""
    ax = plots.heat_map(rmatch.match_matrix([[1, 1, 1, 8], [3, 9, 5, 1]], mentor_capacity=3))
    assert (ticks(ax.yaxis), ticks(ax.xaxis)) == (["1", "0"], ["1", "2", "0", "3"])


def test_boxes_hold_the_quantiles_of_pairs():
    """A box for each strategy that has pairs; its line is the median; the number stands beside."""
    found = compare(small().problem, ["greedy", "random", "total_score"], seeds=3)
    ax = found.plot()
    assert ticks(ax.yaxis) == ["greedy", "random", "total score"]
    assert len(ax.patches) == 3
    for at, row in enumerate(found.strategies):
        scores = np.concatenate(row.pair_scores)
        lines = [line.get_xdata() for line in ax.lines if set(line.get_ydata()) <= {at}]
        ends = [x for line in lines for x in line]
        assert np.quantile(scores, 0.1) in ends
        assert scores.min() in ends
        assert scores.mean() in ends
        assert texts(ax)[at] == f"{len(scores) / row.draws:.0f} pairs"


def test_bars_are_what_rules_cost():
    """A bar without each rule, one with its best step, a diamond for its share."""
    matching = rmatch.match(
        MENTORS, MENTEES, rules=[SeniorityGap(4), TeachingMargin(1)], score=[TeachingCoverage()]
    )
    costs = matching.rule_costs()
    ax = costs.plot()
    dropped, loosened = (
        {round(bar.get_y() + bar.get_height() / 2): bar.get_width() for bar in bars}
        for bars in ax.containers
    )
    shares = ax.collections[0].get_offsets()
    for at, label in enumerate(ticks(ax.yaxis)):
        asks = label.replace("\n", " ")
        changes = [change for change in costs.changes if change.asks == asks]
        gained = [change.outcome.score - costs.now.score for change in changes]
        assert dropped[at] == gained[0]
        if len(gained) > 1:
            assert loosened[at] == max(gained[1:])
        share = next(each for each in costs.shares if each.asks == asks)
        assert tuple(shares[at]) == (share.score, at)
    assert dropped[0] == max(dropped.values()) > 0
    assert any(text.startswith("+") and "mentee" in text for text in texts(ax))


def test_frontier_points_are_the_points():
    """Mean and weakest for pairs against score; for other aims, hollow marks are unsupported."""
    found = small().frontier()
    ax = found.plot()
    points = [point for point in found.points if point.pairs]
    for line, name in ((ax.lines[0], "mean"), (ax.lines[1], "worst")):
        assert line.get_xdata().tolist() == [point.pairs for point in points]
        assert line.get_ydata().tolist() == [getattr(point, name) for point in points]
    assert list(ax.lines[2].get_xdata()) == [point.pairs for point in points if point.now]
    unsupported = Frontier(
        "a",
        "b_c",
        tuple(_point(*each) for each in ((0, 9, True), (1, 5, False), (2, 4, True))),
        True,
    )
    ax = unsupported.plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("total a", "total b c")
    assert [line.get_xdata().tolist() for line in ax.lines[1:3]] == [[0, 2], [1]]
    assert ax.lines[2].get_markerfacecolor() == "white"


def _point(first, second, supported):
    from rmatch.answers.frontier import FrontierPoint

    return FrontierPoint(first, second, 1, 1, 1.0, 1.0, 1.0, supported, False)


def test_skill_bars_are_supply_and_demand():
    """To the left the places, to the right those who can be taught and the rest."""
    ready = rmatch.readiness(MENTORS, MENTEES, rules=[SeniorityGap(4)])
    ax = ready.plot()
    assert ticks(ax.yaxis) == [need.skill for need in ready.skills]
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    assert widths == [
        [-need.places for need in ready.skills],
        [need.served for need in ready.skills],
        [need.shortfall for need in ready.skills],
    ]
    assert sum(widths[2]) > 0
    assert len(plots.skill_supply(ready, most=1).containers[0]) == 1
    assert "(1 of 2 skills)" in plots.skill_supply(ready, most=1).get_title(loc="left")


def test_bands_are_numbers_of_pairs():
    """Youngest on top; bands of birth years keep both generations; widths are to scale."""
    ax = plots.generation_flow(small())
    assert [text.replace("\n", " ") for text in texts(ax)[-5:]] == [
        "Generation Z, 2",
        "Millennials, 1",
        "Generation X, 1",
        "Baby Boomers to Generation X, 1",
        "Baby Boomers or older, 1",
    ]
    heights = [_height(band) for band in ax.collections]
    assert len(heights) == 3
    assert heights == pytest.approx([heights[0]] * 3)
    bars = [np.ptp(line.get_ydata()) for line in ax.lines]
    assert bars[0] == pytest.approx(2 * bars[1])


def _height(band):
    left = band.get_paths()[0].vertices
    left = left[left[:, 0] == 0]
    return np.ptp(left[:, 1])


def test_flows_by_other_columns():
    """Labels by name, numbers by size, the unknown last, the rarest together."""
    ax = plots.generation_flow(small(), by="department")
    names = [text.split(",")[0] for text in texts(ax) if "," in text]
    assert names == ["HR", "IT", "IT", "not known"]
    by_level = plots.generation_flow(small(), by="level")
    assert [text.split(",")[0] for text in texts(by_level) if "," in text] == [
        "2",
        "3",
        "4",
        "5",
        "6",
    ]
    many = [{"id": f"m{at}", "skills": "AI", "site": f"site {at}"} for at in range(12)]
    wanting = [{"id": f"s{at}", "goals": "AI", "site": "here"} for at in range(12)]
    ax = plots.generation_flow(rmatch.match(many, wanting), by="site")
    assert [text for text in texts(ax) if text.startswith("others")] == ["others, 5"]
    with pytest.raises(InvalidInputError, match=r"by='sit'.*'generation' and.*department"):
        plots.generation_flow(small(), by="sit")
    with pytest.raises(InvalidInputError, match="ready-made matrix has no people"):
        plots.generation_flow(nobody())


def test_load_counts_mentors():
    """m1 has both places taken, m2 its one, m3 has room."""
    ax = plots.load(small())
    full, free = ([bar.get_height() for bar in bars] for bars in ax.containers)
    assert (full, free) == ([0, 1, 1], [1, 0, 0])
    assert list(ax.get_xticks()) == [0, 1, 2]


# ---- for everybody -------------------------------------------------------------------------------


def grey(colour):
    """Return the brightness of a colour, 0 to 1 (ITU-R BT.709)."""
    return float(np.dot(to_rgb(colour), (0.2126, 0.7152, 0.0722)))


def test_neighbouring_shades_differ_in_grey():
    """Colours that stand side by side as fills differ in brightness by at least a fifth."""
    for one, other in ((base.BLUE, base.SKY), (base.BLUE, base.ORANGE), (base.SKY, "white")):
        assert abs(grey(one) - grey(other)) > 0.2


def test_the_scale_of_scores_is_one_of_brightness():
    """Better is darker at every step, whoever looks at it, printed in grey too."""
    shades = plots.heat_map(small()).images[0].cmap(np.linspace(0, 1, 20))
    brightness = [grey(shade[:3]) for shade in shades]
    assert brightness == sorted(brightness, reverse=True)
    assert brightness[0] - brightness[-1] > 0.6


def _look(handle):
    """Return the shape of a mark, and its brightness."""
    first = handle[0] if len(getattr(handle, "patches", ())) else handle
    shape = tuple(
        getattr(first, f"get_{name}", lambda: None)() for name in ("hatch", "marker", "linestyle")
    )
    colour = getattr(first, "get_facecolor", getattr(first, "get_markerfacecolor", None))()
    return (type(first).__name__, *map(str, shape)), grey(
        colour if isinstance(colour, str) else np.ravel(colour)[:3]
    )


@pytest.mark.parametrize(
    "name", ["frontier", "load", "rule_costs", "skill_supply"]
)  # those with a legend
def test_colour_is_never_alone(name):
    """Any two marks that the legend explains differ in shape, or in brightness by a fifth."""
    ax = SMALL[name]()
    handles, labels = ax.get_legend_handles_labels()
    assert len(labels) > 1
    for one, other in combinations(map(_look, handles), 2):
        assert one[0] != other[0] or abs(one[1] - other[1]) > 0.2


def test_pyplot_stays_out():
    """Library code never touches the state of pyplot, and loading it loads no matplotlib."""
    code = (
        "import sys, rmatch; rmatch.plots; assert 'matplotlib' not in sys.modules; "
        "m = rmatch.match_matrix([[1, 2], [3, 4]]); rmatch.plots.load(m); rmatch.plots.heat_map(m);"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    """A clear message, and the data is still there."""
    real = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingDependencyError, match=r"pip install 'rmatch\[plot\]'"):
        plots.load(nobody())


def test_each_picture_stands_in_the_docs():
    """One file for each function, and the command draws exactly these."""
    folder = Path(__file__).parents[2] / "docs" / "images"
    assert {path.stem for path in folder.glob("*.png")} == set(plots.__all__)
