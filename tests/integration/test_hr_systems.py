"""rmatch as a part of a larger system: directories, threads, long lives."""

from __future__ import annotations

import gc
import importlib
import json
import pkgutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import rmatch
from rmatch.datasets import developer_survey, developer_survey_programme
from rmatch.errors import InvalidInputError
from rmatch.reading import from_scim
from rmatch.rules import SeniorityGap
from rmatch.schema import MatchingRecord

HR = "urn:example:hr:2.0:User"
USERS = [
    {
        "id": "1",
        "name": {"formatted": "Ana Lima"},
        "preferredLanguage": "pt-BR, en;q=0.5",
        HR: {"gender": "f", "birthDate": "1999", "address": {"country": "PT"}},
    },
    {"id": "2", "displayName": "Ben", "active": False},
]


def test_nothing_sensitive_is_read_from_scim_unless_it_is_named():
    """Whatever a directory sends along stays out, also from the rosters (§C11)."""
    (plain,) = from_scim(USERS)
    assert plain == {"id": "1", "name": "Ana Lima", "languages": ["pt", "en"]}
    also = {f"{HR}:birthDate": "birth_year", f"{HR}:address.country": "country"}
    (named,) = from_scim(USERS, also=also)
    assert named == {**plain, "birth_year": "1999", "country": "PT"}
    assert rmatch.read_roster([named])[0].birth_year == 1999


def test_skills_and_goals_are_joined_from_their_own_tables(tmp_path):
    """From lists and files; rows of strangers are passed over, a level that lacks is not."""
    table = tmp_path / "skills.csv"
    table.write_text("id,skill,level\n1,AI,4\n1,Law,2\n99,SQL,2\n")
    goals = [{"id": "1", "skill": "Negotiation"}]
    (person,) = from_scim(USERS, skills=table, goals=goals)
    read = rmatch.read_roster([person])[0]
    assert read.skills == {"AI": 4, "Law": 2}
    assert set(read.goals) == {"Negotiation"}
    table.write_text("id,skill,level\n1,AI,4\n1,Law,\n")
    with pytest.raises(rmatch.InvalidInputError, match="'Law' has no level"):
        rmatch.read_roster(from_scim(USERS, skills=table))
    assert from_scim(USERS, skills=[{"id": "1", "skill": "AI"}])[0]["skills"] == ["AI"]


@pytest.mark.parametrize(
    ("users", "skills", "words"),
    [
        ([{"userName": "a"}, {"id": "1"}, "x"], None, ["row 1: a user without an id", "row 3"]),
        (USERS, [{"id": "1", "name": "AI"}], ["no column 'skill'", "there are: id, name"]),
        (
            USERS,
            [{"id": "1", "skill": ""}, {"id": None, "skill": "AI"}],
            ["skills, row 1, column 'skill'", "skills, row 2, column 'id'"],
        ),
    ],
)
def test_what_is_wrong_in_a_directory_is_named_at_once(users, skills, words):
    """All bad rows in one error, as for every other source."""
    with pytest.raises(rmatch.InvalidInputError) as error:
        from_scim(users, skills=skills)
    assert all(word in str(error.value) for word in words)


def test_a_stored_result_is_read_back_and_goes_on():
    """JSON and back is the same record; as earlier pairs it says what the matching says."""
    people = _people(0)
    matching = rmatch.match(*people, rules=[SeniorityGap(2)])
    stored = json.loads(json.dumps(matching.to_dict()))
    record = MatchingRecord.from_dict(stored)
    assert [(pair.mentor, pair.mentee, pair.score) for pair in record.pairs] == [
        (pair.mentor, pair.mentee, pair.score) for pair in matching.pairs
    ]
    drop = [matching.pairs[0].mentor]
    options = {"drop": drop, "rules": [SeniorityGap(2)]}
    old, new = (rmatch.rematch(each, *people, **options) for each in (matching, record))
    assert new.to_dict() == old.to_dict()
    del stored["pairs"][0]["mentor"], stored["status"]
    with pytest.raises(rmatch.InvalidInputError, match=r"2 problems(?s:.*)status(?s:.*)mentor"):
        MatchingRecord.from_dict(stored)


def test_eight_threads_find_what_one_finds():
    """Real people, rosters shared by all threads, caches cold and warm."""
    mentors, mentees = developer_survey()
    programme = developer_survey_programme()

    def pairs(_):
        found = rmatch.match(mentors, mentees, **programme)
        return [(pair.mentor, pair.mentee, pair.score) for pair in found.pairs]

    with ThreadPoolExecutor(8) as pool:
        first, *others = pool.map(pairs, range(8))
    assert first
    assert all(other == first for other in others)
    assert pairs(0) == first


