"""Which combinations of sizes are still possible: a union of boxes, each a :class:`SizeSet` for every symbol it restricts.

One symbol needs one box. Several boxes couple symbols: a flatten before a linear layer fits ``H, W`` in (32..63, 1568..1599)
or mirrored. Symbols that a box does not name are free in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product as cartesian

from .sets import SizeSet

MAX_BOXES = 48
PROOF_STEPS = 20_000  # of showing that boxes cover another
EVERY = SizeSet.all()

Box = tuple[tuple[str, SizeSet], ...]  # by name; no empty set, and no set of every size


class Region:
    """``complete`` is False where a limit struck: the true combinations then lie *within* these."""

    __slots__ = ("boxes", "complete")

    boxes: tuple[Box, ...]

    def __init__(self, boxes: Iterable[Mapping[str, SizeSet]], complete: bool = True) -> None:
        made = _merged([box for box in map(_box, boxes) if box is not None])
        if len(made) > MAX_BOXES:
            made, complete = [_hull(made)], False
        self.boxes = tuple(made)
        self.complete = complete and all(sizes.complete for box in made for _, sizes in box)

    @classmethod
    def all(cls) -> Region:
        return _ALL

    @classmethod
    def empty(cls) -> Region:
        return _EMPTY

    @classmethod
    def of(cls, name: str, sizes: SizeSet) -> Region:
        """Where one symbol is in ``sizes``."""
        return _ALL if sizes == EVERY else cls(({name: sizes},), sizes.complete)

    def __bool__(self) -> bool:
        return bool(self.boxes)

    def __contains__(self, values: Mapping[str, int]) -> bool:
        return any(all(values[name] in sizes for name, sizes in box if name in values) for box in self.boxes)

    def __and__(self, other: Region) -> Region:
        if self.boxes == ((),):
            return other if self.complete else Region(map(dict, other.boxes), False)
        if other.boxes == ((),) and other.complete:
            return self
        return Region(_intersections(self.boxes, other.boxes), self.complete and other.complete)

    def __or__(self, other: Region) -> Region:
        found = Region([dict(box) for box in (*self.boxes, *other.boxes)], self.complete and other.complete)
        if len(found.boxes) > 2 and found.complete:
            whole = Region([dict(_hull(list(found.boxes)))])
            return whole if whole.subset(found) else found
        return found

    def __invert__(self) -> Region:
        if not self.complete:
            return Region(({},), False)
        return _ALL - self

    def __sub__(self, other: Region) -> Region:
        if not other.complete:
            return Region(map(dict, self.boxes), False)
        pieces: list[dict[str, SizeSet]] = [dict(box) for box in self.boxes]
        for box in other.boxes:
            pieces = [piece for whole in pieces for piece in _outside(whole, box)]
            if len(pieces) > 4 * MAX_BOXES:
                left = Region(pieces)
                if not left.complete:
                    return Region(map(dict, left.boxes), False)
                pieces = [dict(each) for each in left.boxes]
        return Region(pieces, self.complete)

    def subset(self, of: Region) -> bool:
        """Whether every combination is proven to be in ``of``."""
        if not of.complete:
            return False
        if of.boxes == ((),):
            return True
        steps = [PROOF_STEPS]
        return all(any(_inside(box, other) for other in of.boxes) or _covered(dict(box), of.boxes, steps) for box in self.boxes)

    @property
    def names(self) -> frozenset[str]:
        """The symbols that are restricted somewhere."""
        return frozenset(name for box in self.boxes for name, _ in box)

    def sizes(self, name: str) -> SizeSet:
        """Every size of one symbol that some combination has."""
        found = SizeSet.empty()
        for box in self.boxes:
            found = found | dict(box).get(name, EVERY)
        return found

    def diagonal(self, names: Iterable[str]) -> SizeSet:
        """The sizes that all these symbols may have together."""
        found = SizeSet.empty()
        for box in self.boxes:
            sets, both = dict(box), EVERY
            for name in names:
                both = both & sets.get(name, EVERY)
            found = found | both
        return found

    def nearest(self, values: Mapping[str, int], count: int = 2) -> list[dict[str, int]]:
        """The combinations nearest to ``values``, best first. Symbols without a value take their smallest size."""
        found: dict[tuple[tuple[str, int], ...], int] = {}
        for box in self.boxes:
            sets = dict(box)
            choices = [{near for near in (sets.get(name, EVERY).prev(size), sets.get(name, EVERY).next(size)) if near} for name, size in values.items()]
            rest = {name: sizes.min() or 1 for name, sizes in box if name not in values}
            for chosen in cartesian(*map(sorted, choices)):
                sizes = dict(zip(values, chosen, strict=True))
                found[tuple((sizes | rest).items())] = sum(abs(sizes[name] - size) for name, size in values.items())
        return [dict(sizes) for sizes in sorted(found, key=lambda sizes: (found[sizes], sizes))[:count]]

    def smallest(self, names: Iterable[str]) -> dict[str, int] | None:
        """The combination with the smallest largest size; None for no combination."""
        best: tuple[tuple[int, int], dict[str, int]] | None = None
        for box in self.boxes:
            sets = dict(box)
            found = {name: sets.get(name, EVERY).min() or 1 for name in names}
            rank = max(found.values(), default=1), sum(found.values())
            if best is None or rank < best[0]:
                best = rank, found
        return None if best is None else best[1]

    def points(self) -> Iterator[dict[str, int]]:
        """The smallest combination of each box."""
        for box in self.boxes:
            yield {name: sizes.min() or 1 for name, sizes in box}

    def simplest(self) -> Region:
        """The same combinations in boxes that are as large as they can be: they may overlap, and read more easily."""
        if len(self.boxes) < 2 or not self.complete:
            return self
        boxes = [dict(box) for box in self.boxes]
        for box in boxes:
            for name in list(box):
                sizes = box[name]
                for larger in (EVERY, SizeSet(1, 0, sizes.period, sizes.tail)):
                    if not sizes.subset(larger) or larger == sizes or not larger:
                        continue
                    if Region([{**box, name: larger}]).subset(self):
                        box[name] = larger
                        break
        return Region(boxes)

    def describe(self, limit: int = MAX_BOXES) -> str:
        """The condition as a Python expression: ``H % 16 == 0 and W % 16 == 0``; ``True`` for every size, ``False`` for none.

        Of more than ``limit`` alternatives the first ones are written, and how many there are besides.
        """
        if not self.boxes:
            return "False"
        boxes = self.simplest().boxes
        texts = [_described(box) for box in boxes[:limit]] + ([f"{len(boxes) - limit} other combinations"] if len(boxes) > limit else [])
        return texts[0] if len(texts) == 1 else " or ".join(f"({text})" if " and " in text else text for text in texts)

    def __repr__(self) -> str:
        return f"Region({self.describe()}{'' if self.complete else ', or fewer'})"


def _box(sets: Mapping[str, SizeSet]) -> Box | None:
    if not all(sets.values()):
        return None
    return tuple(sorted(((name, sizes) for name, sizes in sets.items() if sizes != EVERY), key=lambda item: item[0]))


def _intersections(ones: Iterable[Box], others: tuple[Box, ...]) -> Iterator[dict[str, SizeSet]]:
    for one in ones:
        for other in others:
            both = dict(one)
            for name, sizes in other:
                both[name] = both[name] & sizes if name in both else sizes
            yield both


def _outside(whole: dict[str, SizeSet], box: Box) -> Iterator[dict[str, SizeSet]]:
    """Disjoint boxes that make up what of ``whole`` lies outside ``box``."""
    if any(not whole[name] & sizes for name, sizes in box if name in whole):
        yield whole
        return
    rest = dict(whole)
    for name, sizes in box:
        mine = rest.get(name, EVERY)
        outside = mine - sizes
        if outside:
            yield {**rest, name: outside}
        rest[name] = mine & sizes


def _covered(whole: dict[str, SizeSet], boxes: tuple[Box, ...], steps: list[int]) -> bool:
    """Whether boxes are proven to hold all of ``whole``, in so many steps."""
    for at, box in enumerate(boxes):
        steps[0] -= 1
        if steps[0] < 0:
            return False
        pieces = list(_outside(whole, box))
        if pieces != [whole]:
            return all(_covered(piece, boxes[at + 1 :], steps) for piece in pieces)
    return False


def _inside(box: Box, of: Box) -> bool:
    sets = dict(box)
    return all(name in sets and sets[name].subset(sizes) for name, sizes in of)


def _merged(boxes: list[Box]) -> list[Box]:
    """Without boxes that lie in others, and with those put together that differ in one symbol only."""
    found: list[Box] = []
    for box in boxes:
        if len(found) > 2 * MAX_BOXES:  # it will be given up anyway
            return [*found, box]
        at = 0
        while at < len(found):
            joined = _joined(found[at], box)
            if joined is None:
                at += 1
            else:
                box, at = joined, 0
                found = [other for other in found if not _inside(other, joined)]
        found.append(box)
    return sorted(found, key=_order)


def _order(box: Box) -> tuple[object, ...]:
    least = [sizes.min() or 0 for _, sizes in box]
    return max(least, default=0), tuple((name, size, sizes.period) for (name, sizes), size in zip(box, least, strict=True))


def _joined(one: Box, other: Box) -> Box | None:
    """The union of two boxes where it is a box."""
    if _inside(other, one):
        return one
    if _inside(one, other):
        return other
    left, right = dict(one), dict(other)
    names = [name for name in dict.fromkeys((*left, *right)) if left.get(name, EVERY) != right.get(name, EVERY)]
    if len(names) != 1:
        return None
    (name,) = names
    if name not in left or name not in right:
        return None
    return _box({**left, name: left[name] | right[name]})


def _hull(boxes: list[Box]) -> Box:
    """The smallest box around all of them."""
    names = set.intersection(*({name for name, _ in box} for box in boxes))
    sets = {name: SizeSet.empty() for name in names}
    for box in boxes:
        for name, sizes in box:
            if name in sets:
                sets[name] = sets[name] | sizes
    return _box(sets) or ()


def _described(box: Box) -> str:
    texts = [sizes.describe(name) for name, sizes in box]
    if len(texts) > 1:
        texts = [f"({text})" if " or " in text else text for text in texts]  # "and" binds closer
    return " and ".join(texts) or "True"


_ALL, _EMPTY = Region(({},)), Region(())
