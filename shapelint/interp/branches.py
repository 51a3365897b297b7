"""Running both sides of a condition that cannot be decided, and joining what they did."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..dims.region import Region
from ..dims.where import Condition
from .heap import Changes, Table
from .join import join
from .natives import PyRaise
from .values import ContainerEntries, DictEntries, Instance, MaybeMissing, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine


class Signal:
    """Why a block ended before its last statement."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Value = None) -> None:
        self.kind, self.value = kind, value


BREAK, CONTINUE = Signal("break"), Signal("continue")


def keeping(m: "Machine") -> Callable[[Value, Table], Value]:
    """The join of a value with "no such entry": what is there, since reading the other raises. A dict can be asked, so it remembers; a container of
    modules holds an unknown number of them."""

    def keep(value: Value, table: Table) -> Value:
        table = table if isinstance(table, dict) else table.attributes  # of a registry of a module
        if isinstance(table, ContainerEntries) and (isinstance(value, Instance) or (isinstance(value, Tensor) and value.is_parameter)):
            m.heap.write(table.owner.hidden, "open", Unknown(Why.JOIN, "a module that only some paths add", m.place))
        return MaybeMissing(value) if isinstance(table, DictEntries) and not isinstance(value, MaybeMissing) else value

    return keep


class _Sides:
    """The sides of a condition, run one after the other from the same state.

    Where the condition is about sizes each side runs with its own sizes, and one that raises excludes them; else what happens on a
    side is uncertain, and one that raises is taken not to run.
    """

    def __init__(self, m: "Machine", split: "Condition | None") -> None:
        self.m, self.split, self.mark, self.before = m, split, m.heap.mark(), m.facts.region
        self.raised: list[PyRaise] = []
        self.marks: list[tuple[int, int]] = []

    def __enter__(self) -> "_Sides":
        if self.split is None:
            self.m.uncertain += 1
        else:
            self.m.forks += 1
        return self

    def __exit__(self, *exc: object) -> None:
        if self.split is None:
            self.m.uncertain -= 1
        else:
            self.m.forks -= 1
        if self.m.recorder is not None and len(self.marks) == 2 and not self.raised and exc[0] is None:
            self.m.recorder.compare(self.m, *self.marks)

    def start(self, index: int) -> None:
        if self.m.recorder is not None:
            self.marks.append(self.m.recorder.mark(self.m))
        if self.split is not None:
            self.m.facts.narrow(self.before & (self.split.no if index else self.split.yes))

    def died(self, index: int, error: PyRaise) -> None:
        """A side raised."""
        self.raised.append(error)
        self.m.heap.undo(self.mark)
        if self.split is not None and error.refusal is None and self.m.uncertain == 0:
            self.m.excluded_by(~self.split if index == 0 else self.split, error)
        elif error.refusal is None:
            self.m.facts.doubt()

    def failure(self) -> PyRaise:
        """What to raise where every side did."""
        found = next((error for error in self.raised if error.refusal is not None), None)
        if found is not None and self.m.certain and found.refusal is not None:
            self.m.emit(found.refusal.made_certain())
            return PyRaise(found.name, found.message)
        return found or (self.raised[-1] if self.raised else PyRaise("RuntimeError"))


def choose(m: "Machine", *sides: Callable[[], Value], split: "Condition | None" = None) -> Value:
    """The joined value of expressions of which one will be evaluated: with ``split`` the first where it holds, else the second."""
    done: list[tuple[Changes, Value]] = []
    with _Sides(m, split) as running:
        for index, side in enumerate(sides):
            running.start(index)
            try:
                value = side()
                done.append((m.heap.changes(running.mark), value))
                m.heap.undo(running.mark)
            except PyRaise as error:
                running.died(index, error)
    if not done:
        raise running.failure()
    changes, value = done[0]
    m.heap.apply(changes)
    for other, other_value in done[1:]:
        current = m.heap.changes(running.mark)
        m.heap.undo(running.mark)
        where = merge(m, current, other)
        value = join(value, other_value, where)
    return value


def branch(m: "Machine", then: Callable[[], Signal | None], otherwise: Callable[[], Signal | None], split: "Condition | None" = None) -> Signal | None:
    """Run two blocks of which one will run (with ``split``: the first where it holds); return how the statement ended.

    Where one side leaves (return, break, continue) and the other goes on, the leaving state is kept for the end of the
    function or loop.
    """
    outcomes: list[tuple[Changes, Signal | None]] = []
    with _Sides(m, split) as running:
        for index, side in enumerate((then, otherwise)):
            running.start(index)
            try:
                signal = side()
                outcomes.append((m.heap.changes(running.mark), signal))
                if signal is not None:
                    _remember(m, signal)
                m.heap.undo(running.mark)
            except PyRaise as error:
                running.died(index, error)
    if not outcomes:
        raise running.failure()
    going_on = [(changes, signal) for changes, signal in outcomes if signal is None]
    if len(outcomes) == 1:
        m.heap.apply(outcomes[0][0])
        if outcomes[0][1] is not None:
            _forget(m, outcomes[0][1])
        return outcomes[0][1]
    if not going_on:
        return _both_left(m, running.mark, outcomes)
    if len(going_on) == 2:
        merge(m, going_on[0][0], going_on[1][0])
        return None
    m.heap.apply(going_on[0][0])
    m.doubt(split is not None)
    return None


def region_of(m: "Machine", changes: Changes) -> Region:
    """The sizes of a path whose changes are relative to the present state."""
    state = m.facts.state
    found: Region = changes.get((id(state), "region"), (state, state["region"]))[1]
    return found


def merge(m: "Machine", one: Changes, other: Changes) -> tuple[Region, Region]:
    """Go on with both paths: from the state before them to what they agree on. Returns the sizes of each."""
    where = region_of(m, one), region_of(m, other)
    m.heap.merge(one, other, lambda left, right: join(left, right, where), keeping(m))
    return where


def _both_left(m: "Machine", mark: int, outcomes: list[tuple[Changes, Signal | None]]) -> Signal | None:
    (one, first), (other, second) = outcomes
    assert first is not None and second is not None
    if first.kind == second.kind:
        _forget(m, second)
        _forget(m, first)
        where = merge(m, one, other)
        return Signal("return", join(first.value, second.value, where)) if first.kind == "return" else first
    # Different ways out: the first stays remembered, the second is taken.
    _forget(m, second)
    m.heap.apply(other)
    return second


def _remember(m: "Machine", signal: Signal) -> None:
    if signal.kind == "return":
        if m.frames:
            frame = m.frames[-1]
            frame.returns.append((m.heap.changes(frame.mark), signal.value))
    elif m.loops:
        loop = m.loops[-1]
        if signal.kind == "break":
            loop.breaks.append(m.heap.changes(loop.mark))
        else:
            loop.continues.append(m.heap.changes(loop.iteration_mark))


def _forget(m: "Machine", signal: Signal) -> None:
    if signal.kind == "return":
        if m.frames:
            m.frames[-1].returns.pop()
    elif m.loops:
        (m.loops[-1].breaks if signal.kind == "break" else m.loops[-1].continues).pop()


def settle(m: "Machine", mark: int, paths: list[Changes]) -> list[tuple[Region, Region]]:
    """Join the present state with the states of paths that left earlier; all relative to ``mark``. Returns the sizes that met in each join."""
    met: list[tuple[Region, Region]] = []
    for path in paths:
        current = m.heap.changes(mark)
        m.heap.undo(mark)
        met.append(merge(m, current, path))
    return met
