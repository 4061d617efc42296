"""Write ``explanations.md``: run ``python docs/howto/explanations_page.py`` in the repository."""

from __future__ import annotations

from pathlib import Path

import rmatch
from rmatch.datasets import ATTRIBUTION, developer_survey, developer_survey_programme

HERE = Path(__file__).parent

TOP = """\
# Ask a matching: why, why not, and what would it take

A list of pairs raises questions. Everybody who runs a programme hears them: *Why these two? Why not
somebody else? Why is she without a mentor? Which rule costs us most? Whom should we recruit?* A
`Matching` answers them. Each answer is data first (`to_dict()`, `to_frame()`) and then plain words
(`print(answer)`). Costs are exact: they are what a new solve with the change made would find.
They are told as people matched and score, so they are there for the objectives `total_score` and
`coverage_first`. Of a matching by another objective, `why` (then without costs), `agreement`,
`learning_goals`, `training_plan` and `frontier` can be asked; the others are refused.

```python
import rmatch
from rmatch.datasets import developer_survey, developer_survey_programme

mentors, mentees = developer_survey()
matching = rmatch.match(mentors, mentees, **developer_survey_programme())
```

| Question | Call |
| --- | --- |
| Why are these two a pair? | `matching.why(mentor, mentee)` |
| Why not these two, and what would it cost? | `matching.why_not(mentor, mentee)` |
| Who else, in order of cost? | `matching.alternatives(person, n=3)` |
| Why has somebody nobody, and what would help? | `matching.why_unmatched(person)` |
| What does each rule cost? | `matching.rule_costs()` |
| Whom to recruit, whose extra place is worth most? | `matching.recruit(n=3)` |
| Is the programme ready, before any solving? | `rmatch.readiness(mentors, mentees, rules=...)` |
| What should a pair agree on? | `matching.agreement(mentor, mentee)` |
| Which goals are left for other training? | `matching.learning_goals()` |
| Which workshops would cover them? | `matching.training_plan(share=0.8)` |
| How many pairs against how good? | `matching.frontier()` |

"The total" is the sum of the scores of all pairs, each between 0 and 1. "The next best mentor would
be ...: the total would fall by 0.05" means: choose that pair, let everybody else change as well as
they can, and the best total there is will be 0.05 lower than now.

What several rules cost together is "shared fairly" by Shapley's value (1953): what dropping a rule
adds, on average over all orders of dropping them. This is exact for up to eight rules; for more it
is estimated from random orders, and said with "about".
"""

VIEWERS = """\
## Who is asking

One argument says who reads the answer: `viewer="owner"` (the default, whoever runs the programme),
`viewer="participant"` or `viewer="auditor"`.

- A **participant** reads only what both people of a pair may know: goals, levels, what they have in
  common, and rules on columns that are not private. No other person is named, no score and no cost
  is stated. Vetoes, conflict lists, reporting lines, ages and rules on columns of your own are all
  passed over in the same words, so that silence never means a veto.
- An **owner** reads people, numbers and rules, but never that a veto or an accessibility need is
  behind a pair that is not possible.
- An **auditor** reads what the owner reads, the verdict of every rule for a pair, and what safety
  rules cost; of private rules (vetoes, accessibility, wishes for a partner) neither.
"""


def page() -> str:
    """Return the page, its texts made from the survey."""
    matching = rmatch.match(*developer_survey(), **developer_survey_programme())
    step = len(matching) // 10
    pairs = [matching.pairs[at * step] for at in range(10)]
    said = [TOP, "## Ten pairs\n", f"One pair in every {step}, as the owner reads it.\n"]
    for number, pair in enumerate(pairs, 1):
        said.append(f"{number}. {matching.why(pair.mentor, pair.mentee)}\n")
    first, other = pairs[1], pairs[4]
    mentee, mentor = matching.unmatched_mentees[0].id, matching.unmatched_mentors[0].id
    for title, call, answer in (
        (
            "The same pair, for the two of them",
            f'matching.why("{first.mentor}", "{first.mentee}", viewer="participant")',
            matching.why(first.mentor, first.mentee, viewer="participant"),
        ),
        (
            "Why not these two?",
            f'matching.why_not("{first.mentor}", "{other.mentee}")',
            matching.why_not(first.mentor, other.mentee),
        ),
        (
            "Who else?",
            f'matching.alternatives("{other.mentee}", side="mentee")',
            matching.alternatives(other.mentee, side="mentee"),
        ),
        (
            "Why has this person no mentor?",
            f'matching.why_unmatched("{mentee}", side="mentee")',
            matching.why_unmatched(mentee, side="mentee"),
        ),
        (
            "Why has this person no mentee?",
            f'matching.why_unmatched("{mentor}", side="mentor")',
            matching.why_unmatched(mentor, side="mentor"),
        ),
        ("What does each rule cost?", "matching.rule_costs()", matching.rule_costs()),
        ("Whom to recruit?", "matching.recruit(n=2)", matching.recruit(n=2)),
        (
            "What is left for other training?",
            "matching.training_plan(share=0.5)",
            f"{matching.learning_goals()} {matching.training_plan(share=0.5)}",
        ),
        ("How many pairs, how good?", "matching.frontier()", matching.frontier()),
    ):
        said.append(f"## {title}\n\n`{call}`\n\n{answer}\n")
    agreed = matching.agreement(first.mentor, first.mentee).to_markdown()
    said.append("## A page to agree on\n\n`matching.agreement(...).to_markdown()`\n\n```markdown")
    said += [f"{agreed.rstrip()}\n```\n", VIEWERS, f"{ATTRIBUTION}\n"]
    return "\n".join(said)


if __name__ == "__main__":
    (HERE / "explanations.md").write_text(page(), encoding="utf-8")
