"""The benchmark page and its picture, from the stored results: ``python -m benchmarks.report``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import ROW_RATE
from benchmarks.processes import SLOW

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"
PICTURE = "speed.svg"
OURS = "rmatch"
#: From this size on, times say how they grow; below, fixed costs do.
GROWING = 1_000
MILLION = 1_000_000


def stored(folder: Path) -> dict[str, Any]:
    """Return the latest full results, or where there are none, those of a quick run."""
    paths = sorted(folder.glob("speed-full-*.json")) or sorted(folder.glob("speed-quick-*.json"))
    record: dict[str, Any] = json.loads(paths[-1].read_text("utf-8"))
    return record


def write(folder: Path) -> None:
    """Write the page and the picture."""
    record = stored(folder)
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "index.md").write_text(page(record), encoding="utf-8")
    picture(record, DOCS / PICTURE)


def page(record: Mapping[str, Any]) -> str:
    """Return the page."""
    parts = (_top, _sizes, _families, _questions, _yardstick, _million)
    return "\n".join(line for part in parts for line in part(record)) + "\n"


def summary(record: Mapping[str, Any]) -> str:
    """Return the short table of the family ``skills`` for the README."""
    lines = [
        "| people on each side | rmatch, from rosters | fastest other, ready-made matrix | ratio |",
        "|---:|---:|---|---:|",
    ]
    for result in _of(record, "skills"):
        found = {each: run["seconds"] for each, run in result["contestants"].items()}
        ours = found.pop(OURS)
        size = f"{result['size']:,}"
        if not found:
            lines.append(f"| {size} | {_time(ours)} | none | |")
            continue
        best = min(found, key=found.__getitem__)
        ratio = f"{found[best] / ours:.2g}"
        lines.append(f"| {size} | {_time(ours)} | {best}, {_time(found[best])} | {ratio} |")
    return "\n".join(lines) + "\n"


# ---- one case at one size ------------------------------------------------------------------------


def table(result: Mapping[str, Any]) -> str:
    """Return one result as a Markdown table: ours first, ratios against ours."""
    contestants = result["contestants"]
    ours = next(iter(contestants))
    lines = [
        f"### {result['case']} at {result['size']:,} x {result['size']:,}",
        "",
        f"| | time | against {ours} | peak MB above the problem | runs |",
        "|---|---:|---:|---:|---:|",
    ]
    for each, found in contestants.items():
        ratio = found["seconds"] / contestants[ours]["seconds"]
        note = f" ({found['note']})" if found["note"] else ""
        cells = (_time(found["seconds"]), f"{ratio:.2f}", _whole(found["peak MB"]), found["runs"])
        lines.append(f"| {each}{note} | " + " | ".join(map(str, cells)) + " |")
    for each, found in contestants.items():
        parts = [f"{phase} {_time(value)}" for phase, value in found["phases"].items()]
        parts += [f"{name} {value:.6g}" for name, value in found["figures"].items()]
        if parts:
            lines += ["", f"{each}, last run: {', '.join(parts)}"]
    return "\n".join(lines)


# ---- the page ------------------------------------------------------------------------------------


def _top(record: Mapping[str, Any]) -> Iterator[str]:
    head = record["machine"]
    libraries = ", ".join(f"{name} {number}" for name, number in head["libraries"].items())
    yield "# Speed, side by side"
    yield ""
    yield (
        f"Made by `{record['command']}` on {record['date']} in {record['minutes']:.0f} minutes, at "
        f"commit {head['commit']}: {head['processor']}, {head['cores']} cores, load "
        f"{head['load at the start']} at the start, Python {head['python']}, {libraries}. Do not "
        "edit this page."
    )
    yield ""
    if head["load at the start"] > head["cores"] / 2:
        yield "**Other work ran on the machine: seconds are too high, and ratios uncertain.**"
        yield ""
    yield (
        "rmatch begins with two rosters and ends with a checked matching and its proof, scoring "
        "included; the others get the ready-made matrix of the same problem, built outside the "
        "clock. Every contestant has a process of its own; they run in turn. Times are medians "
        f"of three runs, or of one where that takes more than {SLOW:g} s; memory is the peak "
        "above what the process held before. Where several find an objective, the run ends with "
        "an error unless all are equal, to the last unit. Ratios say more than seconds: they are "
        "what carries over to other machines."
    )
    yield ""


def _sizes(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of sizes for each case in which others take part."""
    yield f"![Seconds by number of people, both axes logarithmic]({PICTURE})"
    yield ""
    yield f"*The family `skills`, one to one. Made by `{record['command']}`.*"
    yield ""
    for case in _names(record):
        results = _of(record, case)
        if len(results[0]["contestants"]) < 3 or OURS not in results[0]["contestants"]:
            continue
        sizes = [result["size"] for result in results]
        everybody = list(dict.fromkeys(name for each in results for name in each["contestants"]))
        yield f"## {_title(case)}"
        yield ""
        yield _about(case)
        yield ""
        yield "| | " + " | ".join(f"{size:,}" for size in sizes) + " | grows as |"
        yield "|---|" + "---:|" * (len(sizes) + 1)
        for name in everybody:
            found = [result["contestants"].get(name) for result in results]
            seconds = [None if each is None else each["seconds"] for each in found]
            cells = ["-" if each is None else f"{_time(each)}" for each in seconds]
            yield f"| {name} | " + " | ".join(cells) + f" | {_growth(sizes, seconds)} |"
        cells = [_against_best(result) for result in results]
        yield "| **best other / rmatch** | " + " | ".join(cells) + " | |"
        for name in everybody:
            found = [result["contestants"].get(name) for result in results]
            cells = ["-" if each is None else f"{_whole(each['peak MB'])} MB" for each in found]
            yield f"| memory of {name} | " + " | ".join(cells) + " | |"
        yield ""


