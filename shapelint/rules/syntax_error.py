"""SHP002: a file that Python cannot parse."""

from .declare import Rule, rule


@rule
class SyntaxErrorRule(Rule):
    """
    Python cannot parse the file, so nothing in it was checked. The message is the parser's own. In a notebook the cell
    is left out and the other cells are still checked.
    """

    code, name = "SHP002", "syntax-error"
    bad = """\
from torch import nn

net = nn.Linear(4, 2  # error: SHP002 "never closed"
"""
    good = """\
from torch import nn

net = nn.Linear(4, 2)
"""
