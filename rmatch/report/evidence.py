"""A pack of evidence: what decided a result, the proof, the figures and who approved, as files.

It states facts for people to judge. ``verify`` checks a pack again from its files and the problem.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import rmatch
from rmatch.certificate import Certificate, Verification
from rmatch.errors import InvalidInputError
from rmatch.export import check_folder, check_free, write_file, write_folder
from rmatch.problem import Problem
from rmatch.provenance import canonical
from rmatch.report import day_of
from rmatch.report.approvals import Approval, read_approvals
from rmatch.report.content import Content
from rmatch.report.evidence_page import evidence_page
from rmatch.report.pseudonyms import names_people
from rmatch.solvers import Prices

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.metrics import Observed

SCHEMA = "rmatch/evidence/1"

#: The files of a pack, in the order in which they are read.
FILES = (
    "evidence.md",
    "rules.json",
    "weights.json",
    "provenance.json",
    "certificate.json",
    "pairs.json",
    "kpis.json",
    "audit.json",
    "approvals.json",
)
MANIFEST = "manifest.json"
_WITHHELD = "withheld: free text may name people"


def write_evidence(
    matching: Matching,
    path: str | Path,
    *,
    groups: Any = None,
    approvals: Iterable[Approval | Mapping[str, Any]] = (),
    observed: Observed | None = None,
    min_cell: int = 5,
    pseudonymise: bool | str = False,
    title: str = "Evidence",
    dated: date | None = None,
    force: bool = False,
) -> Path:
    """Write the pack; see :meth:`rmatch.Matching.evidence`."""
    target = Path(path)
    packed = target.suffix.lower() == ".zip"
    if target.suffix[1:].isalpha() and not packed and not target.is_dir():
        raise InvalidInputError(
            f"evidence: {str(path)!r} looks like one file; the pack is a folder of several, or a "
            ".zip: give a name without an ending, or one that ends in .zip"
        )
    if packed:
        check_free(target, force=force)
    else:
        check_folder(target, (*FILES, MANIFEST), force=force)
    decided = read_approvals(approvals, matching.mentor_ids, matching.mentee_ids)
    content = Content.of(
        matching, viewer="auditor", pseudonymise=pseudonymise, about=(), time_limit=None
    )
    day = day_of(dated)
    records = {
        "rules.json": {"rules": _rules(matching.problem, content.coded)},
        "weights.json": _weights(matching.problem),
        "provenance.json": content.provenance,
        "certificate.json": _certificate(matching),
        "pairs.json": _pairs(content),
        "kpis.json": matching.kpis(observed, min_cell=min_cell).to_dict(),
        "audit.json": _audit(content, groups, min_cell),
        "approvals.json": {"approvals": [_approval(one, content) for one in decided]},
    }
    page = evidence_page(content, records, title, day)
    files = {"evidence.md": page.encode()}
    files |= {name: _json(record) for name, record in records.items()}
    files[MANIFEST] = _json(_manifest(files, day, content.coded))
    if packed:
        write_file(_zipped(files), target, force=force)
    else:
        write_folder(files, target, force=force)
    return target


# ---- what is in the files ------------------------------------------------------------------------


def _rules(problem: Any, coded: bool) -> list[dict[str, Any]]:
    """Return each rule: what it asks, and its parameters unless they are private or name people."""
    rules = getattr(problem, "rules", ())
    people: frozenset[str] = frozenset()
    if coded:
        people = frozenset(map(str, (*problem.mentors.ids, *problem.mentees.ids)))
    found = []
    for rule in rules:
        private = bool(getattr(rule, "private", False))
        parameters = canonical(rule.parameters())
        told = private or (coded and names_people(rule, people))
        found.append(
            {
                "name": rule.name,
                "asks": None if told else rule.describe(),
                "safety": bool(getattr(rule, "safety", False)),
                "private": private,
                "parameters": None if told else parameters,
                "sha256": _digest(parameters),
            }
        )
    return found


def _weights(problem: Any) -> dict[str, Any]:
    parts = getattr(problem, "score", ())
    return {
        "objective": problem.objective.name,
        "score": [
            {"name": part.name, "weight": weight, "parameters": canonical(part.parameters())}
            for part, weight in zip(parts, getattr(problem, "weights", ()), strict=True)
        ],
    }


def _certificate(matching: Matching) -> dict[str, Any]:
    """Return pairs and prices by the places of people in the problem, whole numbers all."""
    problem, prices = matching.problem, None
    if matching.has_prices:
        prices = {
            "mentor": matching.prices.mentor.tolist(),
            "mentee": matching.prices.mentee.tolist(),
            "seat": int(matching.prices.seat),
        }
    return {
        "problem": fingerprint(problem),
        "shape": list(problem.shape),
        "unit": problem.unit,
        "objective": matching.units,
        "bound": matching.bound_units,
        "status": matching.status.value,
        "said": matching.proof,
        "violations": [str(each) for each in matching.check()],
        "pairs": np.stack([matching.rows, matching.cols], axis=1).tolist(),
        "prices": prices,
    }


def fingerprint(problem: Any) -> str:
    """Return a hash of the data and of the order of people, which places in a pack refer to."""
    if isinstance(problem, Problem):
        return _digest([problem.fingerprint, problem.seed])
    digest = hashlib.sha256()
    # Gains alone are the same for scores twice as large, and for a matrix that is cut elsewhere.
    digest.update(repr((problem.shape, problem.unit, problem.bounds.seats)).encode())
    counts = dataclasses.astuple(dataclasses.replace(problem.bounds, seats=None))
    for array in (problem.gains, problem.allowed, *counts[:-1]):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _pairs(content: Content) -> dict[str, Any]:
    return {
        "pairs": [
            {
                "mentor": line.ids[0],
                "mentee": line.ids[1],
                "score": line.score,
                "parts": dict(zip(content.part_names, line.parts, strict=True)),
                "why": list(line.why),
                "review": list(line.review),
            }
            for line in content.pairs
        ],
        "matched": {side: list(counts) for side, counts in content.matched.items()},
        "unmatched": [
            {"id": person.id, "side": person.side, "cause": person.cause.name.lower()}
            for side in ("mentors", "mentees")
            for person in getattr(content.matching, f"unmatched_{side}")
        ],
    }


def _audit(content: Content, groups: Any, min_cell: int) -> dict[str, Any]:
    if groups is None:
        return {"computed": False, "why": "no table of groups was given"}
    record = content.real.audit(groups, min_cell=min_cell).to_dict()
    withheld = {asks: words for asks, words in content.rule_words.items() if content.coded}
    for row in record["options"]:
        row["rule"] = withheld.get(row["rule"], row["rule"])
    for asks, words in withheld.items():
        record["words"] = record["words"].replace(asks, words)
    return {"computed": True, **record}


def _approval(one: Approval, content: Content) -> dict[str, Any]:
    record: dict[str, Any] = {"who": one.who, "decision": one.decision, "on": one.on}
    pair, reason = one.pair, one.reason
    if content.coded:
        code = _codes(content)
        record["who"] = code.get(one.who, one.who)
        pair = None if pair is None else (code[pair[0]], code[pair[1]])
        reason = _WITHHELD if reason else ""
    return {**record, "reason": reason, "pair": None if pair is None else list(pair)}


def _codes(content: Content) -> dict[Any, Any]:
    """Return everybody's code by id."""
    real, shown = content.real, content.matching
    return {
        **dict(zip(real.mentor_ids, shown.mentor_ids, strict=True)),
        **dict(zip(real.mentee_ids, shown.mentee_ids, strict=True)),
    }


