"""Running both sides of a condition that cannot be decided, and joining what they did."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from .heap import Changes
from .join import join
from .natives import PyRaise
from .values import Value

if TYPE_CHECKING:
    from .machine import Machine


class Signal:
    """Why a block ended before its last statement."""

    __slots__ = ("kind", "value")

    def __init__(self, kind: str, value: Value = None) -> None:
        self.kind, self.value = kind, value


BREAK, CONTINUE = Signal("break"), Signal("continue")


def keep(value: Value) -> Value:
    """The join of a value with "no such entry": what is there, since reading the other raises."""
    return value


def choose(m: "Machine", *sides: Callable[[], Value]) -> Value:
    """The joined value of expressions of which one will be evaluated. A side that raises is taken not to be chosen."""
    mark = m.heap.mark()
    done: list[tuple[Changes, Value]] = []
    raised: PyRaise | None = None
    m.uncertain += 1
    try:
        for side in sides:
            try:
                value = side()
                done.append((m.heap.changes(mark), value))
            except PyRaise as error:
                raised = error
            finally:
                m.heap.undo(mark)
    finally:
        m.uncertain -= 1
    if not done:
        raise raised or PyRaise("RuntimeError")
    changes, value = done[0]
    m.heap.apply(changes)
    for other, other_value in done[1:]:
        current = m.heap.changes(mark)
        m.heap.undo(mark)
        m.heap.merge(current, other, join, keep)
        value = join(value, other_value)
    return value


def branch(m: "Machine", then: Callable[[], Signal | None], otherwise: Callable[[], Signal | None]) -> Signal | None:
    """Run two blocks of which one will run; return how the statement ended.

    Where one side leaves (return, break, continue) and the other goes on, the leaving state is kept for the end of the
    function or loop. A side that raises is taken not to run.
    """
    mark = m.heap.mark()
    outcomes: list[tuple[Changes, Signal | None]] = []
    raised: PyRaise | None = None
    m.uncertain += 1
    try:
        for side in (then, otherwise):
            try:
                signal = side()
                outcomes.append((m.heap.changes(mark), signal))
                if signal is not None:
                    _remember(m, signal)
            except PyRaise as error:
                raised = error
            m.heap.undo(mark)
    finally:
        m.uncertain -= 1
    if not outcomes:
        raise raised or PyRaise("RuntimeError")
    going_on = [(changes, signal) for changes, signal in outcomes if signal is None]
    if len(outcomes) == 1:
        m.heap.apply(outcomes[0][0])
        if outcomes[0][1] is not None:
            _forget(m, outcomes[0][1])
        return outcomes[0][1]
    if not going_on:
        return _both_left(m, mark, outcomes)
    if len(going_on) == 2:
        m.heap.merge(going_on[0][0], going_on[1][0], join, keep)
        return None
    m.heap.apply(going_on[0][0])
    m.doubt()
    return None


def _both_left(m: "Machine", mark: int, outcomes: list[tuple[Changes, Signal | None]]) -> Signal | None:
    (one, first), (other, second) = outcomes
    assert first is not None and second is not None
    if first.kind == second.kind:
        _forget(m, second)
        _forget(m, first)
        m.heap.merge(one, other, join, keep)
        return Signal("return", join(first.value, second.value)) if first.kind == "return" else first
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


def settle(m: "Machine", mark: int, paths: list[Changes]) -> None:
    """Join the present state with the states of paths that left earlier; all relative to ``mark``."""
    for path in paths:
        current = m.heap.changes(mark)
        m.heap.undo(mark)
        m.heap.merge(current, path, join, keep)

