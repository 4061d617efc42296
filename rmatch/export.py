"""Tables out: files that spreadsheets open safely, written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeAlias

#: The content of a file, or of a folder as that of each of its files.
Content: TypeAlias = bytes | Mapping[str, bytes]

#: A spreadsheet may run a cell that begins with one of these as a formula (OWASP, "CSV injection").
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula (§C14).

    Text that begins like a formula gets an apostrophe before it; numbers stay numbers.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("R&D"), safe_cell(-2.5)
    ("'=1+1", 'R&D', -2.5)
    """
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def plain_cell(value: str) -> str:
    """Return the text that :func:`safe_cell` made a cell of.

    Examples
    --------
    >>> plain_cell("'=1+1"), plain_cell("'tis")
    ('=1+1', "'tis")
    """
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA_STARTS) else value


def write_csv(
    rows: Iterable[Mapping[str, Any]],
    path: str | Path,
    *,
    columns: Sequence[str] | None = None,
    force: bool = False,
) -> bool:
    """Write rows as a CSV file (UTF-8 with a mark, so that spreadsheets read accents rightly).

    Parameters
    ----------
    rows
        One mapping per row, such as ``matching.to_records()``.
    path
        The file. It appears whole or not at all.
    columns
        The header; default the keys of the first row. An empty table needs it.
    force
        Overwrite another file of that name. One with the same content is always left as it is.

    Returns
    -------
    bool
        Whether the file was written; ``False`` if it was there already with the same content.

    Raises
    ------
    FileExistsError
        A file with other content is there, and ``force`` is not given.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "pairs.csv"
    ...     first = write_csv([{"mentor": "m1", "mentee": "s1"}], table)
    ...     again = write_csv([{"mentor": "m1", "mentee": "s1"}], table)
    >>> first, again
    (True, False)
    """
    return write_file(csv_bytes(rows, columns), path, force=force)


def csv_bytes(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> bytes:
    """Return rows as the content of a CSV file, as :func:`write_csv` writes it."""
    rows = list(rows)
    header = list(columns) if columns is not None else list(rows[0]) if rows else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(row[name]) for name in header] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_file(content: bytes, path: str | Path, *, force: bool = False) -> bool:
    """Write a file whole or not at all; parameters, return and errors of :func:`write_csv`."""
    return bool(write_together({Path(path): content}, force=force))


