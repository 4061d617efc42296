"""Synthetic people as a data frame, with every column that usual rules read."""

from __future__ import annotations

from typing import Any

import numpy as np

SKILLS = 60


def frames(size: int, seed: int = 1) -> tuple[Any, Any]:
    """Return ``size`` mentors and as many mentees as pandas frames."""
    rng = np.random.default_rng(seed)
    return _side(rng, size, "m", (1, 5), (1985, 2003)), _side(rng, size, "s", (4, 9), (1960, 1981))


def _side(
    rng: np.random.Generator, size: int, prefix: str, levels: tuple[int, int], born: tuple[int, int]
) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {
            "id": [f"{prefix}{number:06d}" for number in range(size)],
            "level": rng.integers(*levels, size),
            "birth_year": rng.integers(*born, size),
            "skills": [_list(rng, (4, 10), (1, 6)) for _ in range(size)],
            "goals": [_list(rng, (2, 5), (3, 6)) for _ in range(size)],
            "department": [f"D{number}" for number in rng.integers(0, 20, size)],
            "site": [f"site {number}" for number in rng.integers(0, 12, size)],
            "languages": [
                ("English:C1; French:B1", "English:B2", "German:C2; English:B2")[pick]
                for pick in rng.integers(0, 3, size)
            ],
            "timezone": [
                ("Europe/Paris", "Europe/London", "America/New_York")[pick]
                for pick in rng.integers(0, 3, size)
            ],
            "interests": [
                "; ".join(rng.choice(["chess", "jazz", "golf", "films", "food"], 2, replace=False))
                for _ in range(size)
            ],
        }
    )


def _list(rng: np.random.Generator, counts: tuple[int, int], levels: tuple[int, int]) -> str:
    chosen = rng.choice(SKILLS, size=int(rng.integers(*counts)), replace=False)
    return "; ".join(f"skill {skill}:{rng.integers(*levels)}" for skill in chosen)
