"""SHP113: a name that torch does not have."""

from collections.abc import Iterable

from ..diagnostics import Applicability, Diagnostic, Edit, Fix
from ..interp.events import Event, Misnamed
from .declare import Rule, rule


@rule
class MisspeltLayer(Rule):
    """
    A torch namespace has no such attribute, so Python raises an ``AttributeError`` when the line runs. Names that are
    close are proposed: torch writes ``nn.LazyConvTranspose2d`` and ``nn.MaxPool2d``.
    """

    code, name = "SHP113", "misspelt-layer"
    listens = (Misnamed,)
    bad = """\
from torch import nn

pool = nn.MaxPooling2d(2)  # error: SHP113 "MaxPool2d"
"""
    good = """\
from torch import nn

pool = nn.MaxPool2d(2)
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Misnamed) or not event.certain:
            return
        owner, _, attribute = event.name.rpartition(".")
        near = [name.rpartition(".")[2] for name in event.near]
        proposal = f"; did you mean {' or '.join(near[:3])}?" if near else ""
        label = near[0] if near else "no such name"
        yield self.at(event.place.span, f"{owner or 'torch'} has no {attribute}{proposal}", label=label, fix=self._fix(event, attribute, near))

    def _fix(self, event: Misnamed, attribute: str, near: list[str]) -> Fix | None:
        written = event.place.text
        if not near or not written.endswith(attribute):
            return None
        edit = Edit(event.place.span, written[: len(written) - len(attribute)] + near[0])
        return Fix(f"replace {attribute} by {near[0]}", (edit,), Applicability.SUGGESTED)
