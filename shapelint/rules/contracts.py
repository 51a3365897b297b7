"""Words about input sizes: what a model accepts, which operation says so, and the nearest sizes that do."""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from ..dims import Dim, Expr, bounds, nice
from ..dims.facts import Finding
from ..dims.region import Region
from ..interp.contract import Contract, application_of, needed, place_of, values_at
from ..interp.events import Explanation
from . import wording

_BLAMED = 6


def reasons(contract: Contract) -> Iterator[str]:
    """One line for each operation that excludes sizes which all later ones would let pass, in order of execution."""
    shown = [finding for finding in contract.findings if _matters(contract, finding)]
    for finding in shown[:_BLAMED]:
        yield f"{_who(finding)}: {_requirement(finding)}"
    if len(shown) > _BLAMED:
        yield f"and {len(shown) - _BLAMED} more operations"
    if contract.broadcasts:
        yield f"torch also lets pass {_broadcasts(contract)}, where an axis of size 1 is broadcast silently"
    if contract.undecided:
        more = f" and {len(contract.undecided) - _BLAMED} more" if len(contract.undecided) > _BLAMED else ""
        yield f"not decided: {'; '.join(contract.undecided[:_BLAMED])}{more}"
    elif not contract.complete:
        yield "not everything was followed, so these sizes may fail too"


def _broadcasts(contract: Contract) -> str:
    """By symbol, the sizes that no accepted combination has."""
    others = {name: contract.broadcasts.sizes(name) - contract.accepted.sizes(name) for name in contract.names}
    texts = [sizes.describe(name) for name, sizes in others.items() if sizes and sizes.complete]
    return f"some sizes with {' or '.join(texts)}" if texts else contract.broadcasts.describe(2)


def _matters(contract: Contract, finding: Finding) -> bool:
    """Whether the other operations together would let more sizes pass."""
    rest = finding.before
    for other in contract.findings:
        if other is not finding:
            rest = rest & other.needs if other.needs else rest
    return not rest.subset(finding.needs)


def _who(finding: Finding) -> str:
    application = application_of(finding)
    place = place_of(finding)
    where = f" ({wording.where(place)})" if place is not None else ""
    if application is not None:
        return wording.name_of(application) + where
    return (wording.shortened(place.text.partition("\n")[0]) if place is not None else "the program") + where


def _requirement(finding: Finding) -> str:
    needs = needed(finding).describe(3)
    if finding.left is None or finding.right is None:
        return f"only {needs} gets past it" if finding.needs else "no size gets past it"
    left, right = nice(finding.left), nice(finding.right)
    if finding.relation == ">=":
        return f"{left} must be at least {right}: {needs}"
    if finding.relation == "|":
        return f"{right} must be a multiple of {left}: {needs}"
    if finding.relation == "==" and "1" in (left, right):
        return f"{left if right == '1' else right} must be 1: {needs}"
    return f"{left} and {right} agree only where {needs}{_example(finding)}"


def _example(finding: Finding) -> str:
    """The smallest size at which they do not, with both sides as numbers."""
    missed = finding.before - finding.after
    point = next(iter(missed.points()), None) if missed.complete else None
    names = sorted(finding.needs.names)
    if point is None or len(names) != 1 or names[0] not in point:
        return ""
    both = values_at(finding, point)
    return f" (at {names[0]} = {point[names[0]]}: {both[0]} and {both[1]})" if both is not None and both[0] != both[1] else ""


def explained(explanation: Explanation) -> Iterator[str]:
    """What the input's sizes have to do with an error: both sides as formulas, what the model accepts, and the nearest good sizes."""
    contract, finding = explanation.contract, explanation.finding
    if finding is None:
        sizes = _given(explanation, explanation.values)
        if explanation.sides is not None and not all(isinstance(side, int) for side in explanation.sides):
            left, right = explanation.sides
            yield difference(left, right) or f"{nice(left)} and {nice(right)} never agree"
        yield f"no input size would help{f' (not only {sizes})' if sizes else ''}"
        return
    needs = needed(finding)
    same = needs.subset(contract.accepted) and contract.accepted.subset(needs)
    both = values_at(finding, explanation.values)
    if both is not None and finding.left is not None and finding.right is not None:
        sides = f"{_equation(nice(finding.left), both[0])} against {_equation(nice(finding.right), both[1])}"
        also = "" if same else f", which needs {_short(needs)}"
        yield f"for {_given(explanation, needs.names)}: {sides}{also}"
    if not contract.accepted:
        yield f"{explanation.model} accepts no input size: another operation refuses what this one needs"
    elif contract.complete:
        yield f"{explanation.model} accepts {_short(contract.accepted, contract.summary())}{_nearest(explanation)}"


def as_data(explanation: Explanation) -> dict[str, Any]:
    """The same for programs: the sizes given, the nearest that are accepted, and the contract."""
    good = explanation.contract.good(explanation.values) if explanation.contract.complete else []
    return {"model": explanation.model, "given": explanation.values, "good": good, "contract": explanation.contract.as_json()}


def _given(explanation: Explanation, names: Container[str]) -> str:
    """``H = 32, W = 64``, or ``H = W = 32``."""
    sizes = {name: size for name, size in explanation.values.items() if name in names}
    if len(set(sizes.values())) == 1:
        return " = ".join([*sizes, str(next(iter(sizes.values())))])
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def _short(region: Region, text: str = "") -> str:
    """A condition; of one with many alternatives the first."""
    boxes = region.simplest().boxes
    return text or region.describe() if len(boxes) < 3 else region.describe(1)


def _equation(formula: str, value: int) -> str:
    return formula if formula == str(value) else f"{formula} = {value}"


def _nearest(explanation: Explanation) -> str:
    good = explanation.contract.good(explanation.values)
    texts = list(dict.fromkeys(_spelt(sizes) for sizes in good))
    if not texts:
        return ""
    return f"; nearest good size{'s' if len(texts) > 1 else ''}: {' or '.join(texts)}"


def _spelt(sizes: Mapping[str, int]) -> str:
    if set(sizes) == {"H", "W"}:
        return f"{sizes['H']}x{sizes['W']}"
    return ", ".join(f"{name} = {size}" for name, size in sizes.items())


def difference(left: Dim, right: Dim) -> str:
    """By how much two sizes that never agree differ, where that hardly depends on the input: ``8 or 9 larger``."""
    gap = left - right
    if not isinstance(gap, Expr) or gap.unread or len(gap.names) != 1:
        return ""
    low, high = bounds(gap)
    if low is None or high is None or high - low > 3 or low * high <= 0:
        return ""
    word = "larger" if low > 0 else "smaller"
    least, most = sorted((abs(low), abs(high)))
    amount = str(least) if least == most else f"{least} or {most}" if most == least + 1 else f"{least} to {most}"
    return f"{nice(left)} is {amount} {word} than {nice(right)} at every size"


def renamed(text: str, places: Mapping[str, str]) -> str:
    """A condition with other words for its symbols."""
    return re.sub(r"[A-Za-z_]\w*", lambda match: places.get(match[0], match[0]), text)
