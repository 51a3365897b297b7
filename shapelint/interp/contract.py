"""The contract of a model: which input sizes it accepts, and which operation excludes the others.

Derived from one run on symbolic sizes. It is complete where every operation on the way was followed and every requirement decided; else the
sizes outside it certainly fail, and those inside may.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..dims import Dim, SizeSet, evaluate, nice
from ..dims.facts import DISAGREEMENTS, Facts, Finding
from ..dims.region import Region
from .events import Application
from .values import Place

if TYPE_CHECKING:
    from .machine import Machine


class Contract:
    """``names`` are the symbols of the inputs; ``accepted`` the sizes that pass every operation; ``broadcasts`` those that torch accepts
    too, but only because an axis that happens to be 1 is repeated. ``findings`` are the operations that excluded sizes, in order of execution;
    ``undecided`` are requirements, in words, of which it is not known for which sizes they hold."""

    __slots__ = ("accepted", "broadcasts", "complete", "findings", "names", "undecided")

    def __init__(self, names: Sequence[str], facts: Facts, complete: bool = True, failed: bool = False) -> None:
        region = Region.empty() if failed else facts.region
        silent = Region.empty()
        for finding in facts.findings:
            if finding.certain:
                silent = silent | finding.silent
        self.names = tuple(names)
        self.broadcasts = region & silent if silent else silent
        self.accepted = region - silent if self.broadcasts else region
        self.complete = failed or (complete and not facts.doubts and self.accepted.complete and not facts.undecided and all(finding.certain for finding in facts.findings))
        self.findings = [finding for finding in facts.findings if finding.certain]
        self.undecided = tuple(dict.fromkeys(_spelt(*requirement) for requirement in facts.undecided))

    @property
    def trivial(self) -> bool:
        """Whether every size is accepted."""
        return self.accepted.boxes == ((),)

    @property
    def text(self) -> str:
        """``H % 16 == 0 and W % 16 == 0``; "every size" or "no size"."""
        if self.trivial:
            return "every size"
        return self.accepted.describe() if self.accepted else "no size"

    @property
    def smallest(self) -> dict[str, int] | None:
        """The smallest accepted sizes."""
        found = self.accepted.smallest([name for name in self.names if name in self.accepted.names])
        return found if found and self.confirmed(found) else None

    def summary(self) -> str:
        """The contract in one line: ``H % 16 == 0 and W % 16 == 0 (smallest 16)``."""
        found = self.smallest
        if not found or self.trivial:
            return self.text
        if len(self.accepted.boxes) > 1 and len(self.accepted.names) > 1:
            return self.accepted.describe(_ALTERNATIVES)
        sizes = set(found.values())
        least = str(sizes.pop()) if len(sizes) == 1 else ", ".join(f"{name} = {size}" for name, size in found.items())
        return f"{self.text} (smallest {least})" if any(_hides_its_smallest(self.accepted.sizes(name)) for name in found) else self.text

    def sizes(self) -> dict[str, SizeSet]:
        """What each symbol may be, the others being chosen to fit."""
        return {name: self.accepted.sizes(name) for name in self.names}

    def first_failure(self, values: Mapping[str, int]) -> Finding | None:
        """The first operation in order of execution that these sizes do not pass."""
        return next((finding for finding in self.findings if finding.excludes(values)), None)

    def confirmed(self, values: Mapping[str, int]) -> bool:
        """Whether plain ints pass every requirement that they meet. A size that does not is not shown to anybody."""
        filled = dict.fromkeys(self.names, 1) | dict(values)
        for finding in self.findings:
            if filled in finding.before and not finding.test(filled):
                DISAGREEMENTS[0] += 1
                return False
        return True

    def good(self, values: Mapping[str, int]) -> list[dict[str, int]]:
        """The nearest accepted sizes, and a rounder one beside them where there is one: people build for 224 and not for 239."""
        asked = {name: size for name, size in values.items() if name in self.accepted.names}
        if not asked:
            return []
        near: list[dict[str, int]] = []
        if len(set(asked.values())) == 1:  # a square stays one where it can
            sizes, size = self.accepted.diagonal(asked), next(iter(asked.values()))
            near = [dict.fromkeys(asked, found) for found in (sizes.prev(size), sizes.next(size)) if found is not None]
            near += [dict.fromkeys(asked, round_) for found in near if (round_ := _rounder(sizes, next(iter(found.values())))) is not None]
        found = near or self.accepted.nearest(asked)
        return [sizes for sizes in found if self.confirmed(sizes)]

    def as_json(self) -> dict[str, Any]:
        """The machine form."""
        coupled = len(self.accepted.boxes) > 1
        return {
            "text": self.text, "complete": self.complete, "smallest": self.smallest if self.accepted else None,
            "variables": [self._variable(name) for name in self.names],
            "boxes": [{name: set_json(sizes) for name, sizes in box} for box in self.accepted.boxes] if coupled else [],
            "undecided": list(self.undecided),
            "broadcasts": [{name: set_json(sizes) for name, sizes in box} for box in self.broadcasts.boxes],
        }

    def _variable(self, name: str) -> dict[str, Any]:
        blame = [_blame(finding) for finding in self.findings if _narrows(finding, name)]
        return {"variable": name, **set_json(self.accepted.sizes(name)), "blame": blame}


_ALTERNATIVES = 3  # that are spelt out in one line
_RUN, _ROUND = 64, 8


def _hides_its_smallest(sizes: SizeSet) -> bool:
    """Whether the condition is one on remainders only, from which the smallest size is not plain to see."""
    return sizes.period > 1 and not sizes.exceptions and (sizes.min() or 0) > 1 and all(size % sizes.period not in sizes.residues for size in range(1, sizes.min() or 1))


def _rounder(sizes: SizeSet, member: int) -> int | None:
    """The roundest member of the run of neighbours that a member stands in, where it is much rounder."""
    run = [member]
    for step in (-1, 1):
        at = member + step
        while at in sizes and abs(at - member) <= _RUN:
            run.append(at)
            at += step
    best = max(run, key=lambda size: (size & -size, -abs(size - member)))
    return best if best & -best >= _ROUND * (member & -member) and best & -best >= _ROUND else None


def _spelt(relation: str, left: Dim, right: Dim) -> str:
    """A requirement as a Python expression."""
    one, other = nice(left), nice(right)
    if relation == "|":
        return f"{_closed(other)} % {_closed(one)} == 0"
    return f"{one} {relation} {other}" if relation in ("==", ">=") else f"{one} == {other} or {one} == 1" + (f" or {other} == 1" if relation == "1==" else "")


def _closed(text: str) -> str:
    return text if text.isalnum() else f"({text})"


def set_json(sizes: SizeSet) -> dict[str, Any]:
    """A set of sizes: ``x`` belongs where ``x >= minimum`` and exactly one of ``x % period in residues`` and ``x in exceptions`` holds."""
    return {"period": sizes.period, "residues": list(sizes.residues), "minimum": sizes.min(), "exceptions": list(sizes.exceptions)}


def _narrows(finding: Finding, name: str) -> bool:
    return finding.after.sizes(name) != finding.before.sizes(name)


def _blame(finding: Finding) -> dict[str, Any]:
    site = application_of(finding)
    place = place_of(finding)
    span = place.span if place is not None else None
    return {
        "path": site.name if site is not None else "", "op": site.op.short_name if site is not None else "raise",
        "file": span.file if span is not None else "", "line": span.line if span is not None else 0, "column": span.column if span is not None else 0,
        "left": None if finding.left is None else nice(finding.left), "right": None if finding.right is None else nice(finding.right),
        "relation": {"1==": "broadcasts with", "1<=": "expands to", "|": "divides", "raise": "raises", "fails": "fails"}.get(finding.relation, finding.relation),
        "needs": needed(finding).describe(),
    }


def needed(finding: Finding) -> Region:
    """The sizes that a requirement wants, without those that only a silent broadcast lets through."""
    return finding.strict


def application_of(finding: Finding) -> Application | None:
    """The operation behind a finding; None where the program itself raises."""
    if callable(finding.site):
        finding.site = finding.site()
    return finding.site if isinstance(finding.site, Application) else None


def place_of(finding: Finding) -> Place | None:
    """Where it stands."""
    application = application_of(finding)
    if application is not None:
        return application.call.place
    return finding.site if isinstance(finding.site, Place) else None


def values_at(finding: Finding, values: Mapping[str, int]) -> tuple[int, int] | None:
    """Both sides of a requirement as numbers."""
    if finding.left is None or finding.right is None:
        return None
    return evaluate(finding.left, values), evaluate(finding.right, values)


def made_contract(machine: "Machine", names: Sequence[str] = (), failed: bool = False, finished: bool = True) -> Contract:
    """The contract of the machine's last entry point. ``names`` are the symbols of its inputs, ``failed``: no size gets through, ``finished``:
    the end was reached, or the failure."""
    known = dict.fromkeys((*names, *sorted(name for finding in machine.facts.findings for name in finding.needs.names)))
    return Contract(tuple(known), machine.facts, machine.followed and finished, failed)
