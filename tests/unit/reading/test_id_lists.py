"""Lists of ids name whom they were meant to name, or are refused: a veto never stops counting."""

import pytest

import rmatch
from rmatch import Problem
from rmatch.living import reciprocal
from rmatch.reading import check_people
from rmatch.rules import Vetoes

SENIORS = [{"id": f"s{at}", "goals": "AI:4"} for at in (1, 2, 3, 4)]
JOINED = (
    "an entry is nobody's id, but a part of it is "
    "(separate ids by ';' in every cell of this column)"
)
APART = (
    "an id was read as several: it has a separator in it "
    """(write the list as JSON, as in '["one, two"]')"""
)


def juniors(*cells, column="vetoes"):
    return [{"id": f"m{at}", "skills": "AI:4", column: cell} for at, cell in enumerate(cells, 1)]


def problems(read, *sources):
    with pytest.raises(rmatch.InvalidInputError) as caught:
        read(*sources)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (["s1, s2", "s3; s4"], [1]),
        (["s1, gone", "s3; s4", "s1|s2"], [1, 3]),
        (["s1\ns2", "s3; s4", ["s1, s2"]], [1, 3]),
        (["gone, left", "s3; s4"], []),
        (["s1; s2", "s3;s4"], []),
        (["s1, s2", "s3"], []),
    ],
)
def test_a_veto_in_another_way_of_writing_is_refused_by_row(cells, rows):
    """Somebody who joins and writes ';' made one id of another's "s1, s2"."""
    people = juniors(*cells)
    expected = [f"mentors, row {row}, column 'vetoes': {JOINED}" for row in rows]
    report = check_people(mentors=people, mentees=SENIORS)
    assert [str(problem) for problem in report.problems] == expected
    read = rmatch.read_roster(people), rmatch.read_roster(SENIORS)  # one without the other
    for match, sides in (rmatch.match, (people, SENIORS)), (rmatch.match, read), (Problem.of, read):
        if rows:
            assert problems(match, *sides) == expected
        else:
            match(*sides)


def test_who_is_named_is_shown_only_where_it_is_not_private():
    people = juniors("s1, s2", "s3; s4", column="preferences")
    (found,) = problems(rmatch.match, people, SENIORS)
    assert "'s1, s2' is nobody's id, but a part of it is" in found
    alone = check_people(juniors("m2, m9", "m9; m2"))  # who else there is, is not known
    assert [warning.message for warning in alone.warnings] == ["an entry counts as one name"]


def test_ids_may_hold_separators():
    """The whole is somebody's id, so nothing is taken apart; where it was, it is refused."""
    seniors = [{"id": who, "goals": "AI:4"} for who in ("Miller, Ann", "Ann")]
    for cell in ("Miller, Ann;", '["Miller, Ann"]', ["Miller, Ann"]):
        matching = rmatch.match(juniors(cell), seniors, rules=[Vetoes()])
        assert [pair.mentee for pair in matching.pairs] == ["Ann"]
    assert problems(rmatch.match, juniors("Miller, Ann"), seniors) == [
        f"mentors, row 1, column 'vetoes': {APART}"
    ]


def test_a_list_stays_right_when_somebody_leaves():
    """Who has left had the id "Miller, Ann", though there is an Ann."""
    seniors = [{"id": who, "goals": "AI:4"} for who in ("Miller, Ann", "Ann", "Bob")]
    matching = rmatch.match(juniors("Miller, Ann; Bob"), seniors)
    assert rmatch.rematch(matching, drop=["Miller, Ann"]).matching.partners("m1") == ("Ann",)
    again = rmatch.rematch(matching, mentors=juniors("Miller, Ann; Bob"), drop=["Miller, Ann"])
    assert len(again.matching) == 1


def test_a_pool_is_checked_once():
    pool = [
        {"id": "a", "skills": "AI:4", "goals": "Go:3", "vetoes": "b, c"},
        {"id": "b", "skills": "Go:4", "goals": "AI:3", "vetoes": "c; a"},
        {"id": "c", "skills": "Go:4", "goals": "AI:3"},
    ]
    assert problems(reciprocal, pool) == [f"row 1, column 'vetoes': {JOINED}"]
