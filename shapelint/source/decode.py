"""From bytes to text to a tree: PEP 263 encodings, byte order marks, and every way in which Python refuses a source.

Nothing here raises for bad content: what cannot be read is a :class:`Refused` with a sentence and, where there is one, a
place. The parser's warnings about the user's code (``"\\d"``) are silenced: they are not ours to report.
"""

import ast
import re
import warnings
from typing import NamedTuple

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#|$)")
_BOM = b"\xef\xbb\xbf"


class Refused(NamedTuple):
    """Why a text cannot be read; the end is exclusive, ``line`` 1 and ``column`` 1 where the place is not known."""

    message: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1


def decode(data: bytes) -> tuple[str, str] | Refused:
    """The text without its byte order mark, and the encoding that turns it into the same bytes again."""
    marked = data.startswith(_BOM)
    declared = _declared(data[3:] if marked else data) if b"coding" in data[:400] else None
    if marked and declared is not None and declared[0].lower().replace("_", "-") not in ("utf-8", "utf8", "utf-8-sig"):
        return Refused(f"the encoding is declared as '{declared[0]}', but the file starts with the UTF-8 byte order mark", declared[1])
    encoding = "utf-8-sig" if marked else declared[0] if declared else "utf-8"
    if encoding.lower().replace("_", "-") == "utf-8-sig" and not marked:
        encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(error, encoding, declared is not None)
    except (LookupError, ValueError):
        name, line = declared or (encoding, 1)
        return Refused(f"unknown encoding '{name}'", line, 1, line, 1)
    return text, encoding


def _declared(data: bytes) -> tuple[str, int] | None:
    """The declared encoding and its line: a comment in the first line, or in the second when the first is blank or a comment."""
    for number, line in enumerate(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", 2)[:2], 1):
        found = _COOKIE.match(line)
        if found:
            return found.group(1).decode("ascii", "replace"), number
        if not _BLANK.match(line):
            return None
    return None


def _undecodable(error: UnicodeDecodeError, encoding: str, declared: bool) -> Refused:
    before = bytes(error.object[:error.start])
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1:].decode(encoding, "replace")) + 1
    name = "UTF-8" if encoding.startswith("utf-8") else encoding
    remedy = "its declared encoding does not fit" if declared else "save it as UTF-8 or declare its encoding, as in '# -*- coding: latin-1 -*-'"
    return Refused(f"not valid {name} (byte 0x{error.object[error.start]:02x}): {remedy}", line, column, line, column + 1)


def parse(code: str) -> ast.Module | Refused:
    """The tree of ``code``, or why Python would not compile it."""
    null = code.find("\0")
    if null >= 0:
        line, column = code.count("\n", 0, null) + 1, null - code.rfind("\n", 0, null)
        return Refused("contains a null byte: this is not Python source", line, column, line, column + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(code)
    except SyntaxError as error:
        return _syntax(error)
    except (RecursionError, MemoryError):
        return Refused("nested too deeply for Python's parser")
    except UnicodeEncodeError as error:
        line, column = code.count("\n", 0, error.start) + 1, error.start - code.rfind("\n", 0, error.start)
        return Refused("contains half a surrogate pair, which no encoding can store", line, column, line, column + 1)


def _syntax(error: SyntaxError) -> Refused:
    line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
    end_line, end_column = error.end_lineno or line, error.end_offset or 0
    if (end_line, end_column) <= (line, column):
        end_line, end_column = line, column + 1
    return Refused(error.msg, line, column, end_line, end_column)
