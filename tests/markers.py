"""Markers: what a fixture's own comments say that shapelint should state and torch should do.

Markers are comments of ``.py`` files and of the code cells of notebooks; one comment may hold several, each after its ``#``::

    x = self.pool(x)                     # shape: 4 16 14 14            the value of the statement on this line
    x = block(x)                         # shape: 4 64 8 8 | 4 128 4 4  ... each execution gives one of these, and each occurs
    out, (h, c) = self.lstm(x)           # shape: 4 9 32, 1 4 32, 1 4 32   several values, nested ones in order; _ is left unsaid
    loss = criterion(y, t)               # shape: ()                    no axes
    self.fc = nn.Linear(400, 120)        # error: 21 SHP103 "256"       a diagnostic: column (from 1) and part of its message may be left out
    y = self.fc(y)                       # raises                       torch's exception: deepest line of the fixture (its type may follow)
    y = torch.cat([a, b])                # todo: SHP102                 a diagnostic that is known to be missed so far
    # torch: Net()(torch.randn(2, 3, 8, 8))                             anywhere: an expression to evaluate once the file has run

A size is a number or a name; a name stands for one number within its shape. For a ``for`` statement the values are its targets.
A marker alone on its line speaks of the next line of code. A comment that starts like a marker but is none is a :class:`MarkerError`.
"""

import difflib
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Union

KINDS = ("shape", "error", "raises", "todo", "torch")
_ERROR = re.compile(r'(?:(?P<column>[1-9]\d*)\s+)?(?P<code>SHP\d{3})(?:\s+"(?P<text>[^"]+)")?')
_RAISES = re.compile(r"(?:(?P<type>[A-Za-z_]\w*(?:Error|Exception)))?")
_SIZE = re.compile(r"\d+|[A-Za-z][A-Za-z0-9]*")
_SEGMENT = re.compile(r'#((?:[^#"]|"[^"]*"|")*)')
_IGNORED_TOKENS = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER)

Size = Union[int, str]
Shape = tuple[Size, ...]
Shapes = tuple[Union[Shape, None], ...]  # one entry per value of a statement; None is left unsaid


class MarkerError(ValueError):
    """A comment that starts like a marker and is none."""


class Place(NamedTuple):
    """A line of a file; in a notebook, a line of a cell (cells of every kind are counted, from 1; 0 in a plain file)."""

    file: str
    line: int
    cell: int = 0

    def __str__(self) -> str:
        return f"{self.file}:cell {self.cell}:{self.line}" if self.cell else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Expected:
    """A diagnostic that a marker asks for. ``todo``: it is known to be missed."""

    place: Place
    code: str
    column: int | None = None
    text: str | None = None
    todo: bool = False


@dataclass(frozen=True)
class Found:
    """A diagnostic that was reported; ``column`` counts from 1."""

    place: Place
    code: str
    column: int
    text: str


@dataclass(frozen=True)
class ExpectedShape:
    """The values of one statement: each alternative holds one shape per value."""

    place: Place
    alternatives: tuple[Shapes, ...]


@dataclass(frozen=True)
class ExpectedRaise:
    """The line where torch raises, and the exception's type where it is stated."""

    place: Place
    type: str | None = None


@dataclass(frozen=True)
class TorchExpression:
    """An expression to evaluate in the file's namespace after its run."""

    place: Place
    text: str


@dataclass(frozen=True)
class Cell:
    """Python text to run as one piece: a whole file (number 0) or one code cell of a notebook."""

    number: int
    text: str


@dataclass(frozen=True)
class Markers:
    """All markers of one file, in the order of their lines."""

    errors: tuple[Expected, ...] = ()
    shapes: tuple[ExpectedShape, ...] = ()
    raises: tuple[ExpectedRaise, ...] = ()
    torch: tuple[TorchExpression, ...] = ()


def read_cells(path: Path) -> list[Cell]:
    """The Python text of a file; of a notebook, the code cells, with magics and shell lines turned into ``pass``."""
    if path.suffix != ".ipynb":
        return [Cell(0, path.read_text("utf-8"))]
    notebook = json.loads(path.read_text("utf-8"))
    cells: list[Cell] = []
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            cells.append(Cell(number, re.sub(r"^([ \t]*)[%!].*", r"\1pass", source, flags=re.MULTILINE)))
    return cells


def read_markers(path: Path, root: Path | None = None) -> Markers:
    """The markers of a file. Places name it relative to ``root`` (default: its folder), with forward slashes."""
    name = path.relative_to(root or path.parent).as_posix()
    return collect((Place(name, 0, cell.number), cell.text) for cell in read_cells(path))


def parse_markers(text: str, file: str = "file.py") -> Markers:
    """The markers of Python text."""
    return collect([(Place(file, 0), text)])


def collect(texts: Iterable[tuple[Place, str]]) -> Markers:
    """The markers of several texts; each text's place names its file and cell."""
    errors: list[Expected] = []
    shapes: list[ExpectedShape] = []
    raises: list[ExpectedRaise] = []
    torch: list[TorchExpression] = []
    for start, text in texts:
        for own, target, kind, body in _segments(start, text):
            if kind == "torch":
                torch.append(TorchExpression(own, _filled(body, own)))
            elif target is None:
                raise MarkerError(f"{own}: no line of code follows this marker")
            elif kind == "shape":
                shapes.append(ExpectedShape(target, parse_shapes(body, own)))
            elif kind == "raises":
                raises.append(ExpectedRaise(target, _match(_RAISES, body, own)["type"]))
            else:
                found = _match(_ERROR, body, own)
                column = int(found["column"]) if found["column"] else None
                errors.append(Expected(target, str(found["code"]), column, found["text"], kind == "todo"))
    _refuse_doubles([marker.place for marker in shapes])
    _refuse_doubles([marker.place for marker in raises])
    return Markers(tuple(errors), tuple(shapes), tuple(raises), tuple(torch))


