"""The reference, written from the code itself: whatever is registered has its place in it.

The site's ``conf.py`` calls :func:`write` before each build; what it writes is not kept in git.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "reference"

#: What is only reachable by its module: title, then modules, in reading order.
MODULES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "answers",
        "Answers",
        (
            "rmatch.answers",
            *(
                f"rmatch.answers.{name}"
                for name in (
                    "why", "why_not", "why_unmatched", "remedies", "costs", "frontier",
                    "readiness", "recruit", "agreement", "learning", "training",
                )
            ),
        ),
    ),
    ("reading", "Reading and writing", ("rmatch.reading", "rmatch.export", "rmatch.schema")),
    ("programme", "Programmes as files", ("rmatch.programme",)),
    ("proof", "Checks and certificates", ("rmatch.check", "rmatch.certificate")),
    ("metrics", "KPIs", ("rmatch.metrics", "rmatch.metrics.base", "rmatch.intervals")),
    ("audit", "Audit", ("rmatch.audit",)),
    (
        "living",
        "A living programme",
        tuple(
            f"rmatch.living.{name}"
            for name in (
                "groups", "pool", "checkins", "pair_health", "feedback", "impact", "simulation",
            )
        ),
    ),
    ("solvers", "Solvers", ("rmatch.solvers",)),
    ("extending", "For your own rules and parts", ("rmatch.forms", "rmatch.rows")),
)  # fmt: skip


def write() -> None:
    """Write all pages anew."""
    FOLDER.mkdir(exist_ok=True)
    pages = {"rmatch": _public(), "rules": _rules(), "scoring": _scoring()}
    pages["objectives"] = _page("Objectives", [("By name", _classes("rmatch.objectives"))])
    pages |= {
        name: _page(title, [(module, _members(module)) for module in modules])
        for name, title, modules in MODULES
    }
    toctree = "\n".join(pages)
    pages["index"] = f"# Reference\n\n```{{toctree}}\n:maxdepth: 1\n\n{toctree}\n```\n"
    for name, text in pages.items():
        page = FOLDER / f"{name}.md"
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


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
                              "rmatch.rules.Predicate"]),
        ],
    )  # fmt: skip


def _scoring() -> str:
    from rmatch.scoring import PARTS

    parts = [*(f"rmatch.scoring.{name}" for name in PARTS), "rmatch.scoring.CustomScore"]
    own = ["rmatch.scoring.ScorePart", "rmatch.scoring.Term", "rmatch.scoring.default_score"]
    return _page("Score parts", [("Parts", parts), ("For your own", own)])


def _members(module: str) -> list[str]:
    """Return what a module defines or passes on, without what begins with an underscore."""
    found = importlib.import_module(module)
    names: Iterable[str] = getattr(found, "__all__", ())
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
            lines += [
                f"### {name}",
                "",
                "```{eval-rst}",
                f".. auto{kind}:: {module}.{name}\n{members}",
                "```",
                "",
            ]
    return "\n".join(lines)
