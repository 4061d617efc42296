"""A reverse-mentoring roster derived from 1,000 answers to a public survey of developers.

The answers are in ``developer_survey.csv``, their source and licence in ``developer_survey.md``.
The survey is no mentoring programme: this module is the one place that turns answers into people.

=====================  ==================================================================
column                 where it comes from
=====================  ==================================================================
``id``                 surveyed: ``ResponseId``, written R0001
``skills``             surveyed: ``*HaveWorkedWith``, presence only (no level was asked)
``goals``              derived: ``*WantToWorkWith`` without ``*HaveWorkedWith``
``age_band``           surveyed: ``Age``, true in 2025
``level``              derived: the step of ``LADDER`` that the years of ``WorkExp`` reach,
                       one more for a people manager (``ICorPM``); 1 to 6
``country``            surveyed: ``Country``
``organisation_size``  surveyed: ``OrgSize``
``job``                surveyed: ``DevType``
``workplace``          derived: ``Country`` and ``OrgSize``; a freelancer's is their own
``capacity``           assumed: a mentor of level 1, 2 or 3 takes up to as many mentees
=====================  ==================================================================

Only people in work whose age and experience are known take part. Mentors are up to 44 years old, of
level 3 at most, and state a skill; mentees are 35 or older, of level 3 at least, and state a goal.
Whoever is both has the same id on both sides. Community platforms (forums, video sites) are left
out of skills and goals: visiting one is nothing that is taught.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import Any

ATTRIBUTION = (
    "Data: 1,000 answers to the Stack Overflow Annual Developer Survey 2025, Open Database License "
    "(ODbL 1.0). Goals, seniority levels, workplaces and capacities are derived; nobody was asked "
    "for them."
)

_YEAR = 2025
_FAMILIES = (
    "Language",
    "Database",
    "Platform",
    "Webframe",
    "DevEnvs",
    "SOTags",
    "OfficeStackAsync",
    "AIModels",
)
_IN_WORK = ("Employed", "Independent contractor, freelancer, or self-employed")
_MENTOR_AGES = ("18-24 years old", "25-34 years old", "35-44 years old")
_MENTEE_AGES = ("35-44 years old", "45-54 years old", "55-64 years old", "65 years or older")
_NO_ANSWER = ("NA", "I don’t know")
_ALONE = "Just me"

#: Years of work experience at which levels 1 to 5 begin.
LADDER = (0, 3, 7, 13, 21)
_MIDDLE = 3  # the highest level of a mentor, and the lowest of a mentee


def developer_survey() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (mentors, mentees) of the survey, as dicts that :func:`rmatch.match` takes.

    Returns
    -------
    tuple
        Mentors and mentees, in the order of the survey. Missing answers are ``None``.

    Examples
    --------
    >>> from rmatch.datasets import developer_survey
    >>> mentors, mentees = developer_survey()
    >>> len(mentors), len(mentees), mentees[0]["goals"][:2]
    (345, 317, ['Amazon Web Services (AWS)', 'Firebase Realtime Database'])
    """
    people = [_person(row) for row in _rows() if _takes_part(row)]
    mentors = [
        {**person, "capacity": person["level"]}
        for person in people
        if person["age_band"] in _MENTOR_AGES and person["level"] <= _MIDDLE and person["skills"]
    ]
    mentees = [
        person
        for person in people
        if person["age_band"] in _MENTEE_AGES and person["level"] >= _MIDDLE and person["goals"]
    ]
    return mentors, mentees


def developer_survey_programme() -> dict[str, Any]:
    """Return the rules, the score and the year of the demonstration, for :func:`rmatch.match`.

    Two people of one country whose organisations have the same size might be colleagues, since
    employers are not in the data: they are kept apart. Where a size is not known, the pair is
    flagged for review.

    Examples
    --------
    >>> from rmatch.datasets import developer_survey_programme
    >>> for rule in developer_survey_programme()["rules"]:
    ...     print(rule.describe())
    the mentee is at least 10 years older
    the mentee is at least 1 level above the mentor
    the mentor is at least 1 level ahead on one of the mentee's goals
    a different workplace
    the score is at least 0.3
    """
    from rmatch.rules import Different, GenerationGap, MinimumScore, SeniorityGap, TeachingMargin
    from rmatch.scoring import ReturnCoverage, TeachingCoverage

    return {
        "rules": [
            GenerationGap(10),
            SeniorityGap(1),
            TeachingMargin(1),
            Different("workplace"),
            MinimumScore(0.3),
        ],
        "score": [TeachingCoverage(weight=0.8), ReturnCoverage(weight=0.2)],
        "as_of": _YEAR,
    }


@cache
def _rows() -> tuple[dict[str, str], ...]:
    data = files("rmatch.datasets").joinpath("developer_survey.csv")
    return tuple(csv.DictReader(io.StringIO(data.read_text(encoding="utf-8"))))


def _takes_part(row: dict[str, str]) -> bool:
    ages = {*_MENTOR_AGES, *_MENTEE_AGES}
    return row["Employment"] in _IN_WORK and row["Age"] in ages and row["WorkExp"] != "NA"


def _person(row: dict[str, str]) -> dict[str, Any]:
    skills = _stated(row, "HaveWorkedWith")
    manager = row["ICorPM"] == "People manager"
    return {
        "id": f"R{int(row['ResponseId']):04}",
        "skills": sorted(skills),
        "goals": sorted(_stated(row, "WantToWorkWith") - skills),
        "age_band": row["Age"],
        "level": sum(float(row["WorkExp"]) >= years for years in LADDER) + manager,
        "country": _answer(row["Country"]),
        "organisation_size": _answer(row["OrgSize"]),
        "job": _answer(row["DevType"]),
        "workplace": _workplace(row),
    }


def _stated(row: dict[str, str], question: str) -> set[str]:
    """Return the names stated in all families of one question.

    "Anthropic: Claude Sonnet" loses its colon, which in a list of skills stands before a level.
    """
    answers = (row[family + question] for family in _FAMILIES)
    names = {name.strip() for text in answers if text != "NA" for name in text.split(";")}
    return {name.replace(":", "") for name in names}


def _workplace(row: dict[str, str]) -> str | None:
    if row["OrgSize"].startswith(_ALONE):
        return f"alone, R{int(row['ResponseId']):04}"
    country, size = _answer(row["Country"]), _answer(row["OrgSize"])
    return None if country is None or size is None else f"{country}, {size}"


def _answer(text: str) -> str | None:
    return None if text in _NO_ANSWER else text
