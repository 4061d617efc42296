"""The audit: group figures by hand, what rules take from whom, proofs of non-use, proxies."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import fisher_exact

import rmatch
from rmatch.audit import read_groups
from rmatch.audit.proxies import cramers_v, used_columns
from rmatch.errors import InvalidInputError
from rmatch.rules import Different, PairCount, ReportingLine, Same, SeniorityGap, Vetoes
from rmatch.scoring import StatedPreference, TeachingCoverage


def programme(rules=(), mentees=24, mentors=12, **changes):
    """Mentees s0, s1, ...: every other one is a woman; women with odd halves sit in Rome."""
    left = [
        {"id": f"m{n}", "level": 1, "skills": "AI:4", "site": "Oslo"} | changes
        for n in range(mentors)
    ]
    right = [
        {
            "id": f"s{n}",
            "level": 2 + n % 2,
            "goals": "AI:4",
            "site": "Rome" if n % 4 == 3 else "Oslo",
        }
        for n in range(mentees)
    ]
    groups = {f"s{n}": {"gender": "f" if n % 2 else "m"} for n in range(mentees)}
    groups |= {f"m{n}": {"gender": "f" if n % 2 else "m"} for n in range(mentors)}
    return rmatch.match(left, right, rules=list(rules)), groups


def figures(audit, measure, attribute="gender", side="mentees"):
    return {
        row.group: row
        for row in audit.figures
        if (row.measure, row.attribute, row.side) == (measure, attribute, side)
    }


def test_match_rates_ratios_and_significance_by_hand():
    """SeniorityGap(2) leaves only women (level 3): 12 of 12 against 0 of 12, ratio 0, flagged."""
    matching, groups = programme([SeniorityGap(2)])
    rates = figures(matching.audit(groups), "match_rate")
    assert (rates["f"].n, rates["f"].value, rates["f"].ratio, rates["f"].flagged) == (
        12, 1.0, 1.0, False,
    )  # fmt: skip
    assert (rates["m"].n, rates["m"].value, rates["m"].ratio, rates["m"].flagged) == (
        12, 0.0, 0.0, True,
    )  # fmt: skip
    assert rates["m"].p == fisher_exact([[0, 12], [12, 0]]).pvalue


def test_a_ratio_of_four_fifths_is_not_flagged_and_below_is():
    """The rule says less than 80 %: 8 of 10 against 10 of 10 passes, 7 of 10 does not."""
    for matched, flagged in ((8, False), (7, True)):
        allowed = np.zeros((20, 20), bool)
        for person in (*range(10), *range(10, 10 + matched)):
            allowed[person, person] = True
        matching = rmatch.match_matrix(np.ones((20, 20)), allowed)
        groups = {n: {"kind": "a" if n < 10 else "b"} for n in range(20)}
        rates = figures(matching.audit(groups), "match_rate", "kind")
        assert (rates["b"].value, rates["b"].flagged) == (matched / 10, flagged)


def test_gaps_are_in_standard_deviations_of_all():
    """Scores 1 and 3 by group: the standard deviation is 1, so the gap is 2 up and 2 down."""
    scores = np.diag([1] * 6 + [3] * 6)
    matching = rmatch.match_matrix(scores, scores > 0)
    groups = {n: {"kind": "a" if n < 6 else "b"} for n in range(12)}
    gaps = figures(matching.audit(groups), "score", "kind")
    assert (gaps["a"].gap, gaps["b"].gap) == (-2.0, 2.0)
    assert gaps["a"].flagged


def test_the_burden_is_that_of_mentors():
    """Six mentors with two pairs, six with none: 200 % of the mean, flagged."""
    allowed = np.zeros((12, 12), bool)
    allowed[:6] = True
    matching = rmatch.match_matrix(np.ones((12, 12)), allowed, mentor_capacity=2)
    groups = {n: {"kind": "a" if n < 6 else "b"} for n in range(12)}
    audit = matching.audit(groups)
    burden = figures(audit, "burden", "kind", "mentors")
    assert (burden["a"].ratio, burden["a"].flagged, burden["b"].ratio) == (2.0, True, 0.0)
    assert figures(audit, "burden", "kind", "mentees") == {}


def test_intersections_are_looked_at_and_hidden_where_small():
    """Four women in Rome: the rectangle of four cells goes that keeps them unknown, no more."""
    matching, groups = programme(mentees=48)
    sites = ("Rome",) * 4 + ("Oslo",) * 10 + ("Bern",) * 10, ("Rome", "Oslo", "Bern") * 8
    for n in range(48):
        groups[f"s{n}"]["site"] = sites[0 if n % 2 else 1][n // 2]
    cells = figures(matching.audit(groups), "match_rate", "gender & site")
    assert {group: row.n for group, row in cells.items()} == {
        "f & Bern": None, "f & Oslo": 10, "f & Rome": None,
        "m & Bern": None, "m & Oslo": 8, "m & Rome": None,
    }  # fmt: skip
    assert all(row.value is None and row.p is None for row in cells.values() if row.suppressed)


def test_names_that_hold_the_sign_between_labels():
    """Three women of R & D stay unknown, though R & B has three; "pay & grade" is one attribute."""
    matching, _ = programme(mentees=66, mentors=30)
    kinds = [("R & D", "f", 3), ("R & D", "m", 20), ("R & B", "f", 3), ("R & B", "m", 20)]
    kinds += [("HR", "f", 10), ("HR", "known unknowns", 10)]
    people = [kind[:2] for kind in kinds for _ in range(kind[2])]
    groups = {f"s{n}": {"pay & grade": one, "sex": other} for n, (one, other) in enumerate(people)}
    audit = matching.audit(groups, shuffles=1)
    cells = figures(audit, "match_rate", "pay & grade & sex")
    assert cells["R & D & f"].suppressed
    assert cells["R & D & m"].suppressed
    assert "match rate of HR (pay & grade, mentees) is 0% of the highest" in audit.words
    assert figures(audit, "match_rate", "sex")["known unknowns"].flagged


def test_people_outside_the_table_are_unknown_and_no_yardstick():
    """Eight unknown people all matched do not make the known ones look bad."""
    allowed = np.zeros((20, 20), bool)
    for person in (*range(6), *range(12, 20)):
        allowed[person, person] = True
    matching = rmatch.match_matrix(np.ones((20, 20)), allowed)
    groups = {n: {"kind": "a"} for n in range(12)}
    rates = figures(matching.audit(groups), "match_rate", "kind")
    assert (rates["a"].value, rates["a"].ratio, rates["a"].flagged) == (0.5, 1.0, False)
    assert (rates["unknown"].n, rates["unknown"].flagged) == (8, False)


def test_option_loss_names_the_rule_and_the_group():
    """Mentors sit in Oslo; half of the women in Rome: Same takes half of their partners,
    alone; the men lose nobody."""
    matching, groups = programme([Same("site"), SeniorityGap(1)])
    rows = {
        (row.rule, row.group): row
        for row in matching.audit(groups).options
        if row.side == "mentees"
    }
    site, level = Same("site").describe(), SeniorityGap(1).describe()
    assert (rows[site, "f"].removed, rows[site, "f"].removed_alone) == (0.5, 0.5)
    assert (rows[site, "f"].ratio, rows[site, "f"].flagged) == (0.5, True)
    assert (rows[site, "m"].removed, rows[site, "m"].flagged) == (0.0, False)
    assert (rows[level, "f"].removed, rows[level, "m"].removed) == (0.0, 0.0)


def test_private_rules_are_counted_but_not_named():
    """Whose veto takes options away is nobody's business, that vetoes do is the auditor's."""
    matching, groups = programme([Vetoes()], vetoes="s1; s3")
    rules = {row.rule for row in matching.audit(groups).options}
    assert rules == {"private rules"}
    women = [row for row in matching.audit(groups).options if row.group == "f"]
    assert women[0].removed == pytest.approx(2 / 12)


# ---- non-use -------------------------------------------------------------------------------------


def test_an_attribute_that_nothing_reads_is_proven_unread():
    """Not in the rosters: it is written into them, shuffled, and nothing changes."""
    matching, groups = programme([SeniorityGap(1)])
    (proof,) = matching.audit(groups, shuffles=5).non_use
    assert bool(proof)
    assert (proof.shuffles, proof.changed, proof.columns) == (5, 0, ())


def test_a_rule_that_reads_the_attribute_is_found_out():
    """A function that asks for gender, which the rosters do not even have, is caught."""

    def only_women_teach(mentor, mentee):
        return mentor.get("gender") in (None, "f")

    matching, groups = programme([only_women_teach])
    (proof,) = matching.audit(groups, shuffles=5).non_use
    assert not proof
    assert proof.changed == 5
    assert "gender was read" in matching.audit(groups, shuffles=5).words


def test_a_shuffle_that_a_rule_finds_fault_with_shows_that_it_is_read():
    """Managers given to others at random go in circles, which is no fault of the data."""
    managers = {"m0": None, "m1": "m0", "m2": "m1", "m3": "m2", "s0": "m0", "s1": "s0"}
    people = [{"id": person, "manager": above} for person, above in managers.items()]
    mentors = [{**person, "skills": "AI:4"} for person in people[:4]]
    mentees = [{**person, "goals": "AI:4"} for person in people[4:]]
    matching = rmatch.match(mentors, mentees, rules=[ReportingLine(depth="direct")])
    groups = {person["id"]: {"manager": person["manager"] or "none"} for person in people}
    (proof,) = matching.audit(groups, shuffles=10).non_use
    assert not proof
    assert proof.changed > 0


def test_a_column_of_the_rosters_is_shuffled_in_them():
    """The site is on the roster and read by a rule: its shuffle changes the candidates."""
    matching, groups = programme([Same("site")])
    table = {person: {"site": "x"} for person in groups}
    (proof,) = matching.audit(table, shuffles=3).non_use
    assert (proof.columns, proof.changed) == (("site",), 3)
    assert proof.most_pairs_changed > 0


def test_cohort_rules_that_read_the_attribute_are_found_out():
    """A limit on pairs of one site forbids no single pair; its rows are what the solver sees."""
    matching, groups = programme([PairCount(Same("site"), most=5)])
    table = {person: {"site": "x"} for person in groups}
    (proof,) = matching.audit(table, shuffles=3).non_use
    assert proof.changed == 3


# ---- proxies -------------------------------------------------------------------------------------


def test_a_column_that_determines_the_attribute_is_flagged():
    """Level is 3 for women and 2 for men, and a rule reads it."""
    matching, groups = programme([SeniorityGap(1)])
    found = {(row.column, row.side): row for row in matching.audit(groups).proxies}
    level = found["level", "mentees"]
    assert level.v > 0.9
    assert level.flagged


def test_ids_are_no_proxies():
    """The most wanted person would be named; managers and wishes are people, no traits."""
    mentors = [{"id": f"m{n}", "skills": "AI:4"} for n in range(12)]
    mentees = [
        {"id": f"s{n}", "goals": "AI:4", "preferences": f"m{n % 2}", "manager": f"s{n % 2}"}
        for n in range(2, 14)
    ]
    rules = [ReportingLine(unknown_managers="head")]
    score = [TeachingCoverage(), StatedPreference()]
    matching = rmatch.match(mentors, mentees, rules=rules, score=score)
    groups = {f"s{n}": {"gender": "fm"[n % 2]} for n in range(2, 14)}
    found = matching.audit(groups, shuffles=1).proxies
    assert {proxy.column for proxy in found} == {"goals", "skills"}


def test_many_labels_alone_are_no_proxy():
    """100 labels over 200 people go with a coin by chance; the correction takes that out."""
    rng = np.random.default_rng(1)
    assert cramers_v(rng.integers(0, 100, 200), rng.integers(0, 2, 200)) < 0.3
    assert cramers_v(np.zeros(10, int), np.arange(10)) is None


def test_columns_that_rules_and_parts_read_are_known():
    """Rules on a field name it as a parameter; soft rules and default parts count too."""
    matching, _ = programme([Different("site"), SeniorityGap(1)])
    assert used_columns(matching.problem) == ("goals", "level", "site", "skills")


# ---- the table of groups -------------------------------------------------------------------------


def test_groups_from_any_table(tmp_path):
    """A mapping, records, a frame and a file give the same groups."""
    import pandas as pd

    mapping = {"a": {"gender": "f"}, "b": {"gender": None}}
    records = [{"id": "a", "gender": "f"}, {"id": "b", "gender": None}]
    path = tmp_path / "groups.csv"
    path.write_text("id,gender\na,f\nb,\n")
    expected = {"gender": {"a": "f", "b": "unknown"}}
    for source in (mapping, records, pd.DataFrame(records), path):
        assert read_groups(source) == expected


def test_all_faults_of_the_table_are_named_at_once():
    """Missing and repeated ids in one error; a table without ids or attributes in another."""
    with pytest.raises(InvalidInputError) as error:
        read_groups([{"id": "a", "g": 1}, {"id": None, "g": 1}, {"id": "a", "g": 2}])
    assert "no id" in str(error.value)
    assert "'a' is there twice, first in row 1" in str(error.value)
    with pytest.raises(InvalidInputError, match="a column 'id'"):
        read_groups([{"person": "a", "g": 1}])
    matching, groups = programme()
    with pytest.raises(InvalidInputError, match="no attribute age"):
        matching.audit(groups, attributes=["age"])


def test_a_ready_made_matrix_has_rates_but_no_proofs():
    """What a matrix was made from cannot be known, so nothing is claimed about it."""
    groups = {n: {"kind": "a"} for n in range(6)}
    audit = rmatch.match_matrix(np.ones((6, 6))).audit(groups)
    assert audit.figures
    assert (audit.options, audit.proxies, audit.non_use) == ((), (), ())


def test_it_is_plain_data_and_words():
    """JSON holds everything; the words say what was looked at and what to look at."""
    matching, groups = programme([SeniorityGap(2)])
    audit = matching.audit(groups, shuffles=2)
    data = json.loads(json.dumps(audit.to_dict()))
    assert len(data["figures"]) == len(audit.figures)
    assert audit.words.startswith("Looked at: gender; groups below 5 are hidden")
    assert "match rate of m (gender, mentees) is 0% of the highest" in audit.words
    assert "compl" not in audit.words
    assert len(audit.to_frame("pandas")) == len(audit.figures)


def test_ids_of_groups_are_read_as_rosters_read_them():
    """A column of numbers with a gap becomes floats in a data frame; 7.0 is still person 7."""
    groups = read_groups(pd.DataFrame({"id": [7.0, 8.0], "gender": ["f", pd.NA]}))
    assert groups == {"gender": {"7": "f", "8": "unknown"}}
    assert read_groups([{"id": " a ", "gender": pd.NA}]) == {"gender": {"a": "unknown"}}
    assert read_groups([{"id": "unknown", "gender": "f"}]) == {"gender": {"unknown": "f"}}
    with pytest.raises(InvalidInputError, match=r"row 1, column 'gender': .* is no single value"):
        read_groups([{"id": "a", "gender": ["f"]}])


def test_groups_of_other_people_are_refused():
    """A table that fits nobody would make an audit in which nothing is ever flagged."""
    matching, _ = programme()
    with pytest.raises(InvalidInputError, match=r"nobody in the groups is on a roster.*'x'.*'m0'"):
        matching.audit({"x": {"gender": "f"}})
