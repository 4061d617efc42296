"""The page around the sections: one file, no network, a script that only this page can run."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from functools import cache
from hashlib import sha256
from importlib import resources

from rmatch.report.content import Content
from rmatch.report.markup import Markup, join, tag
from rmatch.report.sections import SECTIONS

_LINKS = (
    ("glance", "At a glance"),
    ("pairs", "Pairs"),
    ("unmatched", "Without a pair"),
    ("costs", "Rule costs"),
    ("pictures", "Scores and skills"),
    ("kpis", "Figures"),
    ("proof", "Proof"),
)


def page(content: Content, title: str, dated: date) -> str:
    """Return the whole page as HTML."""
    style, script = _own("report.css"), _own("report.js")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", style),
    )
    links = [tag("li", tag("a", text, href=f"#{name}")) for name, text in _LINKS]
    body = tag(
        "body",
        tag("a", "Skip to the result", href="#main", class_="skip"),
        tag(
            "header",
            tag("h1", title),
            tag("p", f"Reverse mentoring: who teaches whom, and why. {dated:%d %B %Y}.",
                class_="lead"),
            tag("p", content.sharing, class_="sharing"),
        ),
        tag("nav", tag("ul", *links), aria_label="Sections"),
        tag("main", *(section(content) for section in SECTIONS), id="main"),
        tag("footer", tag("p", _USE)),
        tag("script", script),
    )  # fmt: skip
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _policy(script: Markup) -> str:
    """Allow the page's own script by its hash and nothing else: no network, no other script."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'"
    )


_USE = (
    "Made by rmatch. Scores say how well two people fit for learning from each other, under the "
    "weights and rules listed here; they say nothing about anybody's performance."
)


@cache
def _own(name: str) -> Markup:
    text = resources.files("rmatch.report").joinpath(name).read_text("utf-8")
    return join(Markup(text))
