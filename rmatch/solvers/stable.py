"""Deferred acceptance: no two people would both rather have each other."""

from __future__ import annotations

from collections import deque
from heapq import heappush, heapreplace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from rmatch.candidates import SIZES, Candidates, Feature
from rmatch.solvers import Options, Selection, Status

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Stable:
    """Mentees propose in order of score; mentors keep the best proposals they have places for.

    Both sides rank by the same score, ties by canonical order, so exactly one matching is stable.
    Stability does not maximise the total: it is a strategy to compare with.

    References
    ----------
    D. Gale and L. S. Shapley, "College admissions and the stability of marriage", The American
    Mathematical Monthly 69(1), 1962.
    """

    name: ClassVar[str] = "stable"
    features: ClassVar[frozenset[Feature]] = SIZES | {
        Feature.CAPACITIES,
        Feature.TWO_SIDED_CAPACITIES,
        Feature.COVERAGE,
    }
    exact: ClassVar[bool] = False

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the stable selection."""
        chosen = deferred_acceptance(candidates, candidates.gain, candidates.gain)
        return Selection(chosen, Status.HEURISTIC, candidates.value(chosen), None)


def deferred_acceptance(
    candidates: Candidates,
    mentees_rank: NDArray[np.int64],
    mentors_rank: NDArray[np.int64],
    proposers: str = "mentees",
) -> NDArray[np.intp]:
    """Return the edges of the stable selection that is best for the proposers.

    Each side ranks its edges by a number per edge, the larger the better, ties by the partner's
    place in canonical order.
    """
    bounds = candidates.bounds
    sides = [
        (candidates.mentee, mentees_rank, bounds.mentee_most),
        (candidates.mentor, mentors_rank, bounds.mentor_most),
    ]
    (proposer, wish, wanted), (receiver, favour, places) = (
        sides if proposers == "mentees" else sides[::-1]
    )
    order = np.lexsort((receiver, -wish, proposer))
    starts = np.searchsorted(proposer[order], np.arange(len(wanted) + 1)).tolist()
    proposals, one, other = order.tolist(), proposer.tolist(), receiver.tolist()
    liked, room = favour.tolist(), places.tolist()
    held: list[list[tuple[int, int, int]]] = [[] for _ in room]
    following = starts[:-1]
    waiting = deque(each for each, count in enumerate(wanted.tolist()) for _ in range(count))
    while waiting:
        person = waiting.popleft()
        while following[person] < starts[person + 1]:
            edge = proposals[following[person]]
            following[person] += 1
            keeps = held[other[edge]]
            offer = (liked[edge], -one[edge], edge)
            if len(keeps) < room[other[edge]]:
                heappush(keeps, offer)
                break
            if keeps and offer > keeps[0]:
                waiting.append(one[heapreplace(keeps, offer)[2]])
                break
    return np.array(sorted(edge for keeps in held for _, _, edge in keeps), dtype=np.intp)
