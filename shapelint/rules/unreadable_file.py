"""SHP001: a file that cannot be read."""

from .declare import Rule, rule


@rule
class UnreadableFile(Rule):
    """
    The file could not be opened or decoded, so nothing in it was checked. Python would refuse it for the same reason: a
    missing permission, bytes that are not UTF-8, or an encoding that does not exist. Save the file as UTF-8, or declare
    the encoding it has in its first line.
    """

    code, name = "SHP001", "unreadable-file"
    bad = """\
# -*- coding: klingon -*-  # error: SHP001 "klingon"
from torch import nn

net = nn.Linear(4, 2)
"""
    good = """\
# -*- coding: latin-1 -*-
from torch import nn

net = nn.Linear(4, 2)
"""
