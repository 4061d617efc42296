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


def _folder(path):
    return {
        each.name: {part.name: part.read_bytes() for part in each.iterdir()}
        if each.is_dir()
        else each.read_bytes()
        for each in path.iterdir()
    }


@pytest.mark.parametrize("fails_at", range(1, 5))
def test_several_files_are_written_all_or_none(tmp_path, monkeypatch, fails_at):
    """Whichever file cannot be put in its place, the folder looks as it did before."""
    (tmp_path / "a.csv").write_text("old a")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "one.json").write_text("old one")
    before = _folder(tmp_path)
    names = {"new.html": b"n", "a.csv": b"a", "pack": {"one.json": b"1"}, "z.zip": b"z"}
    files = {tmp_path / name: content for name, content in names.items()}
    real, done = export.os.replace, []

    def replace(source, target):
        if ".new." in str(source):
            done.append(source)
            if len(done) == fails_at:
                raise OSError("disk full")
        real(source, target)

    monkeypatch.setattr(export.os, "replace", replace)
    with pytest.raises(OSError, match="disk full"):
        export.write_together(files, force=True)
    assert _folder(tmp_path) == before
    monkeypatch.setattr(export.os, "replace", real)
    assert export.write_together(files, force=True) == list(files)
    assert _folder(tmp_path) == names


def test_one_file_that_is_there_keeps_all_from_being_written(tmp_path):
    """Nothing is written where one of the files would overwrite somebody's own."""
    (tmp_path / "b.csv").write_text("mine")
    with pytest.raises(FileExistsError, match=r"b\.csv"):
        export.write_together({tmp_path / "a.csv": b"a", tmp_path / "b.csv": b"b"})
    assert _folder(tmp_path) == {"b.csv": b"mine"}
