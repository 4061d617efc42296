"""The report as a file: complete, escaped, bounded, never over somebody's own file."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest

import rmatch
from rmatch import objectives
from rmatch.report.content import Content
from rmatch.report.lines import NotComputed
from rmatch.report.markup import join, tag
from rmatch.report.pseudonyms import codes
from rmatch.rules import LockedPairs, PairCount, Same, SeniorityGap
from tests.unit.report.people import FORMULA, IMAGE, SCRIPT, hostile

DAY = date(2026, 11, 25)


def written(matching, tmp_path, **options):
    file = matching.report(tmp_path / "report.html", dated=DAY, force=True, **options)
    return file.read_text("utf-8")


class Structure(HTMLParser):
    """Headings, ids, scripts and the texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.headings, self.ids, self.tags, self.texts, self.sources = [], [], [], [], []
        self.tables = []
        self.feed(page)

    def handle_starttag(self, name, attributes):
        known = dict(attributes)
        self.tags.append(name)
        if re.fullmatch("h[1-6]", name):
            self.headings.append(int(name[1]))
        if "id" in known:
            self.ids.append(known["id"])
        self.sources += [known[key] for key in ("src", "href") if key in known]
        if name == "table":
            self.tables.append([])
        if name in ("caption", "th"):
            self.tables[-1].append((name, known.get("scope")))

    def handle_data(self, data):
        self.texts.append(data)


def test_a_page_answers_the_first_questions_first(tmp_path):
    """How many, how good, who not and what would help, what rules cost: in this order, on top."""
    page = written(hostile(), tmp_path)
    places = [
        page.index(text)
        for text in (
            "How many are matched?",
            "How good are the pairs?",
            "Who is not, and what would help?",
            "What does each rule cost?",
            "Pairs and their reasons",
            "Who has no pair, and what would help",
            "All figures",
            "Proof and provenance",
        )
    ]
    assert places == sorted(places)
    assert "25 November 2026" in page


def test_one_is_one_row_and_one_mentee(tmp_path):
    """Numbers and nouns agree where most programmes have one: a single person left out."""
    mentors = [{"id": "m1", "skills": "AI:4"}]
    mentees = [{"id": "s1", "goals": "AI:4"}, {"id": "s2", "goals": "AI:2"}]
    page = written(rmatch.match(mentors, mentees), tmp_path)
    assert "1 row<" in page
    assert "mentee without a mentor" in page
    assert "1 rows" not in page


def test_nothing_of_the_input_becomes_markup(tmp_path):
    """Names, goals and departments are text: one script, ours, and no image."""
    page = written(hostile(), tmp_path, about=["department"], title=SCRIPT)
    found = Structure(page)
    assert found.tags.count("script") == 1
    assert "img" not in found.tags
    text = "".join(found.texts)
    for attack in (SCRIPT, IMAGE, FORMULA):
        assert attack in text


def test_a_page_needs_no_network_and_allows_its_own_script_only(tmp_path):
    """No address but places in the page; the policy forbids the rest."""
    page = written(hostile(), tmp_path)
    assert all(source.startswith("#") for source in Structure(page).sources)
    assert "default-src &#x27;none&#x27;" in page
    assert re.search(r"script-src &#x27;sha256-[\w+/]+=*&#x27;", page)


def test_structure_can_be_heard(tmp_path):
    """Headings in order, landmarks, unique ids, and tables with caption and scopes."""
    found = Structure(written(hostile(), tmp_path))
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    steps = zip(found.headings, found.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)
    assert {"header", "nav", "main", "footer"} <= set(found.tags)
    assert len(found.ids) == len(set(found.ids))
    assert found.tables
    for table in found.tables:
        assert table[0] == ("caption", None)
        assert all(scope in ("col", "row") for name, scope in table if name == "th")


def test_private_rules_are_not_named(tmp_path):
    """The owner reads that vetoes stand against nothing, and not whose."""
    page = written(hostile(), tmp_path).lower()
    assert "private vetoes or needs" in page
    assert page.count("veto") == 1


def test_a_participant_gets_no_report(tmp_path):
    """A report is about everybody; what is for the two of a pair is an agreement."""
    with pytest.raises(rmatch.InvalidInputError, match="participant reads"):
        hostile().report(tmp_path / "report.html", viewer="participant")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("pseudonymise", [True, "a key"])
