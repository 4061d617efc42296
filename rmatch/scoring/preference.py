"""What people asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.errors import InvalidInputError
from rmatch.forms import Sparse, on_grid
from rmatch.scoring.base import ScorePart, Term
from rmatch.sides import strangers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rmatch.people import Person, Roster


@dataclass(frozen=True, kw_only=True)
class StatedPreference(ScorePart):
    """Wishes by rank from either side: half for the mentor's wish, half for the mentee's.

    Rank 1 is worth 1, rank ``max_rank`` is worth ``1 / max_rank``, later ranks nothing:
    ``max(0, max_rank + 1 - rank) / max_rank``. A wish only raises the score; it never forces.
    """

    max_rank: int = 5
    fields: ClassVar[tuple[str, ...]] = ("preferences",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_rank < 1:
            raise InvalidInputError(f"stated_preference: max_rank={self.max_rank}; at least 1")

    def terms(self, mentor: Person, mentee: Person) -> list[Term]:
        terms = []
        for side, one, other in (("mentor", mentor, mentee), ("mentee", mentee, mentor)):
            if other.id in one.preferences:
                rank = one.preferences.index(other.id) + 1
                worth = max(0, self.max_rank + 1 - rank) / self.max_rank
                terms.append(Term(0.5 * worth, f"the {side}'s wish number {rank}"))
        return terms

    def notes(self, mentors: Roster, mentees: Roster) -> Sequence[str]:
        """Count wishes for a person whom nobody is: a slip in an id would wish for nothing."""
        strange = strangers(mentors, mentees, "preferences")
        wishes = "wish names" if strange == 1 else "wishes name"
        return (f"{strange} {wishes} somebody who is on no roster",) if strange else ()

    def form(self, mentors: Roster, mentees: Roster, weight: float) -> Sparse:
        by_mentors = self._wishes(mentors, mentees, weight)
        by_mentees = self._wishes(mentees, mentors, weight)
        return Sparse(
            np.concatenate([by_mentors[0], by_mentees[1]]),
            np.concatenate([by_mentors[1], by_mentees[0]]),
            np.concatenate([by_mentors[2], by_mentees[2]]),
            (len(mentors), len(mentees)),
        )

    def _wishes(
        self, owners: Roster, others: Roster, weight: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (row of the owner, row of the wanted, gain) for wishes that can come true."""
        wishes = owners.ragged("preferences")
        place = {person: at for at, person in enumerate(others.ids)}
        target = np.array([place.get(label, -1) for label in wishes.labels], dtype=np.intp)
        wanted = target[wishes.codes] if len(wishes.codes) else np.zeros(0, np.intp)
        worth = np.maximum(0, self.max_rank + 1 - wishes.values) / self.max_rank
        gain = on_grid(weight * (0.5 * worth))
        real = (wanted >= 0) & (gain > 0)
        return wishes.rows[real].astype(np.intp), wanted[real], gain[real]
