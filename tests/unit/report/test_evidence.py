"""The pack of evidence: complete, checked again from its files, honest about what was changed."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date

import numpy as np
import pytest

import rmatch
from rmatch import export
from rmatch.report.approvals import Approval
from rmatch.report.evidence import FILES, verify
from rmatch.rules import LockedPairs, PairCount, Same, SeniorityGap
from rmatch.scoring import TeachingCoverage
from tests.unit.report.people import SCRIPT, hostile

DAY = date(2026, 11, 25)
MENTORS = [
    {"id": f"mentor-{n}", "level": n % 3, "skills": f"AI:{1 + n % 5}; SQL:{5 - n % 5}",
     "capacity": 2, "site": ("Oslo", "Rome")[n % 2]}
    for n in range(12)
]  # fmt: skip
MENTEES = [
    {"id": f"mentee-{n}", "level": 2 + n % 2, "goals": "AI:4" if n % 3 else "SQL:4",
     "site": ("Oslo", "Rome")[n % 2]}
    for n in range(30)
]  # fmt: skip
GROUPS = [
    *({"id": f"mentee-{n}", "gender": "rare" if n < 2 else "fm"[n % 2]} for n in range(30)),
    *({"id": f"mentor-{n}", "gender": "fm"[n % 2]} for n in range(12)),
]
APPROVALS = [
    {"who": "Ada", "decision": "approved", "on": date(2026, 11, 20), "reason": "fits | well"},
    Approval("Ben", "overridden", "2026-11-21", "mentee-3 asked", ("mentor-4", "mentee-3")),
]


def programme(*extra, mentors=MENTORS, mentees=MENTEES, **options):
    return rmatch.match(mentors, mentees, rules=[SeniorityGap(1), *extra], **options)


@pytest.fixture(scope="module")
def matching():
    return programme()


@pytest.fixture(scope="module")
def pack(matching, tmp_path_factory):
    return matching.evidence(
        tmp_path_factory.mktemp("packs") / "pack", groups=GROUPS, approvals=APPROVALS, dated=DAY
    )


def record(pack, name):
    return json.loads((pack / name).read_text("utf-8"))


def copied(pack, tmp_path):
    other = tmp_path / "copy"
    other.mkdir()
    for file in pack.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    return other


def rewrite(pack, name, change):
    """Change a file and the manifest with it, as somebody would who wants to get away with it."""
    import hashlib

    data = record(pack, name)
    change(data)
    (pack / name).write_text(json.dumps(data), "utf-8")
    manifest = record(pack, "manifest.json")
    content = (pack / name).read_bytes()
    manifest["files"][name]["sha256"] = hashlib.sha256(content).hexdigest()
    (pack / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_everything_is_in_it(matching, pack):
    """Each file against the call it comes from."""
    assert {file.name for file in pack.iterdir()} == {*FILES, "manifest.json"}
    (rule,) = record(pack, "rules.json")["rules"]
    assert (rule["name"], rule["asks"]) == ("seniority_gap", SeniorityGap(1).describe())
    weights = record(pack, "weights.json")["score"]
    assert {part["name"] for part in weights} == set(matching.part_names)
    assert sum(part["weight"] for part in weights) == pytest.approx(1)
    assert record(pack, "provenance.json")["data"] == matching.problem.fingerprint
    assert record(pack, "kpis.json") == json.loads(json.dumps(matching.kpis().to_dict()))
    audit = record(pack, "audit.json")
    assert audit.pop("computed")
    assert audit == json.loads(json.dumps(matching.audit(GROUPS).to_dict()))
    pairs = {(pair["mentor"], pair["mentee"]) for pair in record(pack, "pairs.json")["pairs"]}
    assert pairs == {(pair.mentor, pair.mentee) for pair in matching.pairs}
    first, second = record(pack, "approvals.json")["approvals"]
    assert (first["who"], first["on"], first["pair"]) == ("Ada", "2026-11-20", None)
    assert second["pair"] == ["mentor-4", "mentee-3"]


def test_the_page_reads_and_claims_nothing(pack):
    """Sections in order, approvals escaped, and no word about the law being kept."""
    page = (pack / "evidence.md").read_text("utf-8")
    heads = ["Rules and weights", "How the result is known", "Audit by group", "Figures",
             "Approvals", "Where it comes from"]  # fmt: skip
    places = [page.index(f"## {head}") for head in heads]
    assert places == sorted(places)
    assert r"fits \| well" in page
    every = "\n".join(file.read_text("utf-8") for file in pack.iterdir()).lower()
    assert not re.search(r"compl(y|ian|ies)|conform|lawful|legal|certified", every)


def test_small_groups_and_people_by_group_are_not_written(pack):
    """Two people of a rare group: no figure of theirs, and nobody's group by id."""
    figures = record(pack, "audit.json")["figures"]
    rare = [row for row in figures if row["group"] == "rare"]
    assert rare
    assert all(row["value"] is None and row["n"] is None for row in rare)
    assert "mentee-1" not in (pack / "audit.json").read_text("utf-8")