def _people(cycle):
    mentors = [{"id": f"m{cycle}-{n}", "level": 1, "skills": "AI:4; SQL:3"} for n in range(2)]
    mentees = [{"id": f"s{cycle}-{n}", "level": 4, "goals": "AI:4"} for n in range(2)]
    return mentors, mentees


def _live_objects():
    gc.collect()
    return len(gc.get_objects())


def test_a_process_that_matches_for_long_does_not_grow():
    """1,000 matches of ever new people leave nothing behind that can be counted."""
    for cycle in range(50):  # everything is loaded, every cache of names is filled
        rmatch.match(*_people(cycle), rules=[SeniorityGap(2)])
    before = _live_objects()
    for cycle in range(50, 1050):
        rmatch.match(*_people(cycle), rules=[SeniorityGap(2)])
    assert _live_objects() - before < 200  # one object kept by each match would be 1,000


#: Caches without a bound, whose keys are rmatch's own and never a user's text.
_OWN_KEYS = {"components", "_hints", "_own", "_rows"}


def test_caches_of_users_words_are_bounded():
    """A cache that keeps every name it ever saw would be a leak."""
    unbounded = set()
    for module in pkgutil.walk_packages(rmatch.__path__, "rmatch."):
        if not module.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(module.name)).items():
                bound = getattr(value, "cache_parameters", lambda: {"maxsize": 0})()["maxsize"]
                if bound is None:
                    unbounded.add(name)
    assert unbounded <= _OWN_KEYS
    assert unbounded


def test_attributes_that_say_no_or_nothing_left_are_kept():
    """Somebody without a place is not paired, nor somebody untrained."""
    also = {f"{HR}:places": "capacity", f"{HR}:trained": "trained"}
    users = [{"id": "1", "displayName": "Ana", HR: {"places": 0, "trained": False}}]
    (ana,) = from_scim(users, also=also)
    assert (ana["capacity"], ana["trained"]) == (0, False)


def test_skills_and_languages_may_be_attributes():
    also = {f"{HR}:{name}": name for name in ("skills", "goals", "languages")}
    own = {"skills": "AI:4; SQL:3", "goals": "Law", "languages": "English:C1"}
    user = {"id": "1", "displayName": "Ana", HR: own}
    assert from_scim([user], also=also) == [{"id": "1", "name": "Ana", **own}]
    with pytest.raises(InvalidInputError, match=r"row 1, column 'skills'.*given twice"):
        from_scim([user], also=also, skills=[{"id": "1", "skill": "AI", "level": 4}])


@pytest.mark.parametrize("written", ["2819", 2819, 2819.0, " 2819", "2819.0"])
def test_rows_of_skills_meet_their_user_however_the_id_is_written(written):
    (ana,) = from_scim(
        [{"id": "2819", "displayName": "Ana"}], skills=[{"id": written, "skill": "AI", "level": 4}]
    )
    assert ana["skills"] == {"AI": 4}


def test_tables_are_joined_by_the_id_that_people_go_by():
    """Tables of skills often have the number of an employee, which the directory does not go by."""
    also = {f"{HR}:number": "id"}
    skills = [{"id": 701, "skill": "AI", "level": 4}]
    user = {"id": "e9-4f", "displayName": "Ana", HR: {"number": "701"}}
    assert from_scim([user], also=also, skills=skills) == [
        {"id": "701", "name": "Ana", "skills": {"AI": 4}}
    ]
    with pytest.raises(InvalidInputError, match="row 2: a user without an id"):
        from_scim([user, {"id": "e9-50"}], also=also)


def test_two_levels_of_one_skill_and_what_is_no_flag_are_told():
    levels = [{"id": "1", "skill": "AI", "level": level} for level in (4, 1)]
    with pytest.raises(
        InvalidInputError, match=r"row 2.*'AI' is there twice with different levels"
    ):
        from_scim([{"id": "1"}], skills=levels)
    assert from_scim([{"id": "9", "active": "False"}, {"id": "8", "active": None}]) == [{"id": "8"}]
    with pytest.raises(InvalidInputError, match="row 1, column 'active': 'perhaps' is neither"):
        from_scim([{"id": "9", "active": "perhaps"}])
    with pytest.raises(InvalidInputError, match="a list of users is needed"):
        from_scim(None)
