"""The page of explanations in the docs is what its command writes today."""

from __future__ import annotations

import runpy
from pathlib import Path

HOWTO = Path(__file__).parents[3] / "docs" / "howto"


def test_the_page_of_explanations_is_up_to_date() -> None:
    """Texts in the docs are made from real data; a change of words or of results shows here."""
    page = runpy.run_path(str(HOWTO / "explanations_page.py"))["page"]()
    assert (HOWTO / "explanations.md").read_text(encoding="utf-8") == page
