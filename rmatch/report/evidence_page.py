"""The readable page of a pack of evidence, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rmatch.report.content import Content

_MEASURES = ("match_rate", "scoring_rate", "score", "eligible_rate", "burden")


def evidence_page(
    content: Content, records: Mapping[str, Mapping[str, Any]], title: str, dated: date
) -> str:
    """Return the page: what was decided by whom, on which rules, how it is known, and figures."""
    parts = [
        *_top(content, title, dated),
        *_rules(records["rules.json"], records["weights.json"]),
        *_proof(content),
        *_audit(records["audit.json"]),
        *_kpis(records["kpis.json"]),
        *_approvals(records["approvals.json"]),
        *_provenance(records["provenance.json"]),
    ]
    return "\n\n".join(parts) + "\n"


def _top(content: Content, title: str, dated: date) -> Iterator[str]:
    yield f"# {text(title)}"
    yield f"{dated.isoformat()}. {content.sharing}"
    lines = [f"- {have} of {every} {side} have a pair" for side, (have, every) in
             content.matched.items()]  # fmt: skip
    yield "\n".join([*lines, f"- {len(content.pairs)} pairs in all"])
    yield (
        "This pack states facts: what decided the result, how it is known, and figures by group. "
        "What they mean is for people to judge. `manifest.json` holds a SHA-256 of each file; "
        "`rmatch.report.evidence.verify(pack, problem)` checks them, the rules and the proof again."
    )


def _rules(rules: Mapping[str, Any], weights: Mapping[str, Any]) -> Iterator[str]:
    yield "## Rules and weights"
    rows = [
        (one["name"], one["asks"] or "not shown: private, or names people",
         "yes" if one["safety"] else "no", one["sha256"][:12])
        for one in rules["rules"]
    ]  # fmt: skip
    yield table(("Rule", "Asks", "Safety", "SHA-256 of its parameters"), rows, "There is no rule.")
    parts = [(one["name"], f"{one['weight']:.4g}") for one in weights["score"]]
    yield table(("Score part", "Weight"), parts, "The scores were given as a matrix.")
    yield f"Objective: {text(weights['objective'])}."


def _proof(content: Content) -> Iterator[str]:
    yield "## How the result is known"
    yield "\n".join(f"- {text(said)}" for said in content.proof)
    if content.notes:
        yield "To look at:"
        yield "\n".join(f"- {text(note)}" for note in content.notes)


def _audit(audit: Mapping[str, Any]) -> Iterator[str]:
    yield "## Audit by group"
    if not audit["computed"]:
        yield f"Not computed: {audit['why']}."
        return
    yield "\n".join(f"- {text(line)}" for line in audit["words"].splitlines())
    yield (
        "Ratios are to the highest rate of a group, for the burden to the mean; below 0.80, or for "
        "the burden above 1.25, a figure is flagged. Gaps are in standard deviations, flagged "
        f"beyond 0.2. Groups below {audit['min_cell']} people are hidden."
    )
    rows = [
        (row["measure"].replace("_", " "), row["attribute"], row["side"], row["group"],
         _number(row["n"], "d"), _number(row["value"]), _between(row), _number(row["ratio"]),
         _number(row["p"], ".2g"), _number(row["gap"]), "flag" if row["flagged"] else "")
        for row in audit["figures"]
        if row["measure"] in _MEASURES
    ]  # fmt: skip
    yield table(
        ("Measure", "Attribute", "Side", "Group", "n", "Value", "95 %", "Ratio", "p", "Gap", ""),
        rows,
        "There is no figure.",
    )
    yield "### What rules take from whom"
    lost = [
        (row["rule"], row["attribute"], row["side"], row["group"], _number(row["n"], "d"),
         _number(row["removed"]), _number(row["removed_alone"]), _number(row["ratio"]),
         "flag" if row["flagged"] else "")
        for row in audit["options"]
    ]  # fmt: skip
    yield table(
        ("Rule", "Attribute", "Side", "Group", "n", "Share removed", "By it alone", "Ratio", ""),
        lost,
        "There is no rule.",
    )
    yield "### What was not used, and what goes with it"
    used = [
        (row["attribute"], "not used" if row["not_used"] else "used", row["shuffles"],
         row["changed"], row["most_pairs_changed"])
        for row in audit["non_use"]
    ]  # fmt: skip
    head = ("Attribute", "Verdict", "Shuffles", "With any change", "Most pairs changed")
    yield table(head, used, "Nothing was tried.")
    near = [
        (row["column"], row["label"], row["attribute"], row["side"], _number(row["n"], "d"),
         _number(row["v"]), "flag" if row["flagged"] else "")
        for row in audit["proxies"]
    ]  # fmt: skip
    yield table(
        ("Column", "Label", "Attribute", "Side", "n", "Cramer's V", ""), near, "No column is read."
    )


def _kpis(kpis: Mapping[str, Any]) -> Iterator[str]:
    yield "## Figures"
    rows = [
        (each["name"].replace("_", " "), each["of"], _number(each["value"], ".4g"), _between(each),
         _number(each["n"], "d"), each["formula"])
        for each in kpis["figures"]
    ]  # fmt: skip
    yield table(("Figure", "Of", "Value", "95 %", "n", "Formula"), rows, "There is no figure.")


def _approvals(record: Mapping[str, Any]) -> Iterator[str]:
    yield "## Approvals"
    rows = [
        (one["on"], one["who"], one["decision"],
         "the whole matching" if one["pair"] is None else " with ".join(map(str, one["pair"])),
         one["reason"])
        for one in record["approvals"]
    ]  # fmt: skip
    none = "Nobody has approved anything yet."
    yield table(("Day", "Who", "Decision", "What", "Reason"), rows, none)


def _provenance(record: Mapping[str, Any]) -> Iterator[str]:
    yield "## Where it comes from"
    rows = [
        (name.replace("_", " "), "; ".join(f"{k} {v}" for k, v in value.items())
         if isinstance(value, Mapping) else value)
        for name, value in record.items()
    ]  # fmt: skip
    yield table(("What", "Value"), rows, "")


# ---- pieces --------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> str:
    """Return a Markdown table, or what to say where it would be empty."""
    cells = (["" if cell is None else text(cell) for cell in row] for row in rows)
    lines = [f"| {' | '.join(row)} |" for row in cells]
    if not lines:
        return empty
    return "\n".join([f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines])


def text(value: Any) -> str:
    r"""Return a value as text on one line that is no markup, neither Markdown nor HTML.

    Examples
    --------
    >>> print(text("a|b <script> [x](y)"))
    a\|b &lt;script&gt; \[x\](y)
    """
    line = " ".join(str(value).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*\[\]|])", r"\\\1", line)


def _number(value: Any, shown: str = ".3f") -> str:
    return "" if value is None else format(value, shown)


def _between(row: Mapping[str, Any]) -> str:
    return "" if row["low"] is None else f"{row['low']:.3g} to {row['high']:.3g}"
