"""Source lines with carets under a span, aligned on the display: tabs stay tabs, wide characters count two columns."""

from ..source.text import Span

_LONGEST = 180  # columns of a source line that are shown
_BEFORE = 60    # columns kept before the caret where a longer line is cut


def printable(text: str) -> str:
    """``text`` without control characters: a source line must not steer the terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char == "\t" or not _control(char) else "\ufffd" for char in text)


def _control(char: str) -> bool:
    code = ord(char)
    return code < 32 or 127 <= code < 160 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069


def width(text: str) -> int:
    """Columns that ``text`` takes on a display."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(char) in ("Mn", "Me", "Cf") else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def caret_line(line: str, start: int, end: int) -> str:
    """Carets under ``line[start:end]`` (offsets from 0); at least one, and none under what follows the line's end."""
    start = min(start, len(line))
    end = max(min(end, len(line)), start)
    lead = "".join("\t" if char == "\t" else " " * width(char) for char in line[:start])
    return lead + "^" * max(width(line[start:end]), 1)


def marked(line: str, span: Span) -> tuple[str, str]:
    """The source line of a span's start, and the carets below it. A span over several lines is marked to the end of its first one."""
    text = line.rstrip()
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(text)
    text, start, end = _clipped(text, start, end)
    return printable(text), caret_line(text, start, end)


def _clipped(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A long line, cut to the part around the span."""
    if len(text) <= _LONGEST:
        return text, start, end
    first = max(start - _BEFORE, 0)
    cut = text[first : first + _LONGEST]
    ahead, behind = "..." if first else "", "..." if first + _LONGEST < len(text) else ""
    shift = len(ahead) - first
    return ahead + cut + behind, start + shift, min(end + shift, len(ahead) + len(cut))
