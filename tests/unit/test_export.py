"""Files that leave rmatch: harmless in a spreadsheet, whole or not at all."""

from __future__ import annotations

import csv

import pytest

from rmatch import export


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_begins_like_a_formula_is_kept_as_text(tmp_path, start):
    """A name such as =HYPERLINK(...) must not run when the file is opened."""
    path = tmp_path / "pairs.csv"
    export.write_csv([{f"{start}head": f"{start}1+1", "score": -0.5}], path)
    assert read(path) == [[f"'{start}head", "score"], [f"'{start}1+1", "-0.5"]]


def test_other_content_is_overwritten_only_by_force(tmp_path):
    """A user's own file survives, and the message says what to do."""
    path = tmp_path / "pairs.csv"
    path.write_text("my notes")
    with pytest.raises(FileExistsError, match="--force"):
        export.write_csv([{"a": 1}], path)
    assert path.read_text() == "my notes"
    assert export.write_csv([{"a": 1}], path, force=True)
    assert read(path) == [["a"], ["1"]]


def test_the_same_content_is_no_conflict(tmp_path):
    """A command may be repeated: what is there already needs no force."""
    path = tmp_path / "pairs.csv"
    assert export.write_csv([{"a": 1}], path)
    assert not export.write_csv([{"a": 1}], path)


def test_a_failure_leaves_neither_a_torn_file_nor_a_temporary_one(tmp_path, monkeypatch):
    """Whoever reads the file sees the old one or the new one."""
    path = tmp_path / "pairs.csv"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(export.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        export.write_csv([{"a": 1}], path, force=True)
    assert [each.name for each in tmp_path.iterdir()] == ["pairs.csv"]
    assert path.read_text() == "old"


def test_an_empty_table_has_its_header(tmp_path):
    """A matching without pairs is still a readable file."""
    path = tmp_path / "pairs.csv"
    export.write_csv([], path, columns=("mentor", "mentee"))
    assert read(path) == [["mentor", "mentee"]]


def test_a_folder_is_no_file(tmp_path):
    """The message names the folder instead of failing somewhere inside."""
    with pytest.raises(IsADirectoryError, match="name a file"):
        export.write_csv([{"a": 1}], tmp_path)


def test_a_missing_folder_is_named(tmp_path):
    """The message names the folder that is missing, not a temporary file in it."""
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*reports"):
        export.write_csv([{"a": 1}], tmp_path / "reports" / "pairs.csv")


def test_links_and_permissions_survive_an_overwrite(tmp_path):
    """A shared file that is replaced stays where it is and readable by whom it was."""
    real = tmp_path / "real.csv"
    real.write_text("old")
    real.chmod(0o640)
    link = tmp_path / "pairs.csv"
    link.symlink_to(real)
    export.write_csv([{"a": 1}], link, force=True)
    assert link.is_symlink()
    assert read(real) == [["a"], ["1"]]
    assert real.stat().st_mode & 0o777 == 0o640
