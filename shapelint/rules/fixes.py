"""Edits that rules may propose. Only literals are edited: a name or a computed size may serve other layers too."""

import re

from ..diagnostics import Applicability, Edit, Fix
from ..dims import Dim
from ..interp.events import Application
from ..ops.problems import ShapeError
from ..shapes import Shape
from . import wording

_PRODUCT = re.compile(r"\d+(?:\s*\*\s*\d+)*")


def literal(application: Application, error: ShapeError) -> Fix | None:
    """Write the received size where a constructor's argument is the expected one as a literal or a product of literals."""
    created = application.layer.created if application.layer is not None else None
    if created is None or error.param not in created.args or error.axis is None:
        return None  # without an axis, the two numbers are not sizes that could replace each other
    received, written = error.received, created.args[error.param].text
    if not isinstance(received, int) or received < 1 or _value(written) != error.expected or not _groups_fit(application, received):
        return None
    new = _in_the_same_style(written, received, wording.factors_of(application.tensors.get(error.arg), received))
    edit = Edit(created.args[error.param].span, new)
    return Fix(f"{error.param} of {wording.name_of(application)}: {written} -> {new}", (edit,), Applicability.UNSAFE)


def _value(written: str) -> int | None:
    if not _PRODUCT.fullmatch(written):
        return None
    total = 1
    for factor in written.split("*"):
        total *= int(factor)
    return total


def _groups_fit(application: Application, received: int) -> bool:
    groups: Dim | None = getattr(application.layer.layer, "groups", None) if application.layer is not None else None
    return groups is None or (isinstance(groups, int) and groups > 0 and received % groups == 0)


def _in_the_same_style(written: str, received: int, factors: Shape | None) -> str:
    """A product stays a product, with the spaces that the person put around ``*``."""
    if "*" not in written or factors is None:
        return str(received)
    star = written[len(written.split("*")[0].rstrip()):]
    star = star[: star.index("*") + 1] + (" " if star[star.index("*") + 1 :].startswith(" ") else "")
    return star.join(str(factor) for factor in factors)