def test_the_proof_holds_again_from_the_files_and_the_data(matching, pack, tmp_path):
    """From a problem made anew from the same rows in another order, folder and zip alike."""
    again = programme(mentors=MENTORS[::-1], mentees=MENTEES[::-1]).problem
    packed = matching.evidence(tmp_path / "pack.zip", groups=GROUPS, dated=DAY)
    for each in (pack, packed):
        outcome = verify(each, again)
        assert outcome, str(outcome)
        assert outcome.certificate is not None
        assert outcome.certificate.holds
        assert outcome.certificate.objective == matching.units
        assert outcome.certificate.pairs_priced == 12 * 30


def test_a_changed_file_is_found(matching, pack, tmp_path):
    """By its hash; a file that is gone or came to it too."""
    other = copied(pack, tmp_path)
    (other / "kpis.json").write_text("{}")
    (other / "audit.json").unlink()
    (other / "more.txt").write_text("")
    outcome = verify(other, matching.problem)
    assert outcome.wrong == (
        "kpis.json was changed",
        "audit.json is missing",
        "more.txt is not in the manifest",
    )
    assert outcome.certificate is None


def test_a_forged_proof_is_found(matching, pack, tmp_path):
    """Prices or pairs changed together with the manifest: the recomputed bound gives it away."""
    other = copied(pack, tmp_path)
    rewrite(other, "certificate.json", lambda data: data["prices"]["mentor"].__setitem__(0, -5))
    assert "not proven" in str(verify(other, matching.problem))
    rewrite(other, "certificate.json", lambda data: data["pairs"].pop())
    assert not verify(other, matching.problem)


def test_another_problem_is_not_taken_for_this_one(pack):
    """Other data, other rules, other weights, another order of people."""
    fewer = programme(mentees=MENTEES[:-1]).problem
    assert "other data" in str(verify(pack, fewer))
    assert "other data" in str(verify(pack, programme(seed=3).problem))
    stricter = programme(Same("site")).problem
    assert "the rules are others" in verify(pack, stricter).wrong
    weighed = programme(score=[TeachingCoverage()]).problem
    assert "the weights or the objective are others" in verify(pack, weighed).wrong


def test_where_prices_prove_nothing_the_pack_says_so(tmp_path):
    """Cohort rules join pairs: the status is there, and no certificate is pretended."""
    matching = programme(PairCount(Same("site"), most=9))
    pack = matching.evidence(tmp_path / "pack")
    written = record(pack, "certificate.json")
    assert (written["prices"], written["status"]) == (None, "optimal")
    outcome = verify(pack, matching.problem)
    assert outcome
    assert outcome.certificate is None


def test_a_ready_made_matrix_has_evidence_too(tmp_path):
    """Without rosters there are no rules; pairs and prices are there and hold."""
    matching = rmatch.match_matrix(np.array([[5, 3], [2, 4]]))
    pack = matching.evidence(tmp_path / "pack", groups={0: {"kind": "a"}, 1: {"kind": "a"}})
    assert verify(pack, matching.problem)
    assert not verify(pack, rmatch.match_matrix(np.array([[5, 3], [2, 5]])).problem)


def test_pseudonyms_leave_no_id_and_the_proof_still_holds(tmp_path):
    """Codes in pairs and approvals, parameters that name people withheld; places prove it."""
    matching = programme(LockedPairs([("mentor-4", "mentee-3")]))
    pack = matching.evidence(
        tmp_path / "pack", groups=GROUPS, approvals=APPROVALS, pseudonymise="key"
    )
    every = "\n".join(file.read_text("utf-8") for file in pack.iterdir())
    assert not re.search(r"mentor-\d|mentee-\d", every)
    assert verify(pack, matching.problem)
    locked = next(r for r in record(pack, "rules.json")["rules"] if r["name"] == "locked_pairs")
    assert (locked["parameters"], locked["asks"]) == (None, None)


