"""What is known about sizes along a path: the combinations still allowed, and which operation excluded which.

A requirement that some allowed sizes meet and others do not narrows the path to the former and is remembered as a :class:`Finding`;
one that none meets is NEVER. Before anything is believed it is tried with plain ints: where those disagree, the answer is UNKNOWN and
:data:`DISAGREEMENTS` counts it (tests hold it at zero).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

from . import decide
from .expr import Dim, Expr
from .floors import dmax
from .region import Region
from .truth import Truth
from .where import Condition, condition

MAX_FINDINGS = 1 << 12
DISAGREEMENTS = [0]  # decisions that plain ints contradicted: each is a defect of ours that was kept silent


class Finding:
    """One operation that some sizes do not pass.

    ``relation`` is ``==``, ``>=``, ``|`` (left divides right), ``1<=`` (equal, or left is 1), ``1==`` (equal, or one of them 1), ``raise`` (the
    program's own exception) or ``fails`` (an operation that no size of its branch passes). ``before`` are the sizes that arrive, ``needs``
    those that it wants by itself, ``after`` those that pass; ``silent`` those of them that pass only because an axis of size 1 is broadcast,
    ``strict`` what it wants without that. ``site`` is filled in by whoever knows places, ``problem`` by
    an operator that says what kind of refusal it is.
    """

    __slots__ = ("after", "before", "certain", "left", "needs", "problem", "relation", "right", "silent", "site", "strict", "test")

    def __init__(
        self, relation: str, left: Dim | None, right: Dim | None, before: Region, needs: Region, test: Callable[[Mapping[str, int]], bool],
        silent: Region | None = None, strict: Region | None = None,
    ) -> None:
        self.relation, self.left, self.right, self.before, self.test = relation, left, right, before, test
        self.needs, self.after = needs, before & needs
        self.silent = silent if silent is not None else Region.empty()
        self.strict = strict if strict is not None else needs
        self.certain = True
        self.problem: Any = None
        self.site: Any = None

    def excludes(self, values: Mapping[str, int]) -> bool:
        """Whether these sizes arrive here and do not pass."""
        return values in self.before and values not in self.after


class Facts:
    """``region`` holds the sizes that the path still allows; ``findings`` the operations that excluded some, in order of execution.

    ``loose`` are symbols that are no sizes for certain: nothing is concluded about them. ``undecided`` are requirements that could
    not be decided; ``doubts`` counts what else may exclude sizes that are still in ``region``. ``write`` stores into ``state``, so that
    whoever explores branches can take a narrowing back.
    """

    __slots__ = ("_answers", "_met", "_write", "doubts", "findings", "fresh", "loose", "state", "undecided")

    def __init__(self, write: Callable[[dict[Any, Any], Any, Any], None] = dict.__setitem__, loose: Callable[[], Set[str]] = frozenset) -> None:
        self.state: dict[Any, Any] = {"region": Region.all()}
        self._write, self.loose = write, loose
        self.findings: list[Finding] = []
        self.fresh: list[Finding] = []  # those of the operation at hand, whose place is not known yet
        self.undecided: list[tuple[str, Dim, Dim]] = []
        self.doubts = 0
        self._met: dict[tuple[str, Dim, Dim], Region] = {}  # requirements that every size of a region meets
        self._answers: dict[tuple[str, Dim, Dim], tuple[Region, Truth]] = {}  # to questions, where they were asked last

    @property
    def region(self) -> Region:
        found: Region = self.state["region"]
        return found

    def narrow(self, region: Region) -> None:
        """From here on only these sizes are possible."""
        self._write(self.state, "region", region)

    def doubt(self) -> None:
        """Something that cannot be told may refuse some of the sizes that get here."""
        self.doubts += bool(self.region)

    # --- questions: nothing is required ---------------------------------------------------------------------------

    def equal(self, left: Dim, right: Dim) -> Truth:
        """Whether two sizes are the same wherever the path goes on."""
        return self._asked(decide.equal(left, right), "==", left, right)

    def at_least(self, left: Dim, right: Dim) -> Truth:
        """Whether ``left >= right`` wherever the path goes on."""
        return self._asked(decide.at_least(left, right), ">=", left, right)

    def _asked(self, answer: Truth, relation: str, left: Dim, right: Dim) -> Truth:
        region = self.region
        if answer in (Truth.ALWAYS, Truth.NEVER) or region.boxes in ((), ((),)):
            return answer
        asked = (relation, left, right)
        where, known = self._answers.get(asked, (None, answer))
        if where is not region:
            found = self.condition(relation, left, right)
            known = self.decided(found, answer) if found is not None else answer
            self._answers[asked] = (region, known)
        return known

    def condition(self, relation: str, left: Dim, right: Dim) -> Condition | None:
        """Where a comparison holds; None where that cannot be found."""
        if self._is_open(left) or self._is_open(right):
            return None
        return condition(relation, left, right, self.region)

    def decided(self, found: Condition, otherwise: Truth = Truth.SOMETIMES) -> Truth:
        """A condition under what is known here."""
        region = self.region
        if not region:
            return otherwise
        if not region & found.yes:
            return Truth.NEVER if self._agree(found.test, region, False) else Truth.UNKNOWN
        if not region & found.no:
            return Truth.ALWAYS if self._agree(found.test, region, True) else Truth.UNKNOWN
        return otherwise

    # --- requirements ------------------------------------------------------------------------------------------------

    def require(self, answer: Truth, relation: str, left: Dim, right: Dim) -> Truth:
        """Go on with the sizes for which ``left relation right``. ``answer`` is the answer for every size. NEVER narrows nothing."""
        if answer is Truth.ALWAYS or not self.region:
            return answer if answer is Truth.ALWAYS else Truth.UNKNOWN
        if answer is Truth.NEVER and isinstance(left, int) and isinstance(right, int):
            return answer
        asked = (relation, left, right)
        if self._met.get(asked) is self.region:
            return Truth.ALWAYS
        found = self.condition(relation, left, right)
        if found is None:
            if not (self._is_open(left) or self._is_open(right)):
                self.undecided.append((relation, left, right))
            self._doubt_unread(left, right)
            return answer
        answer = self._narrowed(Finding(relation, left, right, self.region, found.yes, found.test))
        if answer is Truth.ALWAYS:
            self._met[asked] = self.region
        return answer

    def require_joint(self, left: Dim, right: Dim) -> tuple[Truth, Dim]:
        """Two aligned axes of a broadcast: equal, or one of them 1. Returns the joint size too."""
        same = None if self._is_open(left) or self._is_open(right) else condition("==", left, right, self.region)
        ones = [condition("==", size, 1, self.region) for size in (left, right)] if same is not None else []
        if same is None or ones[0] is None or ones[1] is None or not self.region:
            if not (self._is_open(left) or self._is_open(right)) and self.region:
                self.undecided.append(("1==", left, right))
            self._doubt_unread(left, right)
            return Truth.UNKNOWN, dmax(left, right)
        before = self.region
        fits = same | ones[0] | ones[1]
        answer = self._narrowed(Finding("1==", left, right, before, fits.yes, fits.test, before & (fits.yes - same.yes), same.yes))
        return answer, self._joint(left, right, same, ones[0], ones[1])

    def _joint(self, left: Dim, right: Dim, same: Condition, left_is_1: Condition, right_is_1: Condition) -> Dim:
        region = self.region
        if region.subset(same.yes):
            return shorter(left, right)
        if region.subset(same.yes | left_is_1.yes):
            return right
        return left if region.subset(same.yes | right_is_1.yes) else dmax(left, right)

    def require_condition(self, found: Condition) -> Truth:
        """Go on where a condition of the program holds: it raises elsewhere."""
        return self._narrowed(Finding("raise", None, None, self.region, found.yes, found.test))

    def excluded(self, values: Region) -> None:
        """Every size of this branch fails here."""
        finding = Finding("fails", None, None, values, Region.empty(), lambda values: False)
        self.fresh.append(finding)
        self.narrow(Region.empty())

    def _narrowed(self, finding: Finding) -> Truth:
        before, after = finding.before, finding.after
        if not after:
            return Truth.NEVER if self._agree(finding.test, before, False) else Truth.UNKNOWN
        if before.subset(after):
            if not finding.silent:
                return Truth.ALWAYS if self._agree(finding.test, before, True) else Truth.UNKNOWN
        elif not (self._agree(finding.test, after, True) and self._agree(finding.test, before - after, False)):
            return Truth.UNKNOWN
        if len(self.findings) + len(self.fresh) < MAX_FINDINGS:
            self.fresh.append(finding)
        self.narrow(after)
        return Truth.SOMETIMES

    def take_fresh(self) -> list[Finding]:
        """The findings of the operation at hand; they count from now on."""
        found, self.fresh = self.fresh, []
        self.findings += found
        return found

    def _doubt_unread(self, *sizes: Dim) -> None:
        if any(isinstance(size, Expr) and size.unread for size in sizes):
            self.doubt()

    def _is_open(self, size: Dim) -> bool:
        return isinstance(size, Expr) and (size.unread or not self.loose().isdisjoint(size.names))

    @staticmethod
    def _agree(test: Callable[[Mapping[str, int]], bool], region: Region, expected: bool) -> bool:
        """Whether plain ints say the same at the smallest sizes of a region."""
        if not region.complete:
            return True  # its sizes need not be members
        for point in region.points():
            try:
                if test(_Filled(point)) is not expected:
                    DISAGREEMENTS[0] += 1
                    return False
            except ZeroDivisionError:  # torch would not get this far
                continue
        return True


class _Filled(dict[str, int]):
    """Sizes by symbol; a symbol that may be anything is 1."""

    def __missing__(self, name: str) -> int:
        return 1


def shorter(left: Dim, right: Dim) -> Dim:
    """Of two sizes that are the same the one to go on with: a number, else the formula that is written in fewer parts."""
    weights = [(0 if isinstance(size, int) else size.weight, size is right) for size in (left, right)]
    return left if weights[0] <= weights[1] else right


__all__ = ["DISAGREEMENTS", "Facts", "Finding", "shorter"]
