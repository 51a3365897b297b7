"""SHP004: a comment for shapelint that it does not understand."""

from .declare import Rule, rule


@rule
class MalformedDirective(Rule):
    """
    A comment starts with ``# shapelint:`` and goes on with something unknown: a misspelt word, a rule that does not
    exist, a bracket that is not closed, a shape that cannot be read. It would silently have no effect. The directives
    are ``ignore``, ``ignore[SHP103, SHP2]``, ``skip-file`` and ``input=N 3 224 224``.
    """

    code, name = "SHP004", "malformed-directive"
    bad = """\
from torch import nn

net = nn.Linear(4, 2)  # shapelint: ignroe[SHP103]  # error: SHP004 "ignroe"
"""
    good = """\
from torch import nn

net = nn.Linear(4, 2)
"""
