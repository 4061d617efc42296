"""Hashes of many whole numbers at once: who has the same hash is the same, once that is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]


def mixed(words: Words) -> Words:
    """Return hashes of words, as G. Steele and others have them in "Fast splittable pseudorandom
    number generators", OOPSLA 2014."""
    hashes = words + np.uint64(0x9E3779B97F4A7C15)
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