def test_pseudonyms_leave_no_id_and_no_name(pseudonymise, tmp_path):
    """Not in pairs, reasons, remedies, rules, notes or provenance."""
    lock = LockedPairs([("m-2", "s-2")])
    matching = hostile()
    problem = matching.problem.replace(rules=(*matching.problem.rules, lock))
    page = written(rmatch.solve(problem), tmp_path, pseudonymise=pseudonymise)
    visible = "".join(Structure(page).texts)
    for person in ("m-1", "m-2", "m-3", "s-1", "s-2", "s-3", "Eve", "Zoë", "Lu", "HYPERLINK"):
        assert not re.search(rf"(?<![\w-]){re.escape(person)}(?![\w-])", visible)
    assert "P-" in visible
    assert "People are named here" not in visible
    assert "(names people)" in visible  # the lock's own words would tell who is locked


def test_pseudonyms_come_again_with_the_key_and_only_then(tmp_path):
    """The same key, the same codes; without one they cannot be known from outside."""
    people = [f"m-{n}" for n in range(200)]
    assert codes(people, "k") == codes(people[::-1], "k")
    assert set(codes(people, "k").values()).isdisjoint(codes(people, "other").values())
    assert len(set(codes(people, "k").values())) == 200
    first, second = (written(hostile(), tmp_path, pseudonymise=True) for _ in range(2))
    assert first != second
    with pytest.raises(rmatch.InvalidInputError, match="pseudonymise=''"):
        hostile().report(tmp_path / "x.html", pseudonymise="")


def test_short_codes_that_collide_are_made_longer():
    """20,000 people and codes of five letters are not enough (birthdays)."""
    found = codes(range(20_000), "k")
    assert len(set(found.values())) == 20_000
    assert len({len(code) for code in found.values()}) == 1


def test_a_file_that_is_there_is_kept(tmp_path, monkeypatch):
    """Overwriting is by force only, and the error comes before the work."""
    file = tmp_path / "report.html"
    file.write_text("mine")
    with monkeypatch.context() as patched:
        patched.setattr(Content, "of", None)  # calling it would raise another error
        with pytest.raises(FileExistsError, match="force=True"):
            hostile().report(file)
    assert file.read_text() == "mine"
    assert hostile().report(file, force=True) == file
    with pytest.raises(FileNotFoundError, match="no folder"):
        hostile().report(tmp_path / "nowhere" / "report.html")


def test_what_takes_too_long_is_named_with_how_to_ask(tmp_path, monkeypatch):
    """No section is dropped in silence."""
    monkeypatch.setattr("rmatch.report.content.MOST_LOOKS", 1)
    monkeypatch.setattr("rmatch.report.left_out.MOST_LOOKS", 1)
    matching = hostile()
    page = written(matching, tmp_path)
    for ask in ("matching.rule_costs()", "matching.unmatched_mentees", "matching.kpis()",
                "certificate.verify"):  # fmt: skip
        assert ask in page
    assert "Not computed" not in written(matching, tmp_path, time_limit=None)


def test_when_time_is_up_the_rest_is_counted(tmp_path):
    """With no time at all, nobody is tried, and the page says for how many."""
    page = written(hostile(), tmp_path, time_limit=0)
    assert "was up before 2 of them" in page
    with pytest.raises(rmatch.InvalidInputError, match="time_limit=-1"):
        hostile().report(tmp_path / "x.html", time_limit=-1)


def test_columns_beside_names_are_checked(tmp_path):
    """A misspelt column, a private one and one that names people are refused."""
    for about in (["departmnt"], ["birth_earliest"], ["vetoes"], "name"):
        with pytest.raises(rmatch.InvalidInputError, match="beside names; there are: department"):
            hostile().report(tmp_path / "x.html", about=about)


def test_figures_on_the_page_are_the_answers_own():
    """What is shown is what the matching says when asked one by one."""
    matching = hostile()
    content = Content.of(matching)
    assert content.matched == {"mentees": (2, 3), "mentors": (2, 3)}
    assert [line.score for line in content.pairs] == sorted(
        (pair.score for pair in matching.pairs), reverse=True
    )
    costs = matching.rule_costs()
    dropped = {change.asks: change for change in costs.changes if not change.step}
    shown = {line.rule: line for line in content.cost_lines if line.becomes is None}
    assert shown.keys() == dropped.keys()
    for asks, line in shown.items():
        assert line.mentees == dropped[asks].outcome.mentees - costs.now.mentees
        assert line.score == dropped[asks].outcome.score - costs.now.score
    (left,) = content.left_out["mentees"]
    asked = matching.why_unmatched("s-3")
    assert asked.remedies
    assert left.helps == tuple(remedy.words for remedy in asked.remedies)
    assert left.name == "Zoë"