def check_free(path: Path, *, force: bool = False) -> None:
    """Raise unless a file can be written there: worth asking before long work."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to write {path.name} to")
    if path.exists() and not path.is_file():
        raise FileExistsError(f"{path} is a device, no file, and is never replaced; name a file")
    if path.exists() and not force:
        raise FileExistsError(
            f"{path} is there already and was not overwritten "
            "(--force, or force=True in Python, overwrites it; or choose another name)"
        )


def check_apart(outputs: Sequence[Path], inputs: Sequence[Path] = ()) -> None:
    """Raise where an output is an input, or another output, or lies within another's folder.

    Examples
    --------
    >>> check_apart([Path("pairs.csv"), Path("pack")], [Path("people.csv")])
    >>> check_apart([Path("pack/pairs.csv"), Path("pack")])
    Traceback (most recent call last):
    ...
    FileExistsError: pack/pairs.csv would lie within the output pack; name another place for it
    """
    places = [path.resolve() for path in outputs]
    for path, place in zip(outputs, places, strict=True):
        if place in [each.resolve() for each in inputs]:
            raise FileExistsError(
                f"{path} is what is read, and is never replaced; name another file"
            )
        if places.count(place) > 1:
            raise FileExistsError(f"two outputs are both {path}; name another place for one")
        for folder in set(places).intersection(place.parents):
            raise FileExistsError(
                f"{path} would lie within the output {folder.name}; name another place for it"
            )


def write_folder(files: Mapping[str, bytes], path: str | Path, *, force: bool = False) -> None:
    """Write a folder of files whole or not at all.

    Parameters
    ----------
    files
        The content of each file by its name.
    path
        The folder, which is made; the folder above must be there.
    force
        Replace a folder that holds files of these names and nothing else.

    Raises
    ------
    FileExistsError
        The folder is there and not empty, and ``force`` is not given; or it holds anything else,
        which nothing here would ever remove.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as above:
    ...     write_folder({"a.txt": b"one"}, Path(above) / "pack")
    ...     (Path(above) / "pack" / "a.txt").read_text()
    'one'
    """
    write_together({Path(path): files}, force=force)


def write_together(files: Mapping[Path, Content], *, force: bool = False) -> list[Path]:
    """Write several files and folders: all of them, or none.

    Parameters
    ----------
    files
        The content of each file, and of each folder as a mapping of names to contents.
    force
        Overwrite what is there; see :func:`write_file` and :func:`write_folder`.

    Returns
    -------
    list of Path
        What was written; files that were there already with the same content are left as they are.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     one, other = Path(folder) / "a.txt", Path(folder) / "b.txt"
    ...     [path.name for path in write_together({one: b"1", other: b"2"})]
    ['a.txt', 'b.txt']
    """
    check_apart([*files])
    new = {path: content for path, content in files.items() if not _is_there(path, content)}
    for path, content in new.items():
        check_target(path, content, force=force)
    mark = uuid.uuid4().hex
    with ExitStack() as undo:
        steps = []
        for path, content in new.items():
            target = path.resolve()  # a link stays a link
            draft, old = (target.with_name(f".{target.name}.{w}.{mark}") for w in ("new", "old"))
            steps.append((draft, target, old))
            undo.callback(_remove, draft)
            undo.callback(_remove, old)
            _write(content, draft, target)
        for step in steps:
            _put(*step, undo)
        undo.pop_all()
    for _, _, old in steps:
        _remove(old)
    return list(new)


def _is_there(path: Path, content: Content) -> bool:
    return isinstance(content, bytes) and path.is_file() and path.read_bytes() == content


def _write(content: Content, draft: Path, target: Path) -> None:
    """Write a draft beside the place where it will stand, with the rights of what stands there."""
    if not isinstance(content, bytes):
        draft.mkdir()
        for name, part in content.items():
            _write(part, draft / name, target / name)
        return
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        shutil.copymode(target, draft)


def _put(draft: Path, target: Path, old: Path, undo: ExitStack) -> None:
    """Put a draft in its place; what was there is kept as ``old`` until all are in theirs."""
    if target.is_dir():
        os.replace(target, old)
        undo.callback(_put_back, old, target)
        os.replace(draft, target)
    elif target.exists():
        shutil.copy2(target, old)  # a copy: the name is never without a file
        os.replace(draft, target)
        undo.callback(os.replace, old, target)
    else:
        os.replace(draft, target)
        undo.callback(_remove, target)


def _put_back(old: Path, target: Path) -> None:
    _remove(target)
    os.replace(old, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def check_target(path: Path, content: Content, *, force: bool = False) -> None:
    """Raise unless this content can be written there: worth asking before long work."""
    if isinstance(content, bytes):
        check_free(path, force=force)
    else:
        check_folder(path, content, force=force)


def check_folder(path: Path, names: Iterable[str], *, force: bool = False) -> None:
    """Raise unless a folder of these files can be written there: worth asking before long work."""
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to write {path.name} to")
    if path.exists() and not path.is_dir():
        raise FileExistsError(f"{path} is a file; name a folder")
    found = {each.name for each in path.iterdir()} if path.exists() else set()
    if found and not force:
        raise FileExistsError(
            f"{path} is there already and was not overwritten "
            "(--force, or force=True in Python, overwrites it; or choose another name)"
        )
    others = sorted(found - set(names))
    if others:
        raise FileExistsError(
            f"{path} holds other files too ({', '.join(others[:3])}) and was not replaced; choose "
            "another name"
        )
