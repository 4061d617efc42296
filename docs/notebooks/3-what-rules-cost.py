# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What do my rules cost?
#
# Seventy mentees have no mentor. Which rule keeps them apart, and what would a smaller step bring?
# Rules are there for good reasons; what each costs should be known when they are set.

# %%
import matplotlib.pyplot as plt

import rmatch
from rmatch import plots
from rmatch.datasets import developer_survey, developer_survey_programme
from rmatch.rules import GenerationGap

mentors, mentees = developer_survey()
programme = developer_survey_programme()
matching = rmatch.match(mentors, mentees, **programme)
print(matching.summary())

# %% [markdown]
# ## Without each rule
#
# For every rule the problem is solved again without it, and with weaker versions of it: these are
# facts, not estimates.

# %%
costs = matching.rule_costs()
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
ax = costs.plot(ax)

# %%
print(costs)

# %% [markdown]
# One rule costs nearly everything: ten years between the two.
#
# ## A smaller step

# %%
for years in (10, 8, 5, 2, 0):
    rules = [GenerationGap(years), *programme["rules"][1:]]
    found = rmatch.match(mentors, mentees, **{**programme, "rules": rules})
    print(f"{years:2} years: {len(found)} pairs, {found.score:.1f} in total")

# %% [markdown]
# Ages are known in bands, so only some steps matter.
#
# ## Or more mentors?
#
# The other way to serve more people is to find somebody who can teach what is asked for.

# %%
print(matching.recruit(n=2))

# %%
fig, ax = plt.subplots(figsize=(8, 5), layout="constrained")
ax = plots.skill_supply(rmatch.readiness(mentors, mentees, **programme), ax)

# %% [markdown]
# Two recruits bring two pairs more; the age rule stands in the way of nearly seventy. That is the
# conversation to have.
