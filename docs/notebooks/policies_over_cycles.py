# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   language_info:
#     name: python
# ---

# %% [markdown]
# # Policies over cycles
#
# A programme runs year after year. People who were badly matched leave, people who learned need
# something else, new ones join. Does it pay to match as well as possible every time? This notebook
# compares three policies in simulated programmes. **Nothing here is measured**: the figures follow
# from the assumptions, which are printed, and which you can change.

# %%
import numpy as np

import rmatch
from rmatch.living import Assumptions, simulate, suggest_weights
from rmatch.scoring import SharedInterests, TeachingCoverage

SKILLS = ("AI", "data", "law tech", "sales tools", "video")
HOBBIES = ("chess", "jazz", "golf", "films")


def people(prefix, count, seed):
    """Random people: three skills, two goals, two interests each."""
    rng = np.random.default_rng(seed)
    return [
        {
            "id": f"{prefix}{number}",
            "skills": {s: int(rng.integers(1, 6)) for s in rng.choice(SKILLS, 3, replace=False)},
            "goals": {s: {"target": 5} for s in rng.choice(SKILLS, 2, replace=False)},
            "interests": [str(h) for h in rng.choice(HOBBIES, 2, replace=False)],
        }
        for number in range(count)
    ]


mentors, mentees = people("m", 60, 1), people("s", 60, 2)
joiners = [
    (people(f"m{year}-", 10, 10 + year), people(f"s{year}-", 10, 20 + year)) for year in (2, 3)
]

# %% [markdown]
# ## The policies
#
# All score the same way. One takes the proven best matching, one the order of arrival, one chance.

# %%
score = [TeachingCoverage(weight=0.7), SharedInterests(weight=0.3)]
policies = {
    name: lambda left, right, solver=solver: rmatch.match(left, right, score=score, solver=solver)
    for name, solver in (("best", "auto"), ("first come", "first_come"), ("random", "random"))
}

# %% [markdown]
# ## The world, as assumed

# %%
world = Assumptions(weights={"teaching_coverage": 0.7, "shared_interests": 0.3}, noise=0.4)
print(world)

# %% [markdown]
# ## Five worlds
#
# The same luck for every policy, five seeds, three cycles.

# %%
runs = [
    simulate(mentors, mentees, policies, cycles=3, joiners=joiners, assumptions=world, seed=seed)
    for seed in range(5)
]
levels = {name: [run.total(name, "levels_learned") for run in runs] for name in policies}
left = {name: [run.total(name, "left") for run in runs] for name in policies}
for name in policies:
    learned, gone = np.mean(levels[name]), np.mean(left[name])
    print(f"{name:>10}: {learned:5.1f} levels learned, {gone:4.1f} people left")

# %% [markdown]
# In every one of these worlds, the best matching teaches more than chance does.

# %%
assert all(best > chance for best, chance in zip(levels["best"], levels["random"], strict=True))

# %% [markdown]
# ## Would ratings give the weights away?
#
# The true weights are known here, so the suggestion can be judged. Ratings of *random* pairs tell
# most, since they show pairs of all kinds; the best matching shows only good ones.

# %%
for name in ("random", "best"):
    cycle = next(cycle for cycle in runs[0].cycles if cycle.policy == name)
    print(f"--- rated under the policy {name!r}")
    print(suggest_weights(cycle.matching, cycle.ratings))
