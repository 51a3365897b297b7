"""What the comments of a file tell us: suppressions, input shapes, and shapes that the author states.

A directive starts with ``# shapelint:``, at the start of a comment or behind another ``#``::

    x = self.fc(x)  # shapelint: ignore[SHP102, SHP2]     (or ignore: every rule; a reason may follow)
    # shapelint: skip-file
    # shapelint: input=N 3 224 224                          (on a line, or above it and its decorators)

A directive that we do not understand is a :class:`Problem`: a mistyped suppression must not be silently without effect.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .names import code_trouble, did_you_mean
from .scan import Comment, Lines, ShapeComment, comments_of, lines_of
from .statements import Extent, extents
from .suppressions import Suppression, Suppressions
from .text import Problem, SourceFile, Span

__all__ = ["Comments", "InputDirective", "ShapeComment", "Suppression", "Suppressions", "read_comments"]

_PARTS = re.compile(r"\s(?=#(?:\s|noqa|type:|shapelint|pragma|pylint|fmt:))")
_DIRECTIVE = re.compile(r"#\s*shapelint\s*:\s*(?P<name>[\w-]*)\s*(?P<rest>.*)", re.IGNORECASE)
_CODES = re.compile(r"\[(?P<codes>[^\]]*)(?P<close>\])?")
_BARE_CODE = re.compile(r"SHP\d", re.IGNORECASE)
_DIRECTIVES = ("ignore", "skip-file", "input")
_OTHER_WORDS = {
    "disable": "ignore", "noqa": "ignore", "off": "ignore", "ignore-file": "skip-file", "skip": "skip-file", "inputs": "input", "shape": "input",
}


class InputDirective(NamedTuple):
    """A stated input. ``line`` is the first line of the statement it stands on or above (for a definition, its ``def`` or
    ``class``); ``span`` is that of ``spec``, the shape as text."""

    line: int
    spec: str
    span: Span


class Comments(NamedTuple):
    """Everything that the comments of one file say."""

    suppressions: Suppressions
    inputs: tuple[InputDirective, ...]
    shapes: tuple[ShapeComment, ...]
    problems: tuple[Problem, ...]
    skip_file: bool = False


_NOTHING = Suppressions([], {})


def read_comments(source: SourceFile, codes: Iterable[str] = ()) -> Comments:
    """Read the comments of ``source``. With ``codes``, the rules that exist, a suppression of another one is a problem."""
    comments = comments_of(source)
    if not comments:
        return Comments(_NOTHING, (), (), ())
    return _Reader(source, comments, tuple(codes)).read()


class _Reader:
    """One pass over the comments of a file."""

    def __init__(self, source: SourceFile, comments: list[Comment], codes: tuple[str, ...]) -> None:
        self.source, self.comments, self.codes = source, comments, codes
        self.lines: Lines = lines_of(source)
        directive = any(comment.directive for comment in comments)
        self.statements: dict[int, Extent] = extents(source.tree, self.lines.code) if directive else {}
        self.suppressions: list[Suppression] = []
        self.inputs: list[InputDirective] = []
        self.shapes: list[ShapeComment] = []
        self.problems: list[Problem] = []
        self.skip_file = False

    def read(self) -> Comments:
        for comment in self.comments:
            shape: ShapeComment | None = None
            for part in _parts(comment):
                match = _DIRECTIVE.match(part.text)
                if match is not None:
                    self.directive(part, match)
                elif shape is None and not comment.own_line:
                    # Imported here because its expressions cost milliseconds, and many files have no such comment.
                    from .shape_comments import shape_comment

                    shape = shape_comment(part, self.lines.code[comment.line - 1], self.source.path)
            if shape is not None:
                self.shapes.append(shape)
        suppressions = Suppressions(self.suppressions, self.statements)
        return Comments(suppressions, tuple(self.inputs), tuple(self.shapes), tuple(self.problems), self.skip_file)

    def directive(self, part: Comment, match: re.Match[str]) -> None:
        name = match["name"].lower()
        if name == "ignore":
            self.ignore(part, match)
        elif name == "skip-file":
            self.skip_file = True
        elif name == "input":
            self.input(part, match)
        else:
            nearest = f" (did you mean '{_OTHER_WORDS[name]}'?)" if name in _OTHER_WORDS else did_you_mean(name, _DIRECTIVES)
            what = f"unknown directive '{match['name']}'{nearest}" if name else "a directive is missing"
            self.problem(part, what + ("" if nearest else ": there are ignore[...], skip-file and input=..."))

    def ignore(self, part: Comment, match: re.Match[str]) -> None:
        rest = match["rest"]
        codes: tuple[str, ...] = ()
        if rest.startswith("["):
            listed = self.listed(part, rest)
            if not listed:
                return
            codes = listed
        elif _BARE_CODE.match(rest):
            self.problem(part, f"'ignore {rest}': write the codes in brackets, as in ignore[SHP102]")
            return
        line = self.applies_to(part)
        if line is not None:
            span = _span(self.source.path, part, 0, len(part.text) if not rest.startswith("[") else match.start("rest") + rest.index("]") + 1)
            self.suppressions.append(Suppression(line, codes, span))

    def listed(self, part: Comment, rest: str) -> tuple[str, ...]:
        """The codes in brackets that are codes; the others are problems."""
        match = _CODES.match(rest)
        assert match is not None
        if match["close"] is None:
            self.problem(part, "the bracket of 'ignore[' is never closed")
            return ()
        codes = [code.strip().upper() for code in match["codes"].split(",") if code.strip()]
        if not codes:
            self.problem(part, "'ignore[]' names no rule: write ignore[SHP102], or ignore for every rule")
        good: list[str] = []
        for code in dict.fromkeys(codes):
            trouble = code_trouble(code, self.codes)
            if trouble is None:
                good.append(code)
            else:
                self.problem(part, trouble)
        return tuple(good)

    def input(self, part: Comment, match: re.Match[str]) -> None:
        rest = match["rest"]
        spec = rest[1:].strip() if rest[:1] in ("=", ":") else ""
        if not spec:
            self.problem(part, "no shape is stated: write it as in 'input=N 3 224 224'")
            return
        line = self.applies_to(part)
        if line is not None:
            start = match.start("rest") + rest.index(spec, 1)
            statement = self.statements.get(line)
            self.inputs.append(InputDirective(statement.line if statement else line, spec, _span(self.source.path, part, start, start + len(spec))))

    def applies_to(self, part: Comment) -> int | None:
        """The line that a directive speaks for: its own, or the next line of code when it stands alone."""
        if not part.own_line:
            return part.line
        line = self.lines.next_code(part.line)
        if line is None:
            self.problem(part, "the directive applies to nothing: no code follows it")
        return line

    def problem(self, part: Comment, message: str) -> None:
        self.problems.append(Problem("comment", message, _span(self.source.path, part, 0, len(part.text))))


def _parts(comment: Comment) -> Iterator[Comment]:
    """A comment, split where another ``#`` starts a comment of its own (``# noqa  # shapelint: ignore``)."""
    start = 0
    for end in [*(match.start() for match in _PARTS.finditer(comment.text)), len(comment.text)]:
        text = comment.text[start:end]
        stripped = text.lstrip()
        if stripped:
            yield Comment(comment.line, comment.column + start + len(text) - len(stripped), stripped.rstrip(), comment.own_line)
        start = end


def _span(path: str, part: Comment, start: int, end: int) -> Span:
    return Span(path, part.line, part.column + start, part.line, part.column + end)
