"""``for`` and ``while``: known iterations one by one, unknown ones joined until nothing new happens."""

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..dims.region import Region
from ..dims.where import Condition
from . import limits, plain_loops
from .branches import BREAK, Signal, branch, keeping, settle
from .heap import Changes
from .join import join, same
from .lazy import END, Lost, asked, is_lazy, stream
from .letting_go import HELD, let_go
from .natives import PyRaise
from .values import Instance, IteratorObject, ListObject, Scope, Unknown, Value, Why
from .views import Perhaps, is_looped, looped

if TYPE_CHECKING:
    from .machine import Loop, Machine


def for_loop(m: "Machine", node: ast.For, scope: Scope) -> Signal | None:
    if plain_loops.computed(m, node, scope):
        return None
    iterable = given = m.evaluate(node.iter, scope)
    if isinstance(iterable, Instance):
        with m.at(node.iter, scope):
            iterable = asked(m, given)
    if is_lazy(iterable) and (iterable is not given or not isinstance(node.iter, HELD)):
        return _generated(m, node, iterable, scope)
    with m.at(node.iter, scope):
        if is_lazy(iterable) or isinstance(iterable, ListObject) or (isinstance(iterable, IteratorObject) and _is_short(iterable)):
            return _each(m, node, stream(m, iterable), None, scope)
        if is_looped(iterable):
            return _each(m, node, looped(iterable), None, scope)
        items = m.iterate(iterable)
    if items is None:
        element = m.element_of(iterable)
        return _repeat(m, node, scope, element)
    return _each(m, node, iter(items), len(items), scope)


def _generated(m: "Machine", node: ast.For, iterable: Value, scope: Scope) -> Signal | None:
    """A loop over what a call has made: where the loop is left early, so is a generator."""
    with m.at(node.iter, scope):
        items = stream(m, iterable)
        try:
            signal = _each(m, node, items, None, scope)
        except PyRaise:
            let_go(m, iterable, node.iter)
            raise
        if m.certain:
            let_go(m, iterable, node.iter)
    return signal


def _is_short(iterator: IteratorObject) -> bool:
    """Whether it is worth while to leave in an iterator what a loop has not asked for."""
    items = iterator.table["items"]
    return isinstance(items, range) or (isinstance(items, tuple) and len(items) < limits.LEFT_ITEMS)


def while_loop(m: "Machine", node: ast.While, scope: Scope) -> Signal | None:
    from .decisions import decide

    loop, before, returns = _enter(m)
    start = m.steps
    try:
        for _ in range(limits.UNROLLED_ITERATIONS):
            m.step()
            answer = decide(m, node.test, scope)
            if answer is False:
                _leave(m, loop, before, returns)
                return statements.execute(m, node.orelse, scope)
            if not isinstance(answer, bool) or m.steps - start > m.loop_limit:
                break
            if isinstance(node.test, ast.Constant) and m.steps - start > m.loop_limit // 20:
                break  # while True: a server or training loop
            signal = _iteration(m, node.body, scope)
            if signal is not None and signal.kind != "continue":
                _leave(m, loop, before, returns)
                return signal if signal.kind == "return" else None
    finally:
        if m.loops and m.loops[-1] is loop:
            _leave(m, loop, before, returns)
    signal = _repeat(m, node, scope, None, answer if isinstance(answer, Condition) else None, answer is not None)
    return _endless(m, node, returns) if signal is None and isinstance(node.test, ast.Constant) else signal


def _endless(m: "Machine", node: ast.While, returns: int) -> Signal | None:
    """After ``while True`` without a ``break`` nothing follows but what returned from within; the names in a generator's are those it has yielded."""
    if _holds(node.body, (ast.Break, ast.Yield, ast.YieldFrom)):
        return None
    if _holds(node.body, (ast.Return,)) and m.frames and len(m.frames[-1].returns) == returns:
        return Signal("return", Unknown(Why.LIMIT, "a long loop"))
    raise PyRaise("SystemExit", "a loop without end")


def _holds(body: Sequence[ast.AST], kinds: tuple[type, ...]) -> bool:
    """Whether one of these stands in the statements themselves, not in a function in them (or, for ``break``, in a loop in them)."""
    for node in body:
        if isinstance(node, kinds):
            return True
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        inner = tuple(kind for kind in kinds if kind is not ast.Break) if isinstance(node, (ast.For, ast.AsyncFor, ast.While)) else kinds
        if inner and _holds(list(ast.iter_child_nodes(node)), inner):
            return True
    return False


def _enter(m: "Machine") -> "tuple[Loop, tuple[int, int], int]":
    loop = machine.Loop(m.heap.mark())
    m.loops.append(loop)
    return loop, (m.uncertain, m.forks), len(m.frames[-1].returns) if m.frames else 0


def _leave(m: "Machine", loop: "Loop", before: tuple[int, int], returns: int) -> None:
    """End the loop: join the states that broke out, and forget the doubts that only concerned an iteration."""
    done = m.loops.pop()
    settle(m, done.mark, done.breaks)
    left = m.frames and len(m.frames[-1].returns) > returns
    uncertain, forks = before
    m.uncertain = uncertain + (1 if left and m.uncertain > uncertain else 0)
    m.forks = forks + (1 if left and m.forks > forks else 0)


def _iteration(m: "Machine", body: list[ast.stmt], scope: Scope) -> Signal | None:
    loop = m.loops[-1]
    loop.iteration_mark = m.heap.mark()
    loop.continues = []
    try:
        signal = statements.execute(m, body, scope)
    except PyRaise:
        if not loop.breaks and not loop.continues:
            raise
        signal = _survivor(m, loop)
    if loop.continues:
        settle(m, loop.iteration_mark, loop.continues)
    return signal


