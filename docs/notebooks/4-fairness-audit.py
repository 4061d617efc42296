# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A fairness audit
#
# Does everybody have the same chance of a mentor? Does a rule take partners away from one group?
# The attributes stand in a table of their own, which no rule, score or solver ever sees.

# %%
import matplotlib.pyplot as plt

import rmatch
from rmatch.datasets import developer_survey, developer_survey_programme

mentors, mentees = developer_survey()
matching = rmatch.match(mentors, mentees, **developer_survey_programme())
groups = {
    person["id"]: {"age": person["age_band"], "organisation": person["organisation_size"]}
    for person in mentors + mentees
}
audit = matching.audit(groups, min_cell=5, shuffles=5)

# %% [markdown]
# ## Who has a mentor
#
# Groups of fewer than five people are hidden, here and everywhere.

# %%
rates = [
    row
    for row in audit.figures
    if (row.measure, row.side, row.attribute) == ("match_rate", "mentees", "age") and row.n
]
fig, ax = plt.subplots(figsize=(8, 2.6), layout="constrained")
names = [f"{row.group} (n = {row.n})" for row in rates]
values = [row.value for row in rates]
low = [row.value - row.interval[0] for row in rates]
high = [row.interval[1] - row.value for row in rates]
ax.barh(names, values, xerr=(low, high), color="#9ecae1", edgecolor="black", capsize=3)
ax.axvline(0.8 * max(values), color="black", linestyle="--")
ax.set(xlabel="Share with a mentor, 95 % interval; dashed: four fifths of the highest", xlim=(0, 1))
for row in rates:
    flag = "look at this" if row.flagged else ""
    print(f"{row.group:>20}: {row.value:.0%} of {row.n}, {row.ratio:.0%} of the highest  {flag}")

# %% [markdown]
# Mentees of 35 to 44 find a mentor far less often than older ones. A ratio below four fifths is a
# reason to look; it is no verdict.
#
# ## Which rule takes their partners away?

# %%
for row in audit.options:
    if (row.side, row.group, row.attribute) == ("mentees", "35-44 years old", "age"):
        print(
            f"{row.rule}: forbids {row.removed:.0%} of all mentors; alone {row.removed_alone:.0%}"
        )

# %% [markdown]
# The age rule, once more: few mentors are ten years younger than somebody of 40.
#
# ## What was used, and what was not
#
# Each attribute is given to other people at random. Where nothing that the solver sees changes,
# the attribute cannot have been used. The age is, since a rule reads it; it should stand in the
# programme with its reason.

# %%
for proof in audit.non_use:
    print(proof.words)

# %% [markdown]
# Not used is not the same as not there: other columns may go with an attribute.

# %%
for row in audit.proxies:
    if row.flagged:
        print(f"{row.column} goes with {row.attribute} ({row.side}): Cramer's V {row.v:.2f}")

# %% [markdown]
# The workplace is made of country and size of the organisation, so it tells the size. Whether that
# matters is for people to judge; `matching.evidence("evidence.zip", groups=groups)` hands
# everything over to them.
