"""Names written by people: which spellings are one name, and which only look alike.

Two spellings that differ in case, spaces or accents are one name. Anything less certain is never
merged, only reported, unless the caller says so with a synonym map.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from rmatch.errors import InvalidInputError

#: Names at least this similar (0 to 100, share of characters in common) are reported.
SIMILAR = 90

#: Shorter names differ by a letter and mean something else: C, R, Go, SQL, SAP.
SHORTEST = 4


#: Marks of no width, which come along from files and web pages.
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"


def label(value: Any) -> str:
    """Return the text that an id, a category or a name in a list is known and compared by.

    Without spaces and marks of no width around it, and in Unicode's normal form NFC: letters that
    look the same are the same, however a keyboard put them together. A whole number has no decimal
    point, and a day has no time.

    Raises
    ------
    InvalidInputError
        For half of a character, such as JSON may hold: no file could be written with it.

    Examples
    --------
    >>> label(" e\u0301 ") == label("\u00e9"), label(7.0), label(True)
    (True, '7', 'yes')
    >>> label(datetime(2026, 1, 31))
    '2026-01-31'
    """
    if not isinstance(value, str):
        if isinstance(value, bool | np.bool_):
            return "yes" if value else "no"
        if isinstance(value, np.datetime64):
            value = value.astype("datetime64[us]").item()
        if isinstance(value, datetime) and value.timetz() == time():
            value = value.date()
        elif isinstance(value, float | np.floating | Decimal) and value % 1 == 0:
            value = int(value)
    written = str(value).strip()
    if written.isascii():
        return written
    try:
        written.encode()
    except UnicodeEncodeError:
        raise InvalidInputError(
            f"{written!r:.60} is no text that can be stored: it holds half of a character"
        ) from None
    return unicodedata.normalize("NFC", written).strip(_INVISIBLE).strip()


def labels(values: Iterable[Any]) -> tuple[str, ...]:
    """Return the label of each value, such as the two ids of a pair."""
    given = tuple(values)
    if set(map(type, given)) <= {str} and "".join(given).isascii():
        return tuple(map(str.strip, given))  # what label() does with each, in a fifth of the time
    return tuple(map(label, given))


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """Return what a name is compared by: without case, accents and needless spaces.

    Examples
    --------
    >>> name_key("  Résumé   Writing ") == name_key("resume writing")
    True
    >>> name_key("C") == name_key("C++")
    False
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def one_spelling(
    counts: Mapping[str, int], synonyms: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the one spelling to use for each spelling that occurs.

    Parameters
    ----------
    counts
        How often each spelling occurs. The most frequent one of a name is used, the first in
        the alphabet where several are: the order of rows decides nothing.
    synonyms
        ``{"PowerBI": "Power BI"}`` makes the left name the right one, spelled as given.

    Examples
    --------
    >>> one_spelling({"power bi": 1, "Power BI": 2, "PowerBI": 1}, {"PowerBI": "Power BI"})
    {'power bi': 'Power BI', 'Power BI': 'Power BI', 'PowerBI': 'Power BI'}
    """
    preferred, aliases = _aliases(synonyms or {})
    groups: dict[str, list[str]] = defaultdict(list)
    for spelling in counts:
        key = name_key(spelling)
        groups[aliases.get(key, key)].append(spelling)
    best: dict[str, str] = {}
    for key, spellings in groups.items():
        used_most = spellings[0]
        if len(spellings) > 1:
            used_most = min(spellings, key=lambda each: (-counts[each], each))
        name = preferred.get(key) or used_most
        for each in spellings:
            best[each] = name
    return best


def _aliases(synonyms: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the spelling of each final name, and the final name of each synonym, by key."""
    step = {name_key(one): name_key(other) for one, other in synonyms.items()}
    spelled = {name_key(other): label(other) for other in synonyms.values()}
    final: dict[str, str] = {}
    for start in step:
        path, at = [start], step[start]
        while at in step and step[at] != at:
            if at in path:
                circle = [*path[path.index(at) :], at]
                raise InvalidInputError(
                    f"synonyms run in a circle: {' -> '.join(circle)}; "
                    "let each lead to the name to keep"
                )
            path.append(at)
            at = step[at]
        final[start] = at
    return spelled, final


def near_misses(names: Iterable[str], limit: int | None = None) -> list[tuple[str, str]]:
    """Return pairs of different names that may be meant as one, most alike first.

    Of the two, the name that is there more often comes first; ``names`` may be counts of them.
    Alike are names equal but for punctuation and spaces, and names with at least 90 % of their
    characters in common and the same digits. Names of three letters or fewer are never reported.

    Examples
    --------
    >>> near_misses(["PowerBI", "Power BI", "Java", "JavaScript", "ISO 9001", "ISO 9002"])
    [('Power BI', 'PowerBI')]
    >>> near_misses({"AI tool": 1, "AI tools": 8})
    [('AI tools', 'AI tool')]
    """
    counts = Counter(names)
    keys = {name_key(name): name for name in sorted(counts)}
    long = [key for key in sorted(keys) if len(_compact(key)) >= SHORTEST]
    found: dict[tuple[str, str], float] = {}
    same: dict[str, list[str]] = defaultdict(list)
    for key in long:
        same[_compact(key)].append(key)
    for group in same.values():
        found.update(dict.fromkeys(_pairs(group), 100.0))
    for one, other, ratio in _similar(long):
        if _digits(one) == _digits(other) and _signs(one) == _signs(other):
            found.setdefault((one, other), ratio)
    ranked = sorted(found, key=lambda pair: (-found[pair], pair))
    return [
        (keys[one], keys[other]) if counts[keys[one]] >= counts[keys[other]] else
        (keys[other], keys[one])
        for one, other in ranked[:limit]
    ]  # fmt: skip


def closest(name: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """Return the known name most like a misspelt one, ``None`` where none is like it."""
    from difflib import get_close_matches

    by_key = {name_key(each): each for each in known}
    best = get_close_matches(name_key(name), by_key, n=1, cutoff=cutoff)
    return by_key[best[0]] if best else None


def did_you_mean(name: object, known: Iterable[object], cutoff: float = 0.6) -> str:
    """Return the end of an error message: which known name may be meant, or nothing.

    Examples
    --------
    >>> did_you_mean("gredy", ["greedy", "stable"])
    " (did you mean 'greedy'?)"
    """
    meant = closest(str(name), map(str, known), cutoff)
    return f" (did you mean {meant!r}?)" if meant else ""


def _compact(key: str) -> str:
    return re.sub(r"[^\w+#]|_", "", key)


def _digits(key: str) -> list[str]:
    return re.findall(r"\d+", key)


def _signs(key: str) -> Counter[str]:
    return Counter(re.findall(r"[+#]", key))


def _pairs(group: list[str]) -> Iterable[tuple[str, str]]:
    return ((one, other) for at, one in enumerate(group) for other in group[at + 1 :])


def _similar(keys: list[str]) -> Iterable[tuple[str, str, float]]:
    """Yield pairs of keys with a similarity of at least ``SIMILAR``, through rapidfuzz if there."""
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        yield from _similar_plain(keys)
        return
    import numpy as np

    for at, one in enumerate(keys[:-1]):
        others = keys[at + 1 :]
        ratios = process.cdist([one], others, scorer=fuzz.ratio, score_cutoff=SIMILAR)[0]
        for place in np.flatnonzero(ratios).tolist():
            yield one, others[place], float(ratios[place])


def _similar_plain(keys: list[str]) -> Iterable[tuple[str, str, float]]:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(autojunk=False)
    for at, one in enumerate(keys):
        matcher.set_seq2(one)
        for other in keys[at + 1 :]:
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() * 100 >= SIMILAR <= matcher.quick_ratio() * 100:
                ratio = matcher.ratio() * 100
                if ratio >= SIMILAR:
                    yield one, other, ratio


def percent(share: float, *limits: float) -> str:
    """Return a share in percent: whole, but what is not 0, all or at a limit is not told as such.

    Examples
    --------
    >>> percent(0.5), percent(399 / 400), percent(1.0), percent(0.0004), percent(0.796, 0.8)
    ('50%', '99.8%', '100%', '0.04%', '79.6%')
    """
    for digits in range(8):
        shown = round(share, digits + 2)
        if all(shown != limit or share == limit for limit in (0, 1, *limits)):
            break
    return f"{share:.{digits}%}"


def snake_case(name: str) -> str:
    """Return the name of a class as tables and files write it.

    Examples
    --------
    >>> snake_case("SeniorityGap")
    'seniority_gap'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def amount(number: float, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> amount(1, "level"), amount(2.5, "level")
    ('1 level', '2.5 levels')
    """
    return f"{number:g} {noun}{'' if number == 1 else 's'}"