def test_a_ready_made_matrix_has_a_report_too(tmp_path):
    """Without people there are no goals and no rules, and the page says so."""
    matching = rmatch.match_matrix(np.array([[5, 3], [2, 4], [1, 1]]))
    page = written(matching, tmp_path)
    assert "Mentor 0" in page
    assert "a ready-made matrix does not say what its rules are" in page
    empty = rmatch.match_matrix(np.ones((2, 2)), np.zeros((2, 2), bool))
    assert "There is no pair." in written(empty, tmp_path)


def test_a_result_that_is_not_proven_is_not_called_proven(tmp_path):
    """A heuristic says that it is one."""
    page = written(rmatch.solve(hostile().problem, solver="greedy"), tmp_path)
    assert "Proven" not in page
    assert "a heuristic, nothing proven" in page


@pytest.mark.parametrize("objective", sorted(objectives.OBJECTIVES))
def test_every_objective_has_a_report(objective, tmp_path):
    """What an objective has no words for is named as not computed; the rest is there."""
    told = objectives.OBJECTIVES[objective].told_as_score
    matching = rmatch.solve(hostile().problem.replace(objective=objective))
    page = written(matching, tmp_path)
    text = "".join(Structure(page).texts)
    assert text.count("Not computed: what a rule costs is told as") == (0 if told else 2)
    assert text.count("Not computed: what a change costs is told as") == (0 if told else 2)
    if objective != "total_score":
        assert f"by the objective {objective.replace('_', ' ')}" in page


def test_what_cannot_be_tried_is_not_called_impossible(tmp_path):
    """A rule over many pairs leaves no prices: nothing was tried, and the page says so."""
    rules = (*hostile().problem.rules, PairCount(Same("department"), most=1))
    page = written(rmatch.solve(hostile().problem.replace(rules=rules)), tmp_path)
    assert "without prices that prove the result" in page
    assert "no single change found" not in page


def test_everything_matched_reads_well(tmp_path):
    """Nobody left, no rule: the sections stay and say so."""
    matching = rmatch.match([{"id": "a", "skills": "AI:3"}], [{"id": "b", "goals": "AI:3"}])
    page = written(matching, tmp_path)
    assert "Everybody has a pair." in page
    assert "There is no rule to loosen." in page


def test_not_computed_reads_as_a_sentence():
    """Why, then how to ask."""
    assert str(NotComputed("it is large", "Ask x().")) == "Not computed: it is large. Ask x()."


def test_markup_escapes_what_it_did_not_make():
    """Text, attributes and control characters; markup passes once."""
    made = tag("p", "a < b", tag("b", "&"), title='"x"')
    assert made == '<p title="&quot;x&quot;">a &lt; b<b>&amp;</b></p>'
    assert join(made, "\x00\x1b<") == f"{made}&lt;"


def test_rules_are_weighed_for_the_auditor_too(tmp_path):
    """An auditor reads what a safety rule costs; the owner does not."""
    matching = hostile()
    conflict = "list of conflicts”"
    assert conflict in written(matching, tmp_path, viewer="auditor")
    assert f"without “the two are not on the {conflict}" not in written(matching, tmp_path)
    assert SeniorityGap(2).describe() in written(matching, tmp_path)


@pytest.mark.parametrize(
    ("write", "name", "allowed"),
    [
        ("report", "r.pdf", ".html or .htm"),
        ("report", "r", ".html or .htm"),
        ("to_excel", "r.xls", ".xlsx"),
        ("to_excel", "r.csv", ".xlsx"),
    ],
)
def test_an_ending_of_another_kind_of_file_is_refused(tmp_path, write, name, allowed):
    """A browser would not show the page, and a spreadsheet would call the file damaged."""
    with pytest.raises(rmatch.InvalidInputError, match=f"its name ends in {allowed}"):
        getattr(hostile(), write)(tmp_path / name)
    assert not list(tmp_path.iterdir())
