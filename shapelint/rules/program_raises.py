"""SHP007: a model that somebody asked to see raises by itself."""

from .declare import Rule, rule


@rule
class ProgramRaises(Rule):
    """
    ``shapelint show`` runs a model on the input that was asked for, and the program itself raises an exception on the way:
    a ``raise`` statement, a failed ``assert``, a missing argument. The table ends there. The linter does not report this, because
    what a program rejects is its own business, unless other sizes would pass (SHP121).
    """

    code, name = "SHP007", "program-raises"