def _survivor(m: "Machine", loop: "Loop") -> Signal | None:
    """The iteration raises, but a path has left it before: go on with that."""
    mark, left, signal = (loop.iteration_mark, loop.continues, None) if loop.continues else (loop.mark, loop.breaks, BREAK)
    m.heap.undo(mark)
    m.heap.apply(left.pop())
    if m.uncertain:
        m.facts.doubt()
    return signal


def _each(m: "Machine", node: ast.For, items: Iterator[Value], count: int | None, scope: Scope) -> Signal | None:
    """The iterations over items one by one. ``count``: how many there are, where the loop cannot change that."""
    loop, before, returns = _enter(m)
    start, bind, done = m.steps, binding.binder(node.target), 0
    same_for_all = count is not None and count > 3 and not _target_matters(node)
    previous: Changes | None = None
    further: Value = None
    known = False  # what further items look like
    try:
        while (item := next(items, END)) is not END:
            if done >= limits.UNROLLED_ITERATIONS or m.steps - start > m.loop_limit:
                further = m.unknown(Why.LIMIT, "a long loop")
                break
            if type(item) is Perhaps:
                signal = _perhaps(m, node, item.item, scope)
            else:
                bind(m, item, scope)
                m.observe(node, item, scope)
                mark = m.heap.mark()
                signal = _iteration(m, node.body, scope)
            if signal is not None and signal.kind != "continue":
                _leave(m, loop, before, returns)
                return signal if signal.kind == "return" else None
            done += 1
            if same_for_all:
                changes = m.heap.changes(mark)
                if previous is not None and _same_changes(previous, changes):
                    break  # every further iteration does the same
                previous = changes
    except Lost as lost:
        known = lost.alike is not None
        further = lost.alike if known else lost.unknown
    finally:
        if m.loops and m.loops[-1] is loop:
            _leave(m, loop, before, returns)
    return statements.execute(m, node.orelse, scope) if further is None else _repeat(m, node, scope, further, enters=not known)


def _perhaps(m: "Machine", node: ast.For, item: Value, scope: Scope) -> Signal | None:
    """The iteration for an entry of a dict that may be missing."""

    def there() -> Signal | None:
        binding.assign(m, node.target, item, scope)
        signal = _iteration(m, node.body, scope)
        return None if signal is not None and signal.kind == "continue" else signal

    return branch(m, there, lambda: None)


def _target_matters(node: ast.For) -> bool:
    found: bool | None = getattr(node, "target_matters", None)
    if found is None:
        found = _reads(node.body, {name.id for name in ast.walk(node.target) if isinstance(name, ast.Name)})
        setattr(node, "target_matters", found)  # noqa: B010  (an attribute of ours)
    return found


def _reads(body: list[ast.stmt], names: set[str]) -> bool:
    """Whether the loop's body uses the loop variable for more than printing it."""
    return any(
        isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)
        for statement in body if not _prints(statement) for node in ast.walk(statement)
    )


def _prints(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"


def _same_changes(one: Changes, other: Changes) -> bool:
    return one.keys() == other.keys() and all(same(one[key][1], other[key][1]) for key in one)


def _repeat(m: "Machine", node: "ast.For | ast.While", scope: Scope, element: Value, split: Condition | None = None, enters: bool = True) -> Signal | None:
    """A loop that runs an unknown number of times.

    The first iteration is evaluated as it stands (people write loops that run); then the state is joined with "no
    iteration", and once more with a second iteration; what still changes is unknown. ``split``: when there is a
    first iteration; ``enters`` is False where a test that cannot be told decides that.
    """
    first: Signal | None = None
    m.facts.doubt()
    for attempt in range(2):
        loop, before, returns = _enter(m)
        mark = m.heap.mark()
        m.uncertain += attempt or not enters
        if split is not None and attempt == 0:
            m.forks += 1
            m.facts.narrow(m.facts.region & split.yes)
        try:
            if isinstance(node, ast.For):
                binding.assign(m, node.target, element, scope)
                m.observe(node, element.table["items"] if isinstance(element, ListObject) else element, scope)
            signal = _iteration(m, node.body, scope)
            first = first or signal
        except PyRaise:
            if attempt == 0:
                _leave(m, loop, before, returns)
                if split is None and enters:
                    raise
                m.heap.undo(mark)  # the sizes that enter the loop fail: the others go on
                if split is not None:
                    m.facts.narrow(m.facts.region & split.no)
                return None
        _leave(m, loop, before, returns)
        changes = m.heap.changes(mark)
        m.heap.undo(mark)
        if attempt == 0:
            m.heap.merge(changes, {}, join, keeping(m))
        else:
            m.heap.merge(changes, {}, _settled, keeping(m))
    if first is not None and first.kind == "return" and m.frames:
        m.frames[-1].returns.append((m.heap.changes(m.frames[-1].mark), first.value))
        m.doubt()
    return None


def _settled(new: Value, old: Value) -> Value:
    return old if same(new, old) else join_loop(new, old)


def join_loop(new: Value, old: Value) -> Value:
    joined = join(new, old)
    if isinstance(joined, Region):  # an iteration only takes sizes away
        return joined
    return joined if same(joined, old) else Unknown(Why.LIMIT, "a value that changes in a loop") if not _holds_tensor(joined) else joined


def _holds_tensor(value: Value) -> bool:
    from .values import Tensor

    return isinstance(value, Tensor)


from . import binding, machine, statements  # noqa: E402  (statements hold loops in turn)

__all__ = ["IteratorObject", "for_loop", "while_loop"]
