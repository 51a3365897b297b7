"""SHP301: a comment states a shape that the value does not have."""

from collections.abc import Iterable

from ..diagnostics import Diagnostic, Severity
from ..dims import Truth, equal, nice
from ..interp.events import Declared, Event
from ..shapes import Shape, show
from .declare import Rule, rule


@rule
class StaleShapeComment(Rule):
    """
    A comment behind the line states a shape, and the value has another one: somebody changed the code and not the
    comment. torch does not read comments, so nothing breaks, except the next reader's understanding. Names in the
    comment (``N``, ``C``) stand for any size.
    """

    code, name = "SHP301", "stale-shape-comment"
    severity = Severity.WARNING
    listens = (Declared,)
    how = "comment"
    subject = "the comment says"
    bad = """\
import torch
from torch import nn

x = torch.randn(4, 3, 32, 32)
x = nn.Conv2d(3, 8, 3)(x)  # (4, 8, 32, 32)  # error: SHP301 "(4, 8, 30, 30)"
"""
    good = """\
import torch
from torch import nn

x = torch.randn(4, 3, 32, 32)
x = nn.Conv2d(3, 8, 3)(x)  # (4, 8, 30, 30)
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if isinstance(event, Declared) and event.how == self.how and event.certain and _differ(event.meant, event.actual, self.how):
            declared, actual = show(event.declared), show(event.actual)
            yield self.at(event.span, f"{self.subject} {declared}, but the shape is {actual}{_where(event)}", label=f"is {actual}")


def _differ(declared: Shape, actual: Shape, how: str) -> bool:
    if len(declared) != len(actual):
        return how == "annotation"  # in comments people leave axes out (a batch, a 1), or describe a part
    return any(equal(one, other) is Truth.NEVER for one, other in zip(declared, actual, strict=True))


def _where(event: Declared) -> str:
    if len(event.declared) != len(event.actual):
        return f" ({len(event.declared)} axes against {len(event.actual)})"
    triples = zip(event.meant, event.actual, event.declared, strict=True)
    axis, other, one = next((i, actual, written) for i, (meant, actual, written) in enumerate(triples) if equal(meant, actual) is Truth.NEVER)
    return f" (axis {axis}: {nice(one)} against {nice(other)})"
