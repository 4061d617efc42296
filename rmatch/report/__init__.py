"""A result to hand out: a page, a workbook, and a pack of evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rmatch.errors import InvalidInputError

if TYPE_CHECKING:
    from rmatch.matching import Matching
    from rmatch.metrics import Observed
    from rmatch.report.approvals import Approval
    from rmatch.viewer import Viewer


def ending_in(path: str | Path, what: str, *endings: str) -> Path:
    """Return a path; one whose ending says that it is another kind of file is refused."""
    file = Path(path)
    if file.suffix.lower() not in endings:
        raise InvalidInputError(f"{file.name!r}: {what}; its name ends in {' or '.join(endings)}")
    return file


def day_of(dated: date | None) -> date:
    """Return the day that a report is dated, today by default."""
    if dated is not None and not isinstance(dated, date):
        raise InvalidInputError(f"dated={dated!r}; a date or None is allowed")
    return dated or date.today()  # noqa: DTZ011 - the reader's own day


class Reports:
    """How a matching is handed out; :class:`rmatch.Matching` has all of these methods.

    ``pseudonymise=True`` puts codes in place of names and ids, from a key that is thrown away; a
    text is the key, so that codes are the same next time. Files appear whole or not at all, and
    another file of that name is overwritten only with ``force=True``.
    """

    def report(
        self,
        path: str | Path,
        *,
        viewer: str | Viewer = "owner",
        pseudonymise: bool | str = False,
        about: Sequence[str] | None = None,
        title: str = "Mentoring pairs",
        dated: date | None = None,
        time_limit: float | None = 10.0,
        force: bool = False,
    ) -> Path:
        """Write one HTML page: how many, how good, who not, what rules cost, then everything.

        The page is one file, needs no network, and shows nothing to a participant: it is for those
        who run the programme, or with ``pseudonymise`` for those to whom it is shown.

        Parameters
        ----------
        path
            The file to write; its name ends in .html or .htm.
        viewer
            "owner", or "auditor", who reads what safety rules cost too.
        pseudonymise
            Codes in place of names and ids, see above.
        about
            Columns shown beside names, such as ``["department", "site"]``; default the department
            where there is one and names are shown.
        title, dated
            The heading; the day on the page, default today.
        time_limit
            Seconds for finding out what would help each person; ``None`` for no limit, also on
            other expensive sections. What is not computed is named on the page.
        force
            Overwrite another file of that name.

        Examples
        --------
        >>> import rmatch, tempfile
        >>> matching = rmatch.match(
        ...     [{"id": "Ana", "skills": "AI:4"}], [{"id": "Ben", "goals": "AI:4"}]
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page = matching.report(Path(folder) / "report.html").read_text("utf-8")
        >>> page.startswith("<!doctype html>"), "Ana" in page
        (True, True)
        """
        from rmatch.export import check_free, write_file
        from rmatch.report.content import Content
        from rmatch.report.page import page

        file = ending_in(path, "report() writes a page", ".html", ".htm")
        check_free(file, force=force)  # before long work
        content = Content.of(
            self._own, viewer=viewer, pseudonymise=pseudonymise, about=about, time_limit=time_limit
        )
        text = page(content, title, day_of(dated))
        write_file(text.encode("utf-8"), file, force=force)
        return file

    def to_excel(
        self,
        path: str | Path,
        *,
        viewer: str | Viewer = "owner",
        pseudonymise: bool | str = False,
        about: Sequence[str] | None = None,
        title: str = "Mentoring pairs",
        dated: date | None = None,
        time_limit: float | None = 10.0,
        force: bool = False,
    ) -> Path:
        """Write a workbook: a sheet each for pairs, unmatched, rule costs, KPIs and provenance.

        Text stays text: nothing of the input becomes a formula or a link. Needs the extra
        ``excel``. Parameters as in :meth:`report`.

        Examples
        --------
        >>> import rmatch, tempfile
        >>> from python_calamine import CalamineWorkbook
        >>> matching = rmatch.match(
        ...     [{"id": "Ana", "skills": "AI:4"}], [{"id": "Ben", "goals": "AI:4"}]
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     book = CalamineWorkbook.from_path(str(matching.to_excel(f"{folder}/pairs.xlsx")))
        >>> book.sheet_names
        ['Pairs', 'Unmatched', 'Rule costs', 'KPIs', 'About']
        >>> book.get_sheet_by_name("Pairs").to_python()[1][:3]
        ['Ana', 'Ben', 1.0]
        """
        from rmatch.export import check_free, write_file
        from rmatch.report.content import Content
        from rmatch.report.workbook import workbook

        file = ending_in(path, "to_excel() writes a workbook", ".xlsx")
        check_free(file, force=force)
        content = Content.of(
            self._own, viewer=viewer, pseudonymise=pseudonymise, about=about, time_limit=time_limit
        )
        write_file(workbook(content, title, day_of(dated)), file, force=force)
        return file

    def evidence(
        self,
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
        """Write rules, weights, provenance, certificate, KPIs, audit and approvals as files.

        A folder, or one file where ``path`` ends in ``.zip``: JSON for machines, ``evidence.md``
        for people, and a manifest with the SHA-256 of each. The pack states facts, no verdict on
        them. :func:`rmatch.report.evidence.verify` checks it again.

        Parameters
        ----------
        path
            The folder or zip file to write.
        groups
            Attributes by person for the audit, see :func:`rmatch.audit.audit`; no rule ever sees
            them, and they are not written, only figures of groups.
        approvals
            Who decided what: :class:`rmatch.report.approvals.Approval`, or dicts with ``who``,
            ``decision``, ``on`` and, if any, ``reason`` and ``pair``.
        observed
            What is known beyond the matching, for the KPIs.
        min_cell
            Figures of fewer people are hidden.
        pseudonymise
            Codes in place of ids; parameters of rules that name people, and reasons of approvals,
            are withheld.
        title, dated
            The heading; the day of the pack, default today.
        force
            Replace another pack.

        Examples
        --------
        >>> import rmatch, tempfile
        >>> matching = rmatch.match(
        ...     [{"id": "Ana", "skills": "AI:4"}], [{"id": "Ben", "goals": "AI:4"}]
        ... )
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pack = matching.evidence(Path(folder) / "evidence")
        ...     len(list(pack.iterdir()))
        10
        """
        from rmatch.report.evidence import write_evidence

        return write_evidence(
            self._own,
            path,
            groups=groups,
            approvals=approvals,
            observed=observed,
            min_cell=min_cell,
            pseudonymise=pseudonymise,
            title=title,
            dated=dated,
            force=force,
        )

    @property
    def _own(self) -> Matching:
        return cast("Matching", self)
