"""Parameters to test rules and score parts with. What is not here is tested with its defaults."""

from __future__ import annotations

from typing import Any

from rmatch.rules import Different
from rmatch.scoring import ReturnCoverage, StatedPreference

RULE_ARGUMENTS: dict[str, list[tuple[Any, ...]]] = {
    "ActiveDuring": [("2026-02-01", "2026-05-31"), ("2026-02-01", "2026-05-31", 30)],
    "CohortGap": [(), (2,), (1, True)],
    "CommonLanguage": [(), ("A1",), ("C2",)],
    "Conflicts": [([("a", "b"), ("c", "g")],)],
    "Different": [("department",), ("badge",)],
    "GenerationGap": [(), (5, 30), (0,), (5, 30, True), (2, None, True)],
    "InformationBarrier": [("department", {("Sales", "Law")})],
    "MinimumScore": [(0.3,)],
    "PartAtLeast": [(ReturnCoverage(), 0.3), (StatedPreference(), 0.25)],
    "PlaceAndFormat": [("how",)],
    "MustCoverTopGoal": [(), (2,)],
    "NotPrevious": [([("a", "b")],), ([("a", "b"), ("c", "d")], None, True),
                    ([("a", "b"), ("a", "c"), ("b", "a")], None, True, True, [Different("site")])],
    "Clearance": [("badge", "tenure_months"), ("badge", "nowhere")],
    "PartnerWish": [("country", "wish")],
    "ReportingLine": [("chain", False, {}, "head"), ("skip", True, {}, "head"),
                      ("direct", True, {"outside": None}, "head"),
                      (3, False, {}, "head", [("d", "e")], [("a", "b")])],
    "Same": [("site",), ("badge",), ("department", [("Sales", "Law")])],
    "SeniorityGap": [(), (2, 4), (-1,), (1, 2, True), (1, None, True)],
    "SharedSlots": [(), (1,)],
    "TeachingMargin": [(), (2, 2)],
    "Tenure": [(), (6,)],
    "TimeZoneDifference": [(), (6, "2026-07-01")],
    "WorkingHoursOverlap": [(), (60, ("2026-03-01", "2026-04-30"))],
}  # fmt: skip

PART_OPTIONS: dict[str, list[dict[str, Any]]] = {
    "Convenience": [{}, {"site": None}, {"timezone": None, "site": "country"}, {"max_hours": 3}],
    "CustomScore": [{"function": lambda a, b: (len(a.skills) + len(b.goals)) / 10}],
    "PerspectiveDistance": [
        {"on": ["site", "badge"], "spans": {"badge": 4}},
        {"on": ["country"], "consent": "agreed"},
    ],
    "MutualLearning": [{}, {"mean": "geometric"}, {"mean": "min"}],
    "SharedInterests": [{}, {"of": "jaccard"}],
    "SharedValues": [{}, {"low": 0, "high": 7}],
    "Soft": [{"rule": Different("department")}, {"rule": Different("badge", missing="pass")}],
    "StatedPreference": [{}, {"max_rank": 2}],
    "TableScore": [
        {"mentor_field": "site", "mentee_field": "country", "table": {("Oslo", "NO"): 0.7}}
    ],
}
