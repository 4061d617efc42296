# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first match
#
# Who should teach whom? 345 mentors and 317 mentees come from a public survey of developers
# ({mod}`rmatch.datasets`): what they know is surveyed; what they want to learn, their seniority
# and how many mentees a mentor takes are derived from it.

# %%
import matplotlib.pyplot as plt

import rmatch
from rmatch import plots
from rmatch.datasets import developer_survey, developer_survey_programme

mentors, mentees = developer_survey()
print(mentors[0]["id"], mentors[0]["age_band"], "knows", ", ".join(mentors[0]["skills"][:4]))
print(mentees[0]["id"], mentees[0]["age_band"], "wants", ", ".join(mentees[0]["goals"][:4]))

# %% [markdown]
# ## What must hold, and what is good
#
# Rules forbid pairs; the score says how good an allowed pair is, from 0 to 1.

# %%
programme = developer_survey_programme()
for rule in programme["rules"]:
    print("rule:", rule.describe())
for part in programme["score"]:
    print("score:", part.name.replace("_", " "), f"weighs {part.weight}")

# %% [markdown]
# ## The pairs
#
# One call. No other set of pairs that keeps the rules has a higher total score: that is proven,
# and the last line says who can check the proof without the solver.

# %%
matching = rmatch.match(mentors, mentees, **programme)
print(matching.summary())
print(matching.certificate.verify(matching.problem))

# %% [markdown]
# ## A look at all of them
#
# Everybody against everybody: darker is a better pair, blank is forbidden, circles are chosen.

# %%
fig, ax = plt.subplots(figsize=(8, 6), layout="constrained")
ax = plots.heat_map(matching, ax)

# %% [markdown]
# Good pairs are chosen all along the diagonal. The stripe on the right is nearly blank: for these
# mentees the rules leave almost nobody.
#
# ## Why these two?

# %%
first = matching.pairs[0]
print(matching.why(first.mentor, first.mentee))

# %% [markdown]
# ## And who has nobody?

# %%
left_out = matching.unmatched_mentees
print(len(left_out), "mentees have no mentor")
print(matching.why_unmatched(left_out[0].id, side="mentee"))

# %% [markdown]
# The sentence names the rules in the way, the mentors who would fit but are taken, and the
# smallest step that would help. Next: [is the best matching worth it](2-comparing-strategies.py),
# and [what the rules cost](3-what-rules-cost.py).
