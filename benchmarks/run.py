"""One command for every figure: run cases, print tables with ratios, write a dated result.

python -m benchmarks.run --full             # everything; writes the docs page and the picture
python -m benchmarks.run --quick            # the same at small sizes, in about two minutes
python -m benchmarks.run --cases skills --sizes 5000 --repeat 3
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks import machine, report
from benchmarks.processes import load, measure, processes
from benchmarks.registry import CASES

RESULTS = Path(__file__).parent / "results"
#: The largest size of a quick run.
QUICK = 1_000


def main() -> None:
    load()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = [name for name, case in CASES.items() if not case.apart]
    parser.add_argument("--cases", nargs="+", choices=sorted(CASES), default=usual)
    parser.add_argument("--sizes", nargs="+", type=int, help="default: the case's own")
    parser.add_argument("--repeat", type=int, default=3, help="runs of those that are not slow")
    parser.add_argument("--full", action="store_true", help="all cases; write results and docs")
    parser.add_argument("--quick", action="store_true", help=f"sizes up to {QUICK:,}; write too")
    parser.add_argument("--out", type=Path, help="write the results as JSON")
    options = parser.parse_args()
    head = machine.header()
    print("\n".join(f"{key}: {value}" for key, value in head.items()), "\n")
    results = []
    began = perf_counter()
    with processes() as started:
        for name in options.cases:
            print(f"## {name}\n\n{CASES[name].about}\n", flush=True)
            for size in options.sizes or CASES[name].sizes:
                if options.quick and size > QUICK:
                    continue
                results.append(measure(started, name, size, options.repeat))
                print(report.table(results[-1]), "\n", flush=True)
    kind = "full" if options.full else "quick"
    today = dt.datetime.now(dt.UTC).date().isoformat()
    record: dict[str, Any] = {
        "date": today,
        "command": " ".join(["python -m benchmarks.run", *sys.argv[1:]]),
        "minutes": round((perf_counter() - began) / 60, 1),
        "machine": head,
        "results": results,
    }
    paths = [options.out] if options.out else []
    if options.full or options.quick:
        paths.append(RESULTS / f"speed-{kind}-{today}.json")
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_rounded(record), indent=1) + "\n", encoding="utf-8")
    if options.full or options.quick:
        report.write(RESULTS)


def _rounded(value: Any) -> Any:
    """Return the record with four significant digits, which is more than a run is good for."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


if __name__ == "__main__":
    main()
