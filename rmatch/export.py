"""Tables out: files that spreadsheets open safely, written whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

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
    rows = list(rows)
    header = list(columns) if columns is not None else list(rows[0]) if rows else []
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(row[name]) for name in header] for row in rows)
    return write_file(text.getvalue().encode("utf-8-sig"), path, force=force)


def write_file(content: bytes, path: str | Path, *, force: bool = False) -> bool:
    """Write a file whole or not at all; parameters, return and errors of :func:`write_csv`."""
    path = Path(path)
    if path.is_file() and path.read_bytes() == content:
        return False
    check_free(path, force=force)
    target = path.resolve()  # a link stays a link
    draft = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, draft)
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return True


def check_free(path: Path, *, force: bool = False) -> None:
    """Raise unless a file can be written there: worth asking before long work."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {str(path.parent)!r} to write {path.name} to")
    if path.exists() and not force:
        raise FileExistsError(
            f"{path} is there already and was not overwritten "
            "(--force, or force=True in Python, overwrites it; or choose another name)"
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
    target = Path(path).resolve()
    check_folder(Path(path), files, force=force)
    mark = uuid.uuid4().hex
    draft, old = (target.with_name(f".{target.name}.{what}.{mark}") for what in ("new", "old"))
    try:
        draft.mkdir()
        for name, content in files.items():
            write_file(content, draft / name)
        if target.exists():
            os.replace(target, old)
        os.replace(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        if old.exists() and not target.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


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
