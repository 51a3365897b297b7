"""Whether a regular expression may take long on a text: Python's matcher tries every way to divide a text among repetitions, and cannot be stopped."""

import math
import sys
from importlib import import_module
from typing import Any

_parser: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_STEPS = 20_000_000  # of the matcher: about a second
_SHORT = 12  # characters, or repetitions, of which every division can be tried
_PATTERN = 2_000  # characters of a pattern


def takes_long(pattern: str, flags: int, length: int) -> bool:
    """Whether matching ``pattern`` anywhere in a text of ``length`` characters may take more than about a second."""
    if len(pattern) > _PATTERN:
        return True
    try:
        parsed = _parser.parse(pattern, flags)
    except (ValueError, OverflowError, _parser.error):
        return False  # refused before anything is matched
    found = _Repetitions()
    found.visit(parsed, 0)
    ways = found.flat + 1  # a search starts at every character
    return (found.nested and (length > _SHORT or found.times > _SHORT)) or math.comb(length + ways, ways) > _STEPS


class _Repetitions:
    """The repetitions of a pattern: how many stand beside each other, and whether one stands inside another, or an alternative does."""

    def __init__(self) -> None:
        self.flat, self.times, self.nested = 0, 0, False

    def visit(self, node: Any, times: int) -> None:
        """``times``: how often what is around the node may be repeated; 0 outside repetitions."""
        if isinstance(node, _parser.SubPattern):
            for name, argument in node:
                self._operation(str(name), argument, times)
        elif isinstance(node, (tuple, list)):
            for item in node:
                self.visit(item, times)

    def _operation(self, name: str, argument: Any, times: int) -> None:
        if name in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = argument
            most = int(most)
            if least != most:
                self._vary(times)
                self.flat += most > 1
            self.visit(inner, max(times, 1) * most if most > 1 else times)
        else:
            if name == "BRANCH":
                self._vary(times)
            self.visit(argument, times)

    def _vary(self, times: int) -> None:
        if times > 1:
            self.nested = True
            self.times = max(self.times, times if times < int(_parser.MAXREPEAT) else 0)