def _manifest(files: Mapping[str, bytes], day: date, coded: bool) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "rmatch": rmatch.__version__,
        "dated": day.isoformat(),
        "pseudonymised": coded,
        "files": {
            name: {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}
            for name, text in files.items()
        },
    }


def _json(record: Any) -> bytes:
    return (json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n").encode()


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file with no clock in it: the same files, the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in files.items():
            book.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


# ---- checked again -------------------------------------------------------------------------------


@dataclass(frozen=True)
class EvidenceCheck:
    """The outcome of checking a pack: ``wrong`` says all that does not hold.

    ``certificate`` is the proof recomputed from the prices in the pack, ``None`` where there are
    none or the pack is about another problem.
    """

    wrong: tuple[str, ...]
    certificate: Verification | None

    def __bool__(self) -> bool:
        return not self.wrong

    def __str__(self) -> str:
        if self.wrong:
            return f"does not hold: {'; '.join(self.wrong)}"
        proof = "" if self.certificate is None else f"; {self.certificate}"
        return f"every file is as it was written, and it is about this problem{proof}"


def verify(path: str | Path, problem: Any) -> EvidenceCheck:
    """Check a pack from its files and the problem alone, without any solver.

    Parameters
    ----------
    path
        The folder or zip file.
    problem
        The problem that it should be about, ``matching.problem`` or one made again from the data.

    Returns
    -------
    EvidenceCheck
        True if every file has the hash of the manifest, the data and rules are those of the
        problem, and the prices prove the pairs to be the best.

    Examples
    --------
    >>> import rmatch, tempfile
    >>> from rmatch.report.evidence import verify
    >>> matching = rmatch.match(
    ...     [{"id": "Ana", "skills": "AI:4"}], [{"id": "Ben", "goals": "AI:4"}]
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pack = matching.evidence(f"{folder}/evidence.zip")
    ...     print(verify(pack, matching.problem))
    every file is as it was written, and it is about this problem; proven optimal: the prices \
bound every matching by 1048576 units, and this one reaches it (1 pairs priced)
    """
    from rmatch.pipeline import check_problem

    check_problem("verify", problem)
    files = _read(Path(path))
    manifest = _parsed(files, MANIFEST)
    if manifest.get("schema") != SCHEMA:
        raise InvalidInputError(f"{path}: schema {manifest.get('schema')!r}; {SCHEMA!r} is read")
    wrong = [
        f"{name} is missing" if name not in files else f"{name} was changed"
        for name, known in manifest["files"].items()
        if hashlib.sha256(files.get(name, b"")).hexdigest() != known["sha256"]
    ]
    wrong += [f"{name} is not in the manifest" for name in sorted(files.keys() - manifest["files"])
              if name != MANIFEST]  # fmt: skip
    if wrong:
        return EvidenceCheck(tuple(wrong), None)
    record = _parsed(files, "certificate.json")
    if record["problem"] != fingerprint(problem):
        return EvidenceCheck(("it is about other data, or the same with another seed",), None)
    written = _parsed(files, "rules.json")["rules"]
    if [(one["name"], one["sha256"]) for one in written] != [
        (one["name"], one["sha256"]) for one in _rules(problem, coded=False)
    ]:
        wrong.append("the rules are others")
    if _parsed(files, "weights.json") != json.loads(_json(_weights(problem))):
        wrong.append("the weights or the objective are others")
    proof = _proof(record, problem)
    if proof is not None and not proof:
        wrong.append(str(proof))
    return EvidenceCheck(tuple(wrong), proof)


def _proof(record: Mapping[str, Any], problem: Any) -> Verification | None:
    if record["prices"] is None:
        return None
    prices = record["prices"]
    known = Prices(
        np.array(prices["mentor"], np.int64), np.array(prices["mentee"], np.int64), prices["seat"]
    )
    pairs = tuple((row, col) for row, col in record["pairs"])
    return Certificate(pairs, record["objective"], known).verify(problem)


def _read(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {file.name: file.read_bytes() for file in sorted(path.iterdir()) if file.is_file()}
    if not path.is_file():
        raise InvalidInputError(f"there is no pack {str(path)!r}")
    try:
        with zipfile.ZipFile(path) as book:
            return {name: book.read(name) for name in book.namelist()}
    except zipfile.BadZipFile as error:
        raise InvalidInputError(f"{path} is not a zip file: {error}") from error


def _parsed(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        found = json.loads(files[name])
    except (KeyError, ValueError) as error:
        raise InvalidInputError(f"not a pack of evidence: {name} cannot be read") from error
    return dict(found) if isinstance(found, dict) else {}
