# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Comparing strategies
#
# Is a proven optimum worth it? Most programmes let people pick in the order they sign up, or take
# the best pair first and go on. Here every strategy gets the same people and the same rules.

# %%
import matplotlib.pyplot as plt

import rmatch
from rmatch.datasets import developer_survey, developer_survey_programme

matching = rmatch.match(*developer_survey(), **developer_survey_programme())
strategies = ["random", "first_come", "greedy", "rounds", "coverage_first", "total_score"]
comparison = rmatch.compare(
    matching.problem,
    strategies,
    seeds=10,
    baseline="first_come",
    figures=["match_rate, mentees", "score, mean", "score, p10", "score, minimum"],
)

# %% [markdown]
# ## Every pair's score

# %%
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
ax = comparison.plot(ax)

# %% [markdown]
# The optimum's box begins furthest to the right: fewest people get a poor pair.
#
# ## In figures
#
# The share of mentees with a mentor, and the scores of pairs: the mean, the worst tenth, the
# worst.

# %%
print(" " * 14, *(f"{column.split(', ')[1]:>9}" for column in comparison.columns))
for row in comparison.strategies:
    print(f"{row.name:>14}", *(f"{figure.value:9.2f}" for figure in row.figures.values()))

# %% [markdown]
# ## Which differences are real?
#
# Mentees are drawn again 2,000 times. A difference is called real when fewer than one draw in
# twenty could turn it round.

# %%
for row in comparison.strategies:
    if row.score is not None:
        print(f"{row.name:>14}: {row.score}")

# %% [markdown]
# Greedy pairs are good, but its gain over first come may be chance, since it leaves people out.
# The optimum's gain is real.
#
# ## Many pairs or good pairs?

# %%
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
ax = matching.frontier().plot(ax)

# %% [markdown]
# Every point is the best total score with that number of pairs. Up to 150 pairs can all score 0.8
# or more; with the last hundred the weakest pair falls fast. Where to stop is a decision for the
# programme, now with figures.
