"""Lists that are alike have one number, and no entry gains more than slope times value."""

from __future__ import annotations

import numpy as np
import pytest

from rmatch import kernels

STEPS = 10


@pytest.mark.parametrize("seed", range(20))
def test_lists_by_shape(seed):
    rng = np.random.default_rng(seed)
    people, features = int(rng.integers(0, 400)), int(rng.integers(1, 8))
    run = np.sort(rng.integers(0, 4, features))
    has = rng.random((people, features)) < rng.choice([0.1, 0.5, 1.0])
    begins = np.concatenate([[0], np.cumsum(has.sum(axis=1))]).astype(np.int64)
    who, feature = np.nonzero(has)
    gain = rng.integers(1, 12, len(who)).astype(float)
    found = kernels.load("shapes").lists_of(begins, feature, gain, run, STEPS)

    keys = list(zip(who.tolist(), run[feature].tolist(), strict=True))
    heads = [at for at in range(len(keys)) if not at or keys[at] != keys[at - 1]]
    assert found.starts.tolist() == [*heads, len(keys)]
    assert found.person.tolist() == [keys[at][0] for at in heads]
    like = []
    for n, (begin, end) in enumerate(zip(heads, [*heads[1:], len(keys)], strict=True)):
        parts = np.maximum(np.rint(gain[begin:end] / gain[begin:end].max() * STEPS), 1)
        assert (found.value[begin:end] == (parts / STEPS).astype(np.float32)).all()
        reached = found.slope[n] * found.value[begin:end].astype(float)
        assert (reached >= gain[begin:end] * (1 - 1e-15)).all()
        like.append((tuple(feature[begin:end]), tuple(parts)))
    numbers = {shape: number for number, shape in enumerate(dict.fromkeys(like))}
    assert found.shape.tolist() == [numbers[shape] for shape in like]
    assert found.first.tolist() == [like.index(shape) for shape in numbers]
    assert found.uses.tolist() == [like.count(shape) for shape in numbers]
