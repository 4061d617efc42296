"""People and rosters: a person as plain data, and many people as immutable columns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cached_property
from itertools import repeat, starmap
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from rmatch.columns import Categories, Column, Numbers, Ragged, Rows, nobody_has
from rmatch.errors import InvalidInputError, UnknownPersonError
from rmatch.names import label
from rmatch.parameters import check_parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scale:
    """The range of skill levels. A skill somebody does not have is level 0 on every scale.

    ``Scale(1, 5)`` and ``Scale(0, 7)`` are common; ``Scale(0, 1)`` is presence only.
    """

    low: float = 1.0
    high: float = 5.0

    def __post_init__(self) -> None:
        check_parameters(self)
        if not 0 <= self.low < self.high:
            raise InvalidInputError(
                f"Scale({self.low:g}, {self.high:g}): low is at least 0, and high above low"
            )

    @property
    def presence_only(self) -> bool:
        """Whether a skill is there or not, without levels between."""
        return self.high == 1


@dataclass(frozen=True, slots=True)
class Goal:
    """What a person wants to learn: up to which level, and how important it is to them.

    ``target=None`` means the top of the scale. ``importance`` is relative to their other goals.
    """

    target: float | None = None
    importance: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person, as plain data. Only ``id`` is required; ``rmatch.fields.FIELDS`` explains all.

    Any field that rmatch does not know goes into ``extra`` and can be used by rules on fields.

    Examples
    --------
    >>> from rmatch import Goal, Person
    >>> ana = Person(id="s-1", level=6, birth_year=1968, goals={"AI tools": Goal(target=4)})
    >>> ana.get("level")
    6
    """

    id: str
    name: str | None = None
    skills: Mapping[str, float] = field(default_factory=dict)
    goals: Mapping[str, Goal] = field(default_factory=dict)
    level: float | None = None
    birth_year: float | tuple[float, float] | None = None  # a year, or (earliest, latest)
    manager: str | None = None
    department: str | None = None
    site: str | None = None
    country: str | None = None
    languages: Mapping[str, str] = field(default_factory=dict)  # CEFR level by language
    timezone: str | None = None
    working_hours: str | None = None
    interests: frozenset[str] = frozenset()
    values: Mapping[str, float] = field(default_factory=dict)
    preferences: tuple[str, ...] = ()
    vetoes: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    accepts: frozenset[str] = frozenset()
    capacity: int = 1
    minimum: int = 0
    hours_per_month: float | None = None
    tenure_months: float | None = None
    trained: bool | None = None
    consent: bool | None = None
    active_from: str | None = None
    active_to: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make a field that says nothing when it is first asked for (see ``people_of``)."""
            if name not in _MADE:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            value = _MADE[name]()
            object.__setattr__(self, name, value)
            return value

    def get(self, name: str) -> Any:
        """Return a field or an extra field; ``None`` where the person has none."""
        if name in PERSON_FIELDS:
            return getattr(self, name)
        return self.extra.get(name)

    def replace(self, **changes: Any) -> Person:
        """Return a copy with some fields changed."""
        return replace(self, **changes)


PERSON_FIELDS = frozenset(f.name for f in fields(Person)) - {"extra"}
#: Fields that everybody has their own default of.
_MADE = {f.name: f.default_factory for f in fields(Person) if f.default_factory is not MISSING}


def people_of(columns: Mapping[str, Sequence[Any]]) -> list[Person]:
    """Return people from plain values by field; fields that are left out have their defaults.

    Everybody takes a field before anybody takes the next: for many people that takes a fraction of
    the time that ``Person(...)`` does.
    """
    size = len(columns["id"])
    people = list(map(object.__new__, repeat(Person, size)))
    for name, values in columns.items():
        told = zip(people, repeat(name, size), values, strict=True)
        deque(starmap(object.__setattr__, told), maxlen=0)
    return people


def stated(person: Person) -> dict[str, Any]:
    """Return the known fields that say something: those that differ from their defaults."""
    values = ((name, getattr(person, name), default) for name, default in _NOTHING_STATED.items())
    return {name: value for name, value, default in values if value != default}


_NOTHING_STATED = {
    each.name: getattr(Person(id=""), each.name) for each in fields(Person) if each.name != "extra"
}


@dataclass(frozen=True, eq=False)
class Roster:
    """The people of one side as immutable columns, in the order they were given.

    Make one with :func:`rmatch.read_roster`. ``roster[3]`` is a :class:`Person`;
    ``roster[2:5]`` and ``roster[index_array]`` are rosters that share the labels of this one.
    Columns are named as the fields of :class:`Person`, but for ``birth_year`` (two columns,
    ``birth_earliest`` and ``birth_latest``) and ``working_hours`` (``hours_from``, ``hours_to``).

    ``ids`` are text, whatever they were given as: ``1``, ``1.0`` and ``"1"`` are one person. Where
    all were given as whole numbers, ``whole_ids`` says so, and ``given_ids`` are those numbers.
    """

    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    scale: Scale = Scale()
    whole_ids: bool = False
    #: The first roster these people come from, whoever left and whatever was changed since.
    source: Roster | None = field(default=None, repr=False)
    #: The roster whose rows these are, unchanged, and which rows.
    drawn: tuple[Roster, NDArray[np.intp]] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.columns, _Taken):
            object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    def __reduce__(self) -> tuple[Any, ...]:
        return (Roster, (self.ids, dict(self.columns), self.scale, self.whole_ids))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Take the ids of a roster that was drawn when they are first asked for."""
            if name != "ids" or self.drawn is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            ids = tuple(self.named(range(len(self))))
            object.__setattr__(self, "ids", ids)
            return ids

    def __len__(self) -> int:
        return len(self.ids) if self.drawn is None else len(self.drawn[1])

    def __repr__(self) -> str:
        return f"Roster({len(self)} people; {', '.join(sorted(self.columns))})"

    def __iter__(self) -> Iterator[Person]:
        return iter(self.persons(range(len(self))))

    def __getitem__(self, rows: int | Rows) -> Any:
        if isinstance(rows, int | np.integer):
            return self.person(int(rows))
        return self.take(rows)

    def take(self, rows: Rows) -> Roster:
        """Return the people at ``rows`` (slice or index array) as a roster with the same labels.

        Ids and columns are taken when they are first asked for, and people are those of this
        roster.
        """
        everybody = np.arange(len(self))
        positions = everybody[rows]
        if np.array_equal(positions, everybody):
            return self
        source, at = self.drawn or (self, everybody)
        at = at[rows]
        first = source if source.source is None else source.source
        taken = Roster((), _Taken(source.columns, at), self.scale, self.whole_ids, first)
        object.__delattr__(taken, "ids")
        object.__setattr__(taken, "drawn", (source, at))
        return taken

    def named(self, rows: Sequence[int] | NDArray[np.intp]) -> list[str]:
        """Return the ids of some rows (from 0)."""
        places = np.asarray(rows, dtype=np.intp)
        if self.drawn is not None:
            source, at = self.drawn
            return source.named(at[places])
        ids: list[str] = self._labels[places].tolist()
        return ids

    def replace(self, **columns: Column) -> Roster:
        """Return a copy with some columns added or changed."""
        return replace(self, columns={**self.columns, **columns})

    def has(self, name: str) -> bool:
        """Say whether anybody has a value in this column."""
        if name not in self._told:
            self._told[name] = name in self.columns and bool(self.columns[name].known.any())
        return self._told[name]

    def had(self, name: str) -> bool:
        """Say whether anybody has a value in this column, or had before people were taken out."""
        return (self.source is not None and self.source.has(name)) or self.has(name)

    @property
    def ever(self) -> tuple[str, ...]:
        """The ids of these people, and of those who were taken out."""
        return self.ids if self.source is None else (*self.source.ids, *self.ids)

    def numbers(self, name: str) -> Numbers:
        """Return a numeric column; an error naming the columns there are if it is not one."""
        column: Numbers = self._typed(name, Numbers, "numbers")
        return column

    def categories(self, name: str) -> Categories:
        """Return a column of labels."""
        column: Categories = self._typed(name, Categories, "labels")
        return column

    def ragged(self, name: str) -> Ragged:
        """Return a column of lists: skills, goals, languages, interests, preferences ..."""
        column: Ragged = self._typed(name, Ragged, "lists")
        return column

    def _typed(self, name: str, kind: type, what: str) -> Any:
        column = self.columns.get(name)
        if column is None:
            raise InvalidInputError(
                f"no column {name!r} on this roster; there are: {', '.join(sorted(self.columns))}"
            )
        if not isinstance(column, kind):
            if not column.known.any():  # a column that is empty has no type of its own
                return nobody_has(kind, len(self))
            raise InvalidInputError(
                f"column {name!r} does not hold {what}: {type(column).__name__}"
            )
        return column

    @property
    def given_ids(self) -> tuple[str | int, ...]:
        """The ids as they were given, for tables that leave: whole numbers, or else text."""
        return tuple(map(int, self.ids)) if self.whole_ids else self.ids

    def index(self, person: Any) -> int:
        """Return the row of a person's id; 7 and "7" are the same id."""
        try:
            return self._index[label(person)]
        except KeyError:
            raise UnknownPersonError(f"nobody on this roster has the id {person!r}") from None

    @cached_property
    def _labels(self) -> NDArray[np.object_]:
        """The ids as an array, from which many are taken in a tenth of the time."""
        return np.fromiter(self.ids, dtype=object, count=len(self))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {person: row for row, person in enumerate(self.ids)}

    @cached_property
    def _people(self) -> dict[int, Person]:
        return {}

    @cached_property
    def _told(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _counted(self) -> dict[tuple[str, int], NDArray[np.int64]]:
        return {}

    def person(self, row: int) -> Person:
        """Return one row as a :class:`Person`."""
        return self.persons([range(len(self))[row]])[0]

    def persons(self, rows: Sequence[int] | NDArray[np.intp]) -> list[Person]:
        """Return some rows (from 0) as people; each person is built once."""
        from rmatch.plain import build

        places = np.asarray(rows, dtype=np.intp)
        if self.drawn is not None:
            source, at = self.drawn
            return source.persons(at[places])
        built, asked = self._people, places.tolist()
        new = sorted(set(asked).difference(built))
        if len(new) > 0.9 * len(self):  # whole columns take less time than nearly all of each
            new = list(range(len(self)))
        if new:
            built.update(zip(new, build(self.take(np.array(new))), strict=True))
        return list(map(built.__getitem__, asked))

    def counts(self, name: str, default: int) -> NDArray[np.int64]:
        """Return a whole-number column such as ``capacity``, with a default for the missing.

        The array is not to be written to: whoever asks gets the same.
        """
        if self.drawn is not None:
            source, at = self.drawn
            return source.counts(name, default)[at]
        if (name, default) not in self._counted:
            values = (
                self.numbers(name).values if name in self.columns else np.full(len(self), np.nan)
            )
            counts = np.where(np.isnan(values), default, values)
            whole = np.minimum(counts, np.iinfo(np.int32).max).astype(np.int64)
            whole.flags.writeable = False
            self._counted[name, default] = whole
        return self._counted[name, default]


class _Taken(Mapping[str, Column]):
    """The columns of some people, each taken when it is first asked for."""

    def __init__(self, columns: Mapping[str, Column], rows: NDArray[np.intp]) -> None:
        self._columns = columns
        self._rows = rows
        self._taken: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._taken:
            self._taken[name] = self._columns[name].take(self._rows)
        return self._taken[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
