"""SHP006: a suppression that silences nothing."""

from ..diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from ..source import SourceFile
from ..source.suppressions import Unused
from ..source.text import Span
from .declare import Rule, rule


@rule
class UnusedSuppression(Rule):
    """
    A ``# shapelint: ignore`` comment stands where nothing is reported any more, or names a rule that does not report
    there. Left in place it would hide the next mistake on that line. Remove it. Rules that did not run (because they
    are not selected) are not judged.
    """

    code, name = "SHP006", "unused-suppression"
    severity = Severity.WARNING
    bad = """\
from torch import nn

net = nn.Linear(4, 2)  # shapelint: ignore[SHP103]  # error: SHP006
"""
    good = """\
import torch
from torch import nn

net = nn.Linear(4, 2)  # shapelint: ignore[SHP103]
net(torch.randn(1, 5))
"""

    @classmethod
    def about_comment(cls, source: SourceFile, unused: Unused) -> Diagnostic:
        """The finding about one comment; the edit removes the whole comment, where all of it is in vain."""
        span = unused.suppression.span
        message = "nothing is reported here" if not unused.codes else f"{', '.join(unused.codes)} {_is_are(unused.codes)} not reported here"
        return cls.at(span, f"unused suppression: {message}", fix=_removal(source, span) if unused.whole else None)


def _is_are(codes: tuple[str, ...]) -> str:
    return "is" if len(codes) == 1 else "are"


def _removal(source: SourceFile, span: Span) -> Fix:
    before = source.line_text(span.line)[: span.column - 1]
    start = len(before.rstrip()) + 1 if before.strip() else span.column
    return Fix("remove the comment", (Edit(span._replace(column=start), ""),), Applicability.SAFE)
