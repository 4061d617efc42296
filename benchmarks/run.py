"""One command for every figure: run cases, print tables with ratios, write a dated result."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import answers, cases, machine
from benchmarks.registry import CASES

assert all((answers, cases))  # imported for their cases

SLOW = 20.0  # seconds: contestants slower than this run once


def measure(name: str, size: int, repeat: int, only: str | None = None) -> dict[str, Any]:
    """Run one case at one size, contestants interleaved; return medians and what was found."""
    contestants = CASES[name].prepare(size)
    if only is not None:
        contestants = {only: contestants[only]}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times: dict[str, list[float]] = {each: [] for each in contestants}
    outcomes: dict[str, Any] = {}
    for _ in range(repeat):
        for each, run in contestants.items():
            if times[each] and times[each][0] > SLOW:
                continue
            started = perf_counter()
            outcomes[each] = run()
            times[each].append(perf_counter() - started)
    found = {outcome.objective for outcome in outcomes.values()} - {None}
    if len(found) > 1:
        wrong = {each: outcome.objective for each, outcome in outcomes.items()}
        raise SystemExit(f"{name} at {size}: contestants disagree: {wrong}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "case": name,
        "size": size,
        "seconds": {each: statistics.median(runs) for each, runs in times.items()},
        "runs": {each: len(runs) for each, runs in times.items()},
        "phases": {each: dict(out.phases) for each, out in outcomes.items() if out.phases},
        "notes": {each: out.note for each, out in outcomes.items() if out.note},
        "objective": next(iter(found), None),
        "peak MB above the problem": (peak - before) / 1024,
    }


def table(result: dict[str, Any]) -> str:
    """Return one result as a Markdown table: ours first, ratios against ours."""
    seconds = result["seconds"]
    ours = next(iter(seconds))
    lines = [
        f"### {result['case']} at {result['size']:,} x {result['size']:,}",
        "",
        "| | seconds | against " + ours + " | runs |",
        "|---|---:|---:|---:|",
    ]
    for each, value in seconds.items():
        note = f" ({result['notes'][each]})" if each in result["notes"] else ""
        runs = result["runs"][each]
        lines.append(f"| {each}{note} | {value:.4f} | {value / seconds[ours]:.2f} | {runs} |")
    for each, phases in result["phases"].items():
        parts = ", ".join(f"{phase} {value:.4f}" for phase, value in phases.items())
        lines += ["", f"{each}, last run: {parts}"]
    return "\n".join(lines)


def peaks(name: str, size: int) -> dict[str, float]:
    """Return each contestant's own peak memory in MB: a process for each."""
    found = {}
    for each in CASES[name].prepare(size):
        command = [sys.executable, "-m", "benchmarks.run", "--one", name, str(size), each]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found[each] = float(output.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=sorted(CASES), default=sorted(CASES))
    parser.add_argument("--sizes", nargs="+", type=int, help="default: the case's own")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="peak memory, a process for each")
    parser.add_argument("--out", type=Path, help="write the results as JSON")
    parser.add_argument("--one", nargs=3, metavar=("CASE", "SIZE", "NAME"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        name, size, only = options.one
        print(measure(name, int(size), 1, only)["peak MB above the problem"])
        return
    head = machine.header()
    print("\n".join(f"{key}: {value}" for key, value in head.items()), "\n")
    results = []
    for name in options.cases:
        print(f"## {name}\n\n{CASES[name].about}\n", flush=True)
        for size in options.sizes or CASES[name].sizes:
            result = measure(name, size, options.repeat)
            if options.memory:
                result["peak MB"] = peaks(name, size)
            results.append(result)
            print(table(result), "\n", flush=True)
    if options.out:
        when = dt.datetime.now(dt.UTC).date().isoformat()
        record = {"date": when, "machine": head, "results": results}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
