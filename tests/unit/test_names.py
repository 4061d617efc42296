"""Names: what is one name, and what only looks alike."""

import pytest

import rmatch
from rmatch import names
from rmatch.names import closest, near_misses, one_spelling


@pytest.mark.parametrize(
    "pair",
    [
        ("C", "C++"),
        ("C++", "C#"),
        ("Java", "JavaScript"),
        ("R", "research"),
        ("SQL", "MySQL"),
        ("Python 2", "Python 3"),
        ("Windows Server 2016", "Windows Server 2019"),
        ("data science", "science"),
        ("Go", "Golang"),
    ],
)
def test_different_skills_are_never_called_alike(pair):
    """A false alarm on these would teach people to ignore the report."""
    assert near_misses(pair) == []


@pytest.mark.parametrize(
    "pair",
    [("Power BI", "PowerBI"), ("Node.js", "NodeJS"), ("Kubernetes", "Kubernetis"),
     ("Machine Learning", "Machine-Learning")],
)  # fmt: skip
def test_likely_misspellings_are_reported(pair):
    """Punctuation, spaces and single letters make most duplicates."""
    assert near_misses(pair) == [tuple(sorted(pair, key=names.name_key))]


def test_both_ways_of_comparing_agree(monkeypatch):
    """Without rapidfuzz the standard library finds the same pairs."""
    words = ["Kubernetes", "Kubernetis", "Leadership", "Leadershp", "Storytelling", "Story telling"]
    fast = near_misses(words)
    monkeypatch.setattr(names, "_similar", names._similar_plain)
    assert near_misses(words) == fast
    assert len(fast) == 3


def test_synonyms_follow_chains_and_refuse_circles():
    """A map may lead over several steps, to one name."""
    counts = {"a": 1, "b": 1, "c": 1}
    assert one_spelling(counts, {"a": "b", "b": "c"}) == {"a": "c", "b": "c", "c": "c"}
    circle = {"start": "c", "c": "a", "a": "b", "b": "c"}
    with pytest.raises(rmatch.InvalidInputError, match="in a circle: c -> a -> b -> c; let each"):
        one_spelling({"c": 1}, circle)
    with pytest.raises(rmatch.InvalidInputError, match="synonyms run in a circle"):
        one_spelling(counts, {"a": "b", "b": "a"})


def test_the_closest_name_is_suggested_only_when_close():
    """A wild guess is worse than none."""
    assert closest("mangager", ["manager", "site"]) == "manager"
    assert closest("shoe size", ["manager", "site"]) is None