def parse_shapes(text: str, place: Place) -> tuple[Shapes, ...]:
    """``4 64 8 8 | 4 128 4 4`` as alternatives; ``4 9 32, 1 4 32`` as several values; ``()`` no axes; ``_`` left unsaid."""
    alternatives = tuple(tuple(_parse_shape(part.strip(), place) for part in option.split(",")) for option in _filled(text, place).split("|"))
    if len(set(alternatives)) < len(alternatives) or len({len(option) for option in alternatives}) > 1:
        raise MarkerError(f"{place}: alternatives are repeated or of different length: {text.strip()!r}")
    return alternatives


def _parse_shape(text: str, place: Place) -> Shape | None:
    if text == "_":
        return None
    if text == "()":
        return ()
    words = text.split()
    if not words or not all(_SIZE.fullmatch(word) for word in words):
        raise MarkerError(f"{place}: not a shape: {text!r} (write sizes and names with blanks between them)")
    return tuple(int(word) if word.isdigit() else word for word in words)


def fits(shape: Shape | None, actual: Sequence[int]) -> bool:
    """Whether sizes that occurred are what the marker says; a name stands for one number, twice the same."""
    if shape is None:
        return True
    bound: dict[str, int] = {}
    return len(shape) == len(actual) and all(
        bound.setdefault(size, got) == got if isinstance(size, str) else size == got for size, got in zip(shape, actual, strict=True)
    )


def compare(expected: Iterable[Expected], found: Iterable[Found]) -> list[str]:
    """Every way in which the reported diagnostics differ from the markers: missing ones, extra ones, and mended misses."""
    left = list(found)
    complaints: list[str] = []
    for marker in sorted(expected, key=_least_specific_last):
        hit = next((item for item in left if _meets(marker, item)), None)
        if hit is not None:
            left.remove(hit)
        if hit is None and not marker.todo:
            complaints.append(f"{marker.place}: missing {_words(marker)}{_nearest(marker, left)}")
        elif hit is not None and marker.todo:
            complaints.append(f"{marker.place}: {marker.code} is found now: turn its `todo:` into `error:`")
    complaints += [f"{item.place}: unexpected {item.column} {item.code} {item.text!r}" for item in left]
    return sorted(complaints)


def expected_shapes(path: Path, root: Path | None = None) -> Mapping[Place, tuple[Shapes, ...]]:
    """The shapes stated by a file's markers: place to alternatives."""
    return {marker.place: marker.alternatives for marker in read_markers(path, root).shapes}


def source_files(folder: Path) -> list[Path]:
    """Python files and notebooks below a folder, in a fixed order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".ipynb") and ".ipynb_checkpoints" not in path.parts)


def _segments(start: Place, text: str) -> Iterator[tuple[Place, Place | None, str, str]]:
    """(place of the comment, line it speaks of, kind, body) of each marker in a text."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    code_lines = sorted({line for token in tokens if token.type not in _IGNORED_TOKENS for line in range(token.start[0], token.end[0] + 1)})
    for token in tokens:
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        target = next((code for code in code_lines if code >= line), None)
        for segment in _SEGMENT.findall(token.string):
            place = start._replace(line=line)
            kind = _kind(segment, place)
            if kind is not None:
                body = segment.strip()[len(kind):].removeprefix(":")
                yield place, None if target is None else start._replace(line=target), kind, body.strip()


def _kind(segment: str, place: Place) -> str | None:
    """The kind of marker that a piece of a comment is, or None for ordinary words."""
    found = re.match(r"\s*([A-Za-z_]+)(:?)", segment)
    if found is None:
        return None
    word, colon = found[1], found[2]
    if word in KINDS:
        if (word == "raises") == bool(colon):
            raise MarkerError(f"{place}: write `# raises`, and a colon after every other kind: {segment.strip()!r}")
        return word
    close = difflib.get_close_matches(word.lower(), KINDS, 1, 0.75)
    if colon and close:
        raise MarkerError(f"{place}: {word!r} looks like the marker {close[0]!r}")
    return None


def _match(pattern: re.Pattern[str], text: str, place: Place) -> re.Match[str]:
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise MarkerError(f"{place}: malformed marker: {text.strip()!r}")
    return found


def _filled(text: str, place: Place) -> str:
    if not text.strip():
        raise MarkerError(f"{place}: an empty marker")
    return text.strip()


def _refuse_doubles(places: list[Place]) -> None:
    doubled = {place for place in places if places.count(place) > 1}
    if doubled:
        raise MarkerError(f"{min(doubled)}: two markers of one kind speak of this line")


def _least_specific_last(marker: Expected) -> tuple[bool, bool, bool, Place]:
    return marker.todo, marker.column is None, marker.text is None, marker.place


def _meets(marker: Expected, item: Found) -> bool:
    return (
        (marker.place, marker.code) == (item.place, item.code)
        and marker.column in (None, item.column)
        and (marker.text is None or marker.text in item.text)
    )


def _words(marker: Expected) -> str:
    return " ".join(str(part) for part in (marker.column, marker.code, marker.text and f'"{marker.text}"') if part is not None)


def _nearest(marker: Expected, left: list[Found]) -> str:
    near = [item for item in left if item.place == marker.place]
    return "".join(f"; here: {item.column} {item.code} {item.text!r}" for item in near)
