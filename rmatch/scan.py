"""Scanning: which pairs, of all pairs, are worth more than the prices of their two people?

One scan looks at all mentors for a slice of mentees. It is a plain function of picklable things, so
that slices can run as tasks anywhere: in threads, or on a cluster through joblib.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rmatch.candidates import Matchable
    from rmatch.solvers import Options

#: Looking at a pair alone takes as long as that many within their blocks.
ALONE = 250
#: Below any reduced gain, and far from overflow.
LOWEST = -(1 << 61)


@dataclass(frozen=True, eq=False)
class Wanted:
    """What to look for: each mentee's best pairs, by gain less the mentor's price.

    Of equals, mentees prefer the mentors from a place of their own in the order of all, and round
    it; so not all who are alike list the same few.
    """

    mentor: NDArray[np.int64]  # (mentors,), prices
    mentee: NDArray[np.int64]  # (mentees,), only pairs worth more than this
    most: NDArray[np.int64]  # (mentees,), how many pairs at most
    #: What is known from the scan before, if anything. A pair need not be found (nor looked at)
    #: where ``known[mentee] + fall[mentor]`` is not above ``mentee[mentee]``.
    known: NDArray[np.int64] | None = None  # (mentees,), no unlisted pair was worth more
    fall: NDArray[np.int64] | None = None  # (mentors,), by how much prices fell since

    @cached_property
    def rising(self) -> NDArray[np.intp]:
        """Mentors by how much their prices fell, least first: sorted once for all tasks."""
        return np.argsort(np.zeros(0) if self.fall is None else self.fall, kind="stable")


@dataclass(frozen=True, eq=False)
class Found:
    """The pairs found for a slice of mentees, by mentee, then mentor.

    ``covering`` is for each mentee a value above which the pairs listed are all there are: the
    threshold, or where there were too many, the best value of those left out.
    """

    mentor: NDArray[np.int32]
    mentee: NDArray[np.int32]
    gain: NDArray[np.int64]
    covering: NDArray[np.int64]  # (mentees of the slice,)
    touched: int  # pairs whose gain was computed

    @classmethod
    def joined(cls, parts: Iterable[Found]) -> Found:
        """Return the findings of all slices, in their order, as one."""
        every = [cls.unknown(slice(0, 0), 0), *parts]  # also where nobody is there
        names = ("mentor", "mentee", "gain", "covering")
        arrays = [np.concatenate([getattr(part, name) for part in every]) for name in names]
        return cls(arrays[0], arrays[1], arrays[2], arrays[3], sum(p.touched for p in every))

    @classmethod
    def unknown(cls, cols: slice, ceiling: int) -> Found:
        """Return what is known of a slice that was not scanned: no value is above ``ceiling``."""
        none, covering = np.zeros(0, np.int32), np.full(cols.stop - cols.start, ceiling, np.int64)
        return cls(none, none, none.astype(np.int64), covering, 0)


class Scanner(Protocol):
    """Something that can scan the pairs of a problem."""

    @property
    def width(self) -> int:
        """Mentees per task."""
        ...

    def memory(self, threads: int) -> int:
        """Return the bytes that scanning takes, with so many tasks at once."""
        ...

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        """Scan all mentors for the mentees ``cols``."""
        ...


#: Bytes that one pair of a block takes while it is scanned: gains, permissions, values, copies.
_PAIR_BYTES = 64
#: Pairs in a block: enough to keep numpy busy.
_BLOCK_PAIRS = 1 << 21


def first_turn(person: int, people: int, others: int) -> int:
    """Return whose turn is first for a person: so that not everybody prefers the same equals."""
    return person * others // people


@dataclass(frozen=True, eq=False)
class BlockScanner:
    """Scans by computing dense blocks: works for every rule and every score part."""

    problem: Matchable
    width: int

    @classmethod
    def of(cls, problem: Matchable, options: Options) -> BlockScanner:
        """Return a scanner whose blocks take at most a quarter of the memory allowed."""
        pairs = _BLOCK_PAIRS
        if options.memory_limit is not None:
            share = int(options.memory_limit) // 4 // threads_of(options)
            pairs = min(pairs, share // _PAIR_BYTES)
        return cls(problem, max(1, pairs // max(problem.shape[0], 1)))

    def memory(self, threads: int) -> int:
        """Return the bytes that scanning takes, with so many tasks at once."""
        return threads * self.width * self.problem.shape[0] * _PAIR_BYTES

    def scan(self, cols: slice, wanted: Wanted) -> Found:
        """Scan all mentors for the mentees ``cols``."""
        gains, allowed = self.problem.block(slice(None), cols)
        gains = np.ascontiguousarray(gains.T).astype(np.int64)
        value = gains - wanted.mentor
        value[~allowed.T] = LOWEST
        covering = wanted.mentee[cols].copy()
        above = value > covering[:, None]
        for row in np.flatnonzero(above.sum(axis=1) > wanted.most[cols]):
            # More than asked for: keep the best, equals by turn.
            mentee = cols.start + row
            most = wanted.most[mentee]
            first = first_turn(mentee, len(wanted.mentee), len(wanted.mentor))
            order = np.argsort(-np.roll(value[row], -first), kind="stable")
            order = (order + first) % len(order)
            covering[row] = value[row, order[most]]
            above[row] = False
            above[row, order[:most]] = True
        mentee, mentor = np.nonzero(above)
        return Found(
            mentor.astype(np.int32),
            (mentee + cols.start).astype(np.int32),
            gains[mentee, mentor].astype(np.int64),
            covering,
            value.size,
        )


def threads_of(options: Options) -> int:
    """Return how many tasks run at once in this process."""
    return options.threads or os.cpu_count() or 1


def scan_all(
    scanner: Scanner,
    mentees: int,
    wanted: Wanted,
    options: Options,
    ceiling: int = 1 << 61,
    deadline: float | None = None,
) -> Iterator[Found]:
    """Scan every mentee, in tasks; results come in the order of mentees whatever runs them.

    Past the ``deadline`` (of ``perf_counter``) no further slice is scanned; of those left, only
    that no value is above ``ceiling`` is known.
    """
    starts = range(0, mentees, scanner.width)
    slices = [slice(at, min(at + scanner.width, mentees)) for at in starts]

    def late() -> bool:
        return deadline is not None and perf_counter() > deadline

    def task(cols: slice) -> Found:
        return Found.unknown(cols, ceiling) if late() else scanner.scan(cols, wanted)

    threads = threads_of(options)
    if options.engine == "joblib":
        from rmatch import cluster

        yield from cluster.scan_all(scanner, slices, wanted, ceiling, late)
    elif threads == 1 or len(slices) == 1:
        yield from map(task, slices)
    else:
        # This thread takes the first that nobody has begun, the others begin with the last.
        pool = ThreadPoolExecutor(threads - 1)
        try:
            begun = [pool.submit(task, cols) for cols in reversed(slices)]
            for cols, result in zip(slices, reversed(begun), strict=True):
                yield task(cols) if result.cancel() else result.result()
        finally:
            pool.shutdown(cancel_futures=True)