def _families(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield how rmatch fares on harder families, against the usual one."""
    usual = {result["size"]: result for result in _of(record, "skills")}
    yield "## Harder families"
    yield ""
    yield (
        "Scores decide how many rounds a solve takes. Looked at: the share of all pairs that an "
        "average scan, and the widest one, bounded one by one; the others were ruled out by bounds "
        "of whole blocks, or by what the scan before knew. No scan at all looked at so many pairs, "
        "at most, as the widest left out."
    )
    yield ""
    yield (
        "| family | people | time | against `skills` | rounds | edges per mentee | looked at | "
        "at most |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for case in _names(record):
        for result in _of(record, case):
            ours = result["contestants"].get(OURS)
            if ours is None or "touched" not in ours["figures"]:
                continue
            size, figures = result["size"], ours["figures"]
            mentees = 3 * size if case == "shortage" else size
            scans = figures["round"] + 1
            share = figures["touched"] / (size * mentees * scans)
            widest = f"{figures['widest'] / (size * mentees):.2%}" if "widest" in figures else "-"
            same = usual.get(size)
            ratio = ours["seconds"] / same["contestants"][OURS]["seconds"] if same else float("nan")
            yield (
                f"| {case} | {size:,} | {_time(ours['seconds'])} | {ratio:.1f} | "
                f"{figures['round']:.0f} | {figures['edges'] / mentees:.0f} | {share:.2%} | "
                f"{widest} |"
            )
    yield ""
    for case in _names(record):
        first = _of(record, case)[0]["contestants"]
        if OURS in first and len(first) < 3:
            yield f"- `{case}`: {_about(case)}"
    yield ""


def _questions(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the cases in which rmatch is measured against itself."""
    for result in record["results"]:
        if OURS not in result["contestants"]:
            if result["size"] == _of(record, result["case"])[0]["size"]:
                yield f"## {_title(result['case'])}"
                yield ""
                yield _about(result["case"])
                yield ""
            yield table(result)
            yield ""


def _priced(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the results of the usual family that are large enough to be priced."""
    return [
        result
        for result in _of(record, "skills")
        if "round" in result["contestants"][OURS]["figures"]
    ]


def _yardstick(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a pass over all pairs costs against what the machine can do."""
    if not _priced(record):
        return
    last = _priced(record)[-1]
    head = record["machine"]
    ours, size = last["contestants"][OURS], last["size"]
    figures, scan, first = ours["figures"], _pass(ours), ours["phases"]["first scan"]
    bound = figures["terms"] * size / head[ROW_RATE]
    share = figures["touched"] / size**2 / (figures["round"] + 1)
    yield "## A pricing pass against the machine"
    yield ""
    products, memory = (
        head["float32 multiply-adds per second"],
        head["memory bytes read per second"],
    )
    yield (
        f"One pass over all {size:,} x {size:,} pairs takes {_time(scan)} on average, the first "
        f"one included, that is {scan / size**2 * 1e9:.3f} ns per pair. Scores "
        f"take at least one multiply-add per goal and site "
        f"of a mentee with each mentor, here {figures['terms'] * size:.3g} in all; this "
        f"machine does {head[ROW_RATE]:.3g} a second when it only adds up cached rows, measured "
        f"in the same run: {_time(bound)}. The pass takes **{scan / bound:.2f} times** that, "
        f"and the first, which knows least, {first / bound:.2f} times; {share:.1%} of the pairs "
        f"were bounded one by one, the others ruled out by whole blocks. "
        f"(A matrix product does {products:.3g} multiply-adds a second, and memory is read at "
        f"{memory:.3g} bytes a second: only to read the dense matrix of this size as float64 "
        f"would take {_time(8 * size**2 / memory)}.)"
    )
    yield ""


def _pass(ours: Mapping[str, Any]) -> float:
    """Return the seconds of an average scan of all pairs: the first one, and one each round."""
    phases = ours["phases"]
    return float(phases["first scan"] + phases["pricing"]) / (ours["figures"]["round"] + 1)


def _million(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a million by a million needs, from the largest sizes measured."""
    priced, head = _priced(record), record["machine"]
    yield "## What a million by a million needs"
    yield ""
    if len(priced) < 2:
        yield "More sizes are needed to say; `python -m benchmarks.run --full` measures them."
        return
    ours, size = priced[-1]["contestants"][OURS], priced[-1]["size"]
    figures = ours["figures"]
    solving = [result["contestants"][OURS]["phases"]["solving"] for result in priced]
    sizes = [result["size"] for result in priced]
    growth = max(1.0, _slope(sizes, solving))
    rounds = [result["contestants"][OURS]["figures"]["round"] for result in priced]
    per_decade = max(0.0, float(np.polyfit(np.log10(sizes), rounds, 1)[0]))
    decades = np.log10(MILLION / size)
    passes = int(np.ceil(round(figures["round"] + 1 + per_decade * decades, 6)))
    pair = _pass(ours) / size**2
    scanning = passes * pair * MILLION**2
    solve = solving[-1] * (MILLION / size) ** growth
    width = 1280
    needed = (ours["peak MB"] or 0) * MILLION / size / 1000
    yield f"From the figures of {size:,} x {size:,} above:"
    yield ""
    yield (
        f"- **A block**, {width} mentees with all mentors: {width} x 1,000,000 x "
        f"{pair * 1e9:.3f} ns = {width * MILLION * pair:.2f} s on {head['cores']} cores. One pass "
        f"is {int(np.ceil(MILLION / width)):,} blocks, {pair * MILLION**2:,.0f} s."
    )
    yield (
        f"- **Passes**: {figures['round'] + 1:.0f} measured, and {per_decade:.1f} more for ten "
        f"times as many people: {passes}. Together {scanning:,.0f} s."
    )
    yield (
        f"- **Solving** between passes is one process: {_time(solving[-1])} measured, growing as "
        f"n^{growth:.2f}: {solve:,.0f} s."
    )
    yield (
        f"- **Memory**: people and candidate edges grow with n: {_whole(ours['peak MB'])} MB x "
        f"{MILLION // size} = {needed:,.1f} GB. No array has n x n entries."
    )
    yield ""
    yield "| machines like this one | passes | solving | in all |"
    yield "|---:|---:|---:|---:|"
    for machines in (1, 10, 50, 200):
        shared = scanning / machines
        total = (shared + solve) / 60
        yield f"| {machines} | {shared / 60:,.1f} min | {solve / 60:,.1f} min | {total:,.0f} min |"
    yield ""
    yield (
        "The passes share out evenly, since blocks need nothing of each other ([how](../howto/"
        "scale-out.md)); what travels per pass is two prices per person, and at most some tens of "
        "pairs per mentee back. These lines are arithmetic, not a measurement."
    )


# ---- figures -------------------------------------------------------------------------------------


def _names(record: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(result["case"] for result in record["results"]))


def _of(record: Mapping[str, Any], case: str) -> list[dict[str, Any]]:
    return [result for result in record["results"] if result["case"] == case]


def _about(case: str) -> str:
    from benchmarks.processes import load
    from benchmarks.registry import CASES

    load()
    return CASES[case].about


def _title(case: str) -> str:
    return f"`{case}`"


def _against_best(result: Mapping[str, Any]) -> str:
    """Say how many times the time of rmatch the fastest other took."""
    others = {n: found["seconds"] for n, found in result["contestants"].items() if n != OURS}
    if not others:
        return "alone"
    name = min(others, key=others.__getitem__)
    return f"**{others[name] / result['contestants'][OURS]['seconds']:.2g}** ({name})"


def _growth(sizes: Sequence[int], seconds: Sequence[float | None]) -> str:
    known = [(n, t) for n, t in zip(sizes, seconds, strict=True) if t is not None and n >= GROWING]
    if len(known) < 2:
        return "-"
    return f"n^{_slope(*zip(*known, strict=True)):.2f}"


def _slope(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the exponent of the power of n that fits best, in logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def _time(seconds: float) -> str:
    if seconds < 0.1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.3g} s"


def _whole(number: float | None) -> str:
    return "?" if number is None else f"{number:,.0f}"


def picture(record: Mapping[str, Any], path: Path) -> None:
    """Draw seconds by size, one line for each contestant of the family ``skills``."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    results = _of(record, "skills")
    with plt.rc_context({"svg.hashsalt": "rmatch", "svg.fonttype": "none"}):
        figure, axes = plt.subplots(figsize=(8, 5.5), layout="constrained")
        everybody = dict.fromkeys(name for each in results for name in each["contestants"])
        for name in everybody:
            points = [
                (result["size"], result["contestants"][name]["seconds"])
                for result in results
                if name in result["contestants"]
            ]
            ours = name == OURS
            axes.plot(*zip(*points, strict=True), marker="o", label=name,
                      linewidth=3 if ours else 1.2, color="black" if ours else None)  # fmt: skip
        axes.set(xscale="log", yscale="log", xlabel="mentors, and as many mentees",
                 ylabel="seconds")  # fmt: skip
        axes.set_title(
            "rmatch from rosters, scoring included; others on the ready-made matrix", fontsize=10
        )
        axes.grid(which="major", alpha=0.3)
        axes.legend(fontsize=8)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def main() -> None:
    """Write the page from the results that are there."""
    write(Path(__file__).parent / "results")


if __name__ == "__main__":
    main()