def test_a_hostile_name_is_no_markup_on_the_page(tmp_path):
    """Goals reach the notes, rules the table; both as text."""
    pack = hostile().evidence(tmp_path / "pack", title=SCRIPT)
    page = (pack / "evidence.md").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_another_folder_is_kept(matching, pack, tmp_path):
    """No overwriting without force, and a folder with other files never."""
    target = copied(pack, tmp_path)
    before = (target / "manifest.json").read_bytes()
    with pytest.raises(FileExistsError, match="force=True"):
        matching.evidence(target)
    assert (target / "manifest.json").read_bytes() == before
    matching.evidence(target, force=True, dated=date(2027, 1, 1))
    assert record(target, "manifest.json")["dated"] == "2027-01-01"
    (target / "my notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"my notes\.txt"):
        matching.evidence(target, force=True)
    assert (target / "my notes.txt").read_text() == "mine"
    packed = tmp_path / "pack.zip"
    packed.write_text("mine")
    with pytest.raises(FileExistsError, match="force=True"):
        matching.evidence(packed)


def test_a_failure_half_way_leaves_what_was_there(matching, pack, tmp_path, monkeypatch):
    """The old pack or the new one, never parts of both, and no drafts."""
    target = copied(pack, tmp_path)
    before = {file.name: file.read_bytes() for file in target.iterdir()}
    real, written = export.os.fsync, []

    def fails(file):
        written.append(file)
        if len(written) == 4:
            raise OSError("disk full")
        real(file)

    monkeypatch.setattr(export.os, "fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        matching.evidence(target, force=True)
    assert {file.name: file.read_bytes() for file in target.iterdir()} == before
    assert [each.name for each in tmp_path.iterdir()] == ["copy"]


def test_the_same_result_gives_the_same_pack(matching, tmp_path):
    """No clock in the zip file."""
    one = matching.evidence(tmp_path / "one.zip", dated=DAY)
    other = matching.evidence(tmp_path / "other.zip", dated=DAY)
    with zipfile.ZipFile(one) as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert one.read_bytes() == other.read_bytes()
    assert len(zipfile.ZipFile(one).namelist()) == len(FILES) + 1


def test_faulty_approvals_are_named_all_at_once(matching, tmp_path):
    """Before anything is written."""
    with pytest.raises(rmatch.InvalidInputError) as error:
        matching.evidence(
            tmp_path / "pack",
            approvals=[
                {"who": "", "decision": "approved", "on": "2026-01-01"},
                {"who": "A", "decision": "ok", "on": "1.2.2026", "why": "x"},
                {"who": "A", "decision": "locked", "on": DAY, "pair": ("mentee-1", "mentor-1")},
            ],
        )
    said = str(error.value)
    for fault in ("nobody is named", "'ok'", "'1.2.2026' is no day", "no field of an approval",
                  "('mentee-1', 'mentor-1') is not"):  # fmt: skip
        assert fault in said
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_pack_is_an_error(matching, tmp_path):
    """A missing file, a broken zip, another folder."""
    with pytest.raises(rmatch.InvalidInputError, match="there is no pack"):
        verify(tmp_path / "nothing", matching.problem)
    broken = tmp_path / "broken.zip"
    broken.write_text("x")
    with pytest.raises(rmatch.InvalidInputError, match="not a zip file"):
        verify(broken, matching.problem)
    with pytest.raises(rmatch.InvalidInputError, match=r"manifest\.json cannot be read"):
        verify(tmp_path, matching.problem)


def test_the_name_of_one_file_is_refused(tmp_path):
    """The pack is a folder or a zip file; no folder is called evidence.pdf."""
    target = tmp_path / "evidence.pdf"
    with pytest.raises(rmatch.InvalidInputError, match="looks like one file"):
        rmatch.match_matrix([[1]]).evidence(target)
    assert not target.exists()


@pytest.mark.parametrize(
    "other",
    [
        rmatch.match_matrix([[1.0, 0.5], [0.5, 1.0]], mentor_capacity=2),
        rmatch.match_matrix([[2.0, 1.0], [1.0, 2.0]]),
        rmatch.match_matrix([[1.0, 0.5], [0.5, 1.0]], seats=1),
    ],
)
def test_evidence_of_one_matrix_is_none_of_another(tmp_path, other):
    """Other places, scores twice as large (the same gains of another unit), and fewer seats."""
    matching = rmatch.match_matrix([[1.0, 0.5], [0.5, 1.0]])
    pack = matching.evidence(tmp_path / "pack")
    assert verify(pack, matching.problem)
    assert "it is about other data" in str(verify(pack, other.problem))
