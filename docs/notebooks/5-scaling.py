# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Scaling to 100,000 people a side
#
# A matrix of 100,000 times 100,000 scores of four bytes would take 40 gigabytes. The optimum over
# all ten billion pairs can be found and proven without it. This notebook runs with few people;
# raise `SIZE` to see the rest.

# %%
import matplotlib.pyplot as plt
import numpy as np

import rmatch
from rmatch.rules import Different, GenerationGap, SeniorityGap, TeachingMargin

SIZE = 1_000  # people on each side; 100_000 takes minutes


def people(prefix, levels, born, seed):
    """Made-up people with some of 60 skills, a level, a year of birth and a department."""
    rng = np.random.default_rng(seed)

    def some(most):
        chosen = rng.choice(60, size=int(rng.integers(3, most)), replace=False)
        return {f"skill {skill}": int(rng.integers(2, 6)) for skill in chosen}

    return [
        {
            "id": f"{prefix}{number:06}",
            "level": int(rng.integers(*levels)),
            "birth_year": int(rng.integers(*born)),
            "department": f"D{rng.integers(20)}",
            "skills": some(10),
            "goals": some(5),
        }
        for number in range(SIZE)
    ]


mentors = people("m", (1, 5), (1985, 2003), seed=1)
mentees = people("s", (4, 9), (1960, 1981), seed=2)

# %% [markdown]
# ## Solve, and watch
#
# Everybody starts with a few good pairs. Their exact optimum has **prices**: what one more place
# with a person would be worth. A scan over *all* pairs then looks for those worth more than the
# prices of their two people; they join, and so on. Each round has a matching, and a bound no
# matching can beat.

# %%
seen = []
matching = rmatch.match(
    mentors,
    mentees,
    rules=[GenerationGap(15), SeniorityGap(1), TeachingMargin(1), Different("department")],
    solver="pricing",
    as_of=2026,
    callback=seen.append,
)
rounds = {event["round"]: event for event in seen if event.get("gap") is not None}
print(matching.summary())

# %%
fig, ax = plt.subplots(figsize=(8, 3), layout="constrained")
gaps = [100 * event["gap"] for event in rounds.values()]
ax.plot(list(rounds), gaps, "o-", color="black")
ax.set(xlabel="Round", ylabel="Gap, % of the bound", title="How far from the best, at most")
ax.set_xticks(list(rounds))
ax.grid(axis="y")

# %% [markdown]
# The gap closes to exactly 0: scores are whole numbers inside, so there is no tolerance.
#
# ## What was looked at

# %%
last = list(rounds.values())[-1]
possible = len(mentors) * len(mentees)
print(f"{possible:,} pairs of people; {last['edges']:,} of them ever were candidates")
print(f"{len(rounds)} rounds; gains computed {last['touched'] / possible:.1f} times per pair")
pool = matching.basis.pool
kept = pool.mentor.nbytes + pool.mentee.nbytes + pool.gain.nbytes
print(f"candidates take {kept / 1e6:.1f} MB, a matrix would take {4 * possible / 1e6:.1f} MB")

# %% [markdown]
# Candidates per person hardly grow with the number of people, the matrix grows with its square.
# `memory_limit=` caps what a solve takes.
#
# ## Prices and the proof
#
# Whoever adds up the prices over all pairs has checked the proof. The solver takes no part in
# that.

# %%
prices = matching.prices
dearest = np.argsort(-prices.mentor)[:3]
for row in dearest:
    print(
        matching.mentor_ids[row],
        f"one more place is worth {prices.mentor[row] * matching.problem.unit:.2f}",
    )
print(matching.certificate.verify(matching.problem))

# %% [markdown]
# ## At full size
#
# Time and memory belong into a benchmark, with the machine and the peers beside them, not into
# a notebook. In the repository, `python -m benchmarks.run --cases skills --sizes 10000 100000`
# measures both on yours. For long solves there are a bar, limits and a clean stop: [watch a long
# solve](../howto/progress-and-limits.md).
