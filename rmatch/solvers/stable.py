"""Deferred acceptance: no two people would both rather have each other."""

from __future__ import annotations

from collections import deque
from heapq import heappush, heapreplace
from typing import ClassVar

import numpy as np

from rmatch.candidates import Candidates, Feature
from rmatch.solvers import Options, Selection, Status


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
    features: ClassVar[frozenset[Feature]] = frozenset(
        {Feature.CAPACITIES, Feature.TWO_SIDED_CAPACITIES, Feature.COVERAGE, Feature.BIG_NUMBERS}
    )
    exact: ClassVar[bool] = False

    def solve(self, candidates: Candidates, options: Options) -> Selection:
        """Return the stable selection."""
        order = np.lexsort((candidates.mentor, -candidates.gain, candidates.mentee))
        starts = np.searchsorted(candidates.mentee[order], np.arange(candidates.shape[1] + 1))
        proposals = order.tolist()
        mentor = candidates.mentor.tolist()
        gain = candidates.gain.tolist()
        mentee = candidates.mentee.tolist()
        places = candidates.bounds.mentor_most.tolist()
        wanted = candidates.bounds.mentee_most.tolist()
        held: list[list[tuple[int, int, int]]] = [[] for _ in places]
        following = starts[:-1].tolist()
        waiting = deque(learner for learner, count in enumerate(wanted) for _ in range(count))
        while waiting:
            learner = waiting.popleft()
            while following[learner] < starts[learner + 1]:
                edge = proposals[following[learner]]
                following[learner] += 1
                keeps = held[mentor[edge]]
                offer = (gain[edge], -mentee[edge], edge)
                if len(keeps) < places[mentor[edge]]:
                    heappush(keeps, offer)
                    break
                if keeps and offer > keeps[0]:
                    waiting.append(mentee[heapreplace(keeps, offer)[2]])
                    break
        chosen = np.array(sorted(edge for keeps in held for _, _, edge in keeps), dtype=np.intp)
        return Selection(chosen, Status.HEURISTIC, candidates.value(chosen), None)
