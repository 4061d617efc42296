"""The reference, written from the code itself: whatever is registered has its place in it.

The site's ``conf.py`` calls :func:`write` before each build; what it writes is not kept in git.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "reference"

#: Where the reference says more than the public names: title, then modules, in reading order. Of a
#: module with work of its own inside, the names after the colon are what is for users.
MODULES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "matching",
        "What comes back",
        (
            "rmatch.unmatched:Unmatched Taken Cause",
            "rmatch.matrix:MatrixProblem",
            "rmatch.lotteries:Lottery",
            "rmatch.comparison.table",
        ),
    ),
    (
        "answers",
        "Answers",
        (
            "rmatch.answers.answer:Answer",
            "rmatch.answers",
            *(
                f"rmatch.answers.{name}"
                for name in (
                    "why", "why_not", "why_unmatched", "remedies", "costs", "frontier",
                    "readiness", "recruit", "agreement", "learning", "training",
                )
            ),
            "rmatch.answers.moves:Move",
            "rmatch.answers.effect:Effect",
        ),
    ),
    ("reading", "Reading and writing", ("rmatch.reading", "rmatch.export", "rmatch.schema",
                                        "rmatch.errors:InputProblem")),
    ("programme", "Programmes as files", ("rmatch.programme",)),
    ("proof", "Checks and certificates", ("rmatch.check", "rmatch.certificate")),
    (
        "metrics",
        "KPIs",
        (
            "rmatch.metrics",
            "rmatch.metrics.base",
            "rmatch.metrics.observed:Observed",
            "rmatch.metrics.facts:Facts",
            "rmatch.intervals",
        ),
    ),
    ("audit", "Audit", ("rmatch.audit",)),
    (
        "reports",
        "Reports, evidence and pictures",
        (
            "rmatch.report:Reports",
            "rmatch.report.evidence:EvidenceCheck verify",
            "rmatch.report.approvals:Approval",
            "rmatch.plots",
        ),
    ),
    (
        "living",
        "A living programme",
        (
            "rmatch.living.rematch:Rematch",
            "rmatch.living.changes:Change Cause EarlierPair Ended Reason",
            "rmatch.living.frontier:ChangeFrontier ChangePoint",
            "rmatch.living.log",
            "rmatch.living.acceptance:Event State Standing Presence Ledger",
            "rmatch.living.waiting:WaitingList Waiting",
            *(
                f"rmatch.living.{name}"
                for name in (
                    "groups", "pool", "checkins", "pair_health", "feedback", "impact", "simulation",
                )
            ),
            "rmatch.living.left_out:LeftOut Unplaced",
        ),
    ),
    ("large", "Long work and data", ("rmatch.progress:bar", "rmatch.datasets")),
    ("solvers", "Solvers", ("rmatch.solvers", "rmatch.candidates:Feature Candidates Bounds")),
    ("extending", "For your own rules and parts", ("rmatch.forms", "rmatch.rows")),
)  # fmt: skip

#: Classes whose methods come from mixed-in parts; they are shown with the class itself.
WHOLE = ("rmatch.Matching",)


def write() -> None:
    """Write all pages anew, and take away those that are no longer there."""
    FOLDER.mkdir(exist_ok=True)
    found = pages()
    for name, text in found.items():
        page = FOLDER / f"{name}.md"
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
    for page in FOLDER.glob("*.md"):
        if page.stem not in found:
            page.unlink()


def pages() -> dict[str, str]:
    """Return the text of every page by its name."""
    found = {"rmatch": _public(), "rules": _rules(), "scoring": _scoring()}
    found["objectives"] = _page(
        "Objectives",
        [
            ("By name", ["rmatch.objectives.objective_named"]),
            ("Classes", _classes("rmatch.objectives")),
        ],
    )
    found |= {
        name: _page(title, [(module.partition(":")[0], _members(module)) for module in modules])
        for name, title, modules in MODULES
    }
    toctree = "\n".join(found)
    found["index"] = f"# Reference\n\n```{{toctree}}\n:maxdepth: 2\n\n{toctree}\n```\n"
    return found


def _public() -> str:
    import rmatch

    named = {name: getattr(rmatch, name) for name in rmatch.__all__}
    functions = [name for name, value in named.items() if inspect.isfunction(value)]
    errors = [name for name in named if name.endswith("Error")]
    classes = [n for n, value in named.items() if inspect.isclass(value) and n not in errors]
    return _page(
        "The public names",
        [
            ("Functions", [f"rmatch.{name}" for name in functions]),
            ("Values", [f"rmatch.{name}" for name in classes]),
            ("Errors", [f"rmatch.{name}" for name in errors]),
        ],
    )


def _rules() -> str:
    from rmatch.rules import COHORT_RULES, RULES

    return _page(
        "Rules",
        [
            ("Pair rules", [f"rmatch.rules.{name}" for name in RULES]),
            ("Cohort rules", [f"rmatch.rules.{name}" for name in COHORT_RULES]),
            ("For your own", ["rmatch.rules.PairRule", "rmatch.rules.CohortRule",
                              "rmatch.rules.Predicate", "rmatch.rules.eligibility.PersonRule",
                              "rmatch.rules.cohort.base.PricedRule",
                              "rmatch.rules.cohort.base.Breach"]),
        ],
    )  # fmt: skip


def _scoring() -> str:
    from rmatch.scoring import PARTS

    parts = [*(f"rmatch.scoring.{name}" for name in PARTS), "rmatch.scoring.CustomScore"]
    own = ["rmatch.scoring.ScorePart", "rmatch.scoring.Term", "rmatch.scoring.default_score"]
    return _page("Score parts", [("Parts", parts), ("For your own", own)])


def _members(entry: str) -> list[str]:
    """Return the names after the colon, or all that a module defines or passes on."""
    module, _, chosen = entry.partition(":")
    found = importlib.import_module(module)
    names: Iterable[str] = chosen.split() or getattr(found, "__all__", ())
    if not names:
        names = [
            name
            for name, value in vars(found).items()
            if not name.startswith("_") and getattr(value, "__module__", "") == module
        ]
    return [
        f"{module}.{name}"
        for name in names
        if inspect.isclass(getattr(found, name)) or inspect.isfunction(getattr(found, name))
    ]


def _classes(module: str) -> list[str]:
    return [name for name in _members(module) if inspect.isclass(_value(name))]


def _value(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _page(title: str, sections: Iterable[tuple[str, list[str]]]) -> str:
    lines = [f"# {title}", ""]
    for heading, names in sections:
        if heading:
            lines += [f"## {heading}", ""]
        for path in names:
            module, _, name = path.rpartition(".")
            kind = "class" if inspect.isclass(_value(path)) else "function"
            members = "   :members:\n" if kind == "class" else ""
            members += "   :inherited-members:\n" if path in WHOLE else ""
            lines += [
                f"### {name}",
                "",
                "```{eval-rst}",
                f".. auto{kind}:: {module}.{name}\n{members}",
                "```",
                "",
            ]
    return "\n".join(lines)
