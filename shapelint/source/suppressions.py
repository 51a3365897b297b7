"""``# shapelint: ignore[SHP102]``: what is not to be reported, and which of these comments did nothing.

A comment silences the findings whose place includes its line, and those inside a statement of which it ends the first or
the last line. Alone on a line, it speaks for the next line of code. ``ignore`` without codes silences every rule; a code may be
a prefix (``SHP1``). Each question that is answered with yes is remembered, so that the rest can be reported as unused.
"""

from collections.abc import Callable
from typing import NamedTuple

from .statements import Extent
from .text import Span


class Suppression(NamedTuple):
    """One comment. ``line`` is the line it speaks for, ``span`` the directive with its ``#``; no ``codes`` means every rule."""

    line: int
    codes: tuple[str, ...]
    span: Span


class Unused(NamedTuple):
    """What a comment says in vain: ``codes`` of it, or (``whole``) all that it says."""

    suppression: Suppression
    codes: tuple[str, ...]
    whole: bool


class Suppressions:
    """The suppressions of one file."""

    def __init__(self, found: list[Suppression], statements: dict[int, Extent]) -> None:
        self.all = found
        self._statements = statements
        self._by_line: dict[int, list[Suppression]] = {}
        self._used: set[tuple[Suppression, str]] = set()
        for suppression in found:
            self._by_line.setdefault(suppression.line, []).append(suppression)

    def __bool__(self) -> bool:
        return bool(self.all)

    def covers(self, code: str, line: int, end_line: int | None = None) -> bool:
        """Whether a finding of rule ``code`` on these lines is silenced; the comments that say so count as used."""
        if not self.all:
            return False
        lines = set(range(line, (end_line or line) + 1))
        statement = self._statements.get(line)
        if statement is not None:
            lines |= {statement.first, statement.last}
        covered = False
        for number in lines & self._by_line.keys():
            for suppression in self._by_line[number]:
                covered |= self._take(suppression, code)
        return covered

    def _take(self, suppression: Suppression, code: str) -> bool:
        matching = [prefix for prefix in suppression.codes or ("",) if code.startswith(prefix)]
        self._used.update((suppression, prefix) for prefix in matching)
        return bool(matching)

    def unused(self, active: Callable[[str], bool] = lambda code: True) -> list[Unused]:
        """What silenced nothing so far. Codes for which ``active`` is false (rules that did not run) are not judged."""
        found: list[Unused] = []
        for suppression in self.all:
            idle = tuple(code for code in suppression.codes if (suppression, code) not in self._used)
            if not suppression.codes:
                if (suppression, "") not in self._used:
                    found.append(Unused(suppression, (), True))
            elif judged := tuple(code for code in idle if active(code)):
                found.append(Unused(suppression, judged, len(judged) == len(suppression.codes)))
        return found
