"""HTML from values: every text is escaped unless it is markup that was made here (§C14)."""

from __future__ import annotations

from html import escape
from typing import Any

_VOID = frozenset({"br", "col", "input", "meta"})


class Markup(str):
    """Text that is HTML already: made by :func:`tag`, or read from rmatch's own files."""

    __slots__ = ()


def tag(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """Return an element. Children that are no :class:`Markup` are escaped; ``None`` is left out.

    Attributes are written with ``-`` for ``_`` (``class_`` and ``for_`` lose their last); ``True``
    stands alone, ``None`` and ``False`` are left out.

    Examples
    --------
    >>> tag("td", "<script>", class_="name", hidden=True)
    '<td class="name" hidden>&lt;script&gt;</td>'
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{_safe(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    start = f"<{name}{written}>"
    return Markup(start if name in _VOID else f"{start}{join(*children)}</{name}>")


def join(*children: Any) -> Markup:
    """Return children in a row, each escaped unless it is markup."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else _safe(child)
            for child in children
            if child is not None
        )
    )


def _safe(value: Any) -> str:
    """Return escaped text without the control characters that HTML does not allow."""
    text = "".join(letter for letter in str(value) if letter.isprintable() or letter in "\n\t")
    return escape(text, quote=True)
