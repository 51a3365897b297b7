"""What IPython adds to Python, taken out of a cell without moving anything that stays.

A line magic (``%matplotlib inline``, ``!pip install x``, ``name?``, ``pip install x``) becomes ``pass`` at its
indentation; where it gives a value (``files = !ls``) the value becomes ``get_ipython()``, a name that nobody can read,
as IPython itself writes it. ``%time y = f(x)`` keeps its statement. A cell magic that runs the cell as Python (``%%time``)
loses its first line; any other (``%%bash``, ``%%writefile``, ``%%timeit``, whose names do not stay) blanks the cell. Magics are
looked for only where a statement starts, so a ``%`` inside brackets or a string stays an operator.
"""

import re

_PYTHON_CELLS = frozenset({"capture", "heat", "lprun", "memit", "mprun", "prun", "scalene", "snakeviz", "time", "wandb"})
_COMMANDS = re.compile(r"(?:pip3?|conda|mamba|uv|apt|apt-get|git|cd|ls|cat|mkdir|wget|unzip)\s+[-\w./~]")
_HELP = re.compile(r"\?{1,2}\s*[%\w.*]+\s*$|%{0,2}[A-Za-z_][\w.*]*\?{1,2}\s*(?:#.*)?$")
_ASSIGNED = re.compile(r"((?:[^=!%'\"#(\[]|\[[^\]]*\])*(?<![=!<>:+\-*/|&^@\s])\s*=\s*)(?:!|%(?=[A-Za-z]))")
_TIMED = re.compile(r"%time\s+(?=\S)")
_TOKEN = re.compile(r"\"\"\"|'''|\"|'|#|[(\[{]|[)\]}]|\\.?")
_STRING_END = {'"': re.compile(r'\\.|\\$|"|$'), "'": re.compile(r"\\.|\\$|'|$"), '"""': re.compile(r'\\.|"""'), "'''": re.compile(r"\\.|'''")}


def neutralise(lines: list[str]) -> list[str]:
    """The cell without what only IPython understands: the same number of lines, every kept character in its place."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    found = re.match(r"\s*%%(!|\w+)", lines[first]) if lines else None
    if found and not lines[first].rstrip().endswith("?"):
        if found.group(1) not in _PYTHON_CELLS:
            return [""] * len(lines)
        lines = [*lines[:first], "", *lines[first + 1:]]
    return _without_line_magics(lines)


def _without_line_magics(lines: list[str]) -> list[str]:
    kept: list[str] = []
    state = _State()
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        replaced = _replaced(line) if state.at_statement else None
        if replaced is None:
            state.read(line)
            kept.append(line)
            continue
        kept.append(replaced)
        # A magic goes on behind a backslash, and nothing else continues it.
        while line.rstrip().endswith("\\") and number < len(lines):
            line = lines[number]
            kept.append("")
            number += 1
    return kept


def _replaced(line: str) -> str | None:
    """The line without its magic; None when it has none."""
    body = line.lstrip()
    indent = line[:len(line) - len(body)]
    timed = _TIMED.match(body)
    if timed:
        # "if 1:" is as wide as "%time", so the statement stays in its column.
        statement = "if 1:".ljust(timed.end()) + body[timed.end():]
        return indent + statement if _parses(statement) else indent + "pass"
    if body.startswith(("%", "!", "?")) or _HELP.match(body) or _COMMANDS.match(body):
        return indent + "pass"
    assigned = _ASSIGNED.match(body)
    return indent + assigned.group(1) + "get_ipython()" if assigned else None


def _parses(statement: str) -> bool:
    from .decode import Refused, parse

    return not isinstance(parse(statement), Refused)


class _State:
    """Whether the next line starts a statement: outside strings and brackets, and not behind a backslash."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""
        self.continued = False

    @property
    def at_statement(self) -> bool:
        return not (self.depth or self.quote or self.continued)

    def read(self, line: str) -> None:
        self.continued = False
        at = 0
        while True:
            if self.quote:
                at = self._to_string_end(line, at)
                if self.quote:
                    return
            found = _TOKEN.search(line, at)
            if found is None or found.group() == "#":
                return
            at, token = found.end(), found.group()
            if token[0] in "\"'":
                self.quote = token
            elif token == "\\":
                self.continued = True
            else:
                self.depth = max(self.depth + (token in "([{") - (token in ")]}"), 0)

    def _to_string_end(self, line: str, at: int) -> int:
        while True:
            found = _STRING_END[self.quote].search(line, at)
            if found is None or found.group() == "\\":
                return len(line)
            at = found.end()
            if not found.group().startswith("\\"):
                # A short string ends with its line, unless a backslash stands before the end.
                self.quote = ""
                return at
