"""The machine: state, budget, events, and the operations that every part of the interpreter uses.

Evaluation itself lives in :mod:`.expressions`, :mod:`.statements`, :mod:`.calls`, :mod:`.attributes`, :mod:`.operators`, :mod:`.layers`
and :mod:`.nn_modules`; they are functions of a machine, and the methods here forward to them.
"""

import ast
from collections.abc import Callable, Sequence
from time import thread_time
from typing import TYPE_CHECKING, Any

from ..dims import Dim, Truth
from ..dims.facts import Facts
from ..dims.where import Condition
from ..ops import Operator
from ..shapes import Shape
from ..source.text import SourceFile
from . import limits
from .arguments import NamedResults
from .coverage import Coverage, has_unread
from .declarations import Declarations
from .events import Application, Applied, Event, InputSource, Lost
from .heap import Changes, Heap, Table
from .natives import PyRaise
from .positive import positive
from .values import ClassValue, FunctionValue, Instance, ListObject, Native, Place, Scope, Tensor, Unknown, Value, Why, holds_tensor

if TYPE_CHECKING:
    from .imports import Imports
    from .recorder import Recorder
    from .shadow import Shadow


class Exhausted(Exception):
    """The budget of one entry point is used up."""


class Site:
    """A call as written: the node and the frame that evaluates it."""

    __slots__ = ("file_scope", "frame", "node")

    def __init__(self, node: ast.AST, file_scope: Scope, frame: "Frame | None") -> None:
        self.node, self.file_scope, self.frame = node, file_scope, frame

    @property
    def place(self) -> Place:
        return Place(self.file_scope.file, self.node)


class Frame:
    """One call of a user's function in progress."""

    __slots__ = ("bound", "forks_before", "function", "mark", "returns", "scope", "site", "uncertain_before", "yields")

    def __init__(self, function: FunctionValue, scope: Scope, site: Site | None, bound: int, mark: int, uncertain: int, forks: int) -> None:
        self.function, self.scope, self.site, self.bound, self.mark = function, scope, site, bound, mark
        self.returns: list[tuple[Changes, Value]] = []  # paths that left the function while another went on
        self.yields: list[Value] = []
        self.uncertain_before, self.forks_before = uncertain, forks


class Loop:
    """A loop in progress: states of paths that left it, or left the iteration, while another went on."""

    __slots__ = ("breaks", "continues", "iteration_mark", "mark")

    def __init__(self, mark: int) -> None:
        self.mark = self.iteration_mark = mark
        self.breaks: list[Changes] = []
        self.continues: list[Changes] = []


class _At:
    __slots__ = ("_before", "_machine", "_site")

    def __init__(self, machine: "Machine", site: Site) -> None:
        self._machine, self._site = machine, site

    def __enter__(self) -> Site:
        self._before = self._machine.site
        self._machine.site = self._site
        return self._site

    def __exit__(self, *exc: object) -> None:
        self._machine.site = self._before


class _Isolated:
    def __init__(self, machine: "Machine") -> None:
        self._machine, self._mark = machine, machine.heap.mark()
        self._kept = {name: getattr(machine, name) for name in _OF_A_RUN}

    def __enter__(self) -> None:
        m = self._machine
        m.events, m.sizes, m.uncertain, m.forks, m.trying, m.recorder = [], [], 0, 0, 0, None
        m.coverage = Coverage()
        m.facts = m.fresh_facts()

    def __exit__(self, *exc: object) -> None:
        self._machine.heap.undo(self._mark)
        for name, value in self._kept.items():
            setattr(self._machine, name, value)


# What belongs to one run, and not to what the program has made by then.
_OF_A_RUN = ("broken", "coverage", "events", "facts", "forks", "premature", "recorder", "shadowing", "sizes", "source", "last_step", "next_look", "steps",
             "trying", "uncertain", "unstated", "_unfollowed")


class Machine:
    """Evaluates the user's program abstractly."""

    exhausted = Exhausted

    def __init__(self, imports: "Imports", main_file: SourceFile, reached: set[int]) -> None:
        self.imports = imports
        self.heap = Heap()
        self.events: list[Event] = []
        self.frames: list[Frame] = []
        self.loops: list[Loop] = []
        self.site: Site | None = None
        self.uncertain = 0
        self.forks = 0  # conditions on sizes around us: what happens, happens for some sizes only
        self._unfollowed = 0
        self.broken = False  # torch has refused something in this entry point, so the program does not get here
        self.premature = False  # something was done to a tensor of unknown rank that depends on its shape
        self.unstated = 0  # inputs of this entry point whose sizes nothing states, but their names
        self.building: list[tuple[ClassValue, bool]] = []  # classes whose metaclass is making them, and whether it has
        self.raised: PyRaise | None = None  # the exception that a handler around us deals with
        self.trying = 0  # try statements around us that catch what torch raises
        self.steps = 0
        self.last_step = self.next_look = limits.STEPS_PER_ENTRY
        self.deadline = thread_time() + limits.SECONDS_PER_FILE
        self.loop_limit = limits.STEPS_PER_LOOP
        self.source: InputSource | None = None
        self.module_depth = 0
        self.decorating = 0  # decorators that are being called
        self.reached = reached  # nodes of functions and classes that were entered, by any file of the program
        self.classes: list[ClassValue] = []
        self.instances: list[Instance] = []
        self.coverage = Coverage()
        self.facts = self.fresh_facts()
        self.sizes: list[tuple[Place, str, Value]] = []  # what statements produced, where it holds tensors
        self.declarations = Declarations()
        self.refined: Table = {}
        self.assumed_sizes: set[Dim] = set()  # batch sizes of inputs of which a layer assumed a batched one
        self.exploring = False
        self.training_default = True
        self.contracts = False  # whether somebody wants to know what every model accepts
        self.shadow: Shadow | None = None  # the last model that ran once more
        self.shadowing = False  # a model runs once more, on symbolic sizes
        self.source_kind = "call"
        self.main_file = main_file
        self.recorder: Recorder | None = None  # of calls of leaf modules, where somebody wants a table of them

    # --- where we are -------------------------------------------------------------------------------------------

    def at(self, node: ast.AST, scope: Scope) -> "_At":
        """Evaluate on behalf of ``node``: calls, events and unknowns carry this place."""
        return _At(self, Site(node, scope, self.frames[-1] if self.frames else None))

    def move(self, node: ast.AST, scope: Scope) -> "Site | None":
        """As :meth:`at`, for what is evaluated all the time: returns where we were, which the caller puts back into ``site``."""
        before = self.site
        self.site = Site(node, scope, self.frames[-1] if self.frames else None)
        return before

    def doubt(self, by_size: bool = False) -> None:
        """From here to the end of this function or module, nothing is certain: another path has left it (``by_size``: for known sizes)."""
        if by_size:
            self.forks += 1
        else:
            self.uncertain += 1

    # --- budget and events -----------------------------------------------------------------------------------

    def allow(self, steps: int, deadline: float | None = None) -> None:
        """The budget of what comes next: steps, and until when on this thread's clock of CPU time."""
        self.last_step = self.steps + steps
        self.next_look = min(self.last_step, self.steps + limits.STEPS_BETWEEN_LOOKS)
        if deadline is not None:
            self.deadline = deadline

    def step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > self.next_look:
            self._look()

    def _look(self) -> None:
        if self.steps > self.last_step or thread_time() > self.deadline:
            raise Exhausted
        self.next_look = min(self.last_step, self.steps + limits.STEPS_BETWEEN_LOOKS)

    @property
    def certain(self) -> bool:
        return self.uncertain == 0 and self.forks == 0

    def emit(self, event: Event) -> None:
        if len(self.events) < limits.EVENTS_PER_PROGRAM:
            self.events.append(event)

    @property
    def place(self) -> Place | None:
        return self.site.place if self.site is not None else None

    def unknown(self, why: Why, what: str) -> Unknown:
        """An unknown value at the present place; reported as a place where tracking stopped."""
        place = self.place
        value = Unknown(why, what, place)
        self.coverage.lose(value)
        if place is not None:
            self.emit(Lost(value, place))
        return value

    def count(self, name: str, known: bool) -> None:
        """An operator was called: were the sizes of its results known?"""
        self.coverage.count(name, known, self._caller())
        if not known:
            self.coverage.blame("a size that is not known", "", self.place)

    def _caller(self) -> tuple[str, str]:
        """The file and class whose code runs; of code outside classes the function."""
        if not self.frames:
            return (self.site.file_scope.file if self.site is not None else self.main_file).path, "<module>"
        function = self.frames[-1].function
        owner = function.owner
        if owner is None:  # a method behind a decorator is known by its receiver
            receiver = next(iter(self.frames[-1].scope.table.values()), None)
            owner = receiver.cls if isinstance(receiver, Instance) and isinstance(receiver.cls, ClassValue) else None
        return function.scope.file.path, function.name if owner is None else owner.name

    def applied(self, op: Operator, instance: Instance | None, result: Any, value: Value, make: Callable[[tuple[Frame, ...], bool, InputSource | None], Application]) -> None:
        """An operator accepted its arguments: count it, and tell the rules."""
        self.step(limits.STEPS_PER_OPERATOR)
        self.count(op.name, not has_unread(result))
        frames, certain, source = tuple(self.frames), self.certain, self.source
        self.emit(Applied(op, instance, lambda: make(frames, certain, source), result, value))
        if self.recorder is not None:
            self.recorder.saw(self, self.events[-1])
        self.declarations.applied(self, instance, result, value)
        positive(self.facts, op.short_name, result)
        for finding in self.facts.take_fresh():
            finding.site, finding.certain = (lambda: make(frames, certain, source)), self.uncertain == 0

    def isolated(self) -> "_Isolated":
        """Run something that nobody else shall notice: what it writes is taken back, and its events, facts and counts are its own."""
        return _Isolated(self)

    # --- facts about sizes --------------------------------------------------------------------------------------

    def fresh_facts(self) -> Facts:
        """Facts about the symbols of one entry point: nothing is known."""
        self.start_following()
        return Facts(lambda table, key, value: self.heap.write(table, key, value), lambda: operations.ASSUMED_NAMES)

    def start_following(self) -> None:
        """A model is about to be called: what could not be read before does not matter."""
        self._unfollowed = self.coverage.unfollowed

    @property
    def followed(self) -> bool:
        """Whether every operation since then had known sizes."""
        return self.coverage.unfollowed == self._unfollowed

    def assume(self, found: Condition, place: Place) -> bool:
        """Go on where a condition holds, as the program raises elsewhere. False: it holds for no size that gets here."""
        answer = self.facts.require_condition(found)
        for finding in self.facts.take_fresh():
            finding.site, finding.certain = place, self.uncertain == 0
        return answer is not Truth.NEVER

    def settle_unread(self) -> None:
        """An operator could not be told what it does: what it required so far stands, and it may require more."""
        for finding in self.facts.take_fresh():
            finding.site, finding.certain = self.place, self.uncertain == 0
        self.facts.doubt()

    def excluded_by(self, passing: Condition, error: PyRaise) -> None:
        """One side of a condition raises: only the sizes of the other go on."""
        self.assume(passing, error.place or self.place or Place(self.any_file(), ast.Pass()))

    def observe(self, node: ast.stmt, value: Value, scope: Scope, annotation: ast.expr | None = None) -> None:
        """A statement produced ``value``: hold it against what a comment or annotation says, and keep its size for display."""
        if isinstance(value, (Tensor, tuple)) and holds_tensor(value):
            self.sizes.append((Place(scope.file, node), "", value))
        if isinstance(value, Tensor) and value.shape is not None:
            self.declarations.observe(self, node, value, scope, annotation)

    def say_source(self, shapes: tuple[Any, ...], how: str, place: Place) -> None:
        """Sizes were read from a comment or an annotation: diagnostics say so."""
        if self.source is None:
            self.source = InputSource(shapes, how, place)

    def enter_function(self, function: FunctionValue, scope: Scope) -> None:
        self.declarations.enter(self, function, scope)

    def any_file(self) -> SourceFile:
        return self.frames[-1].scope.file if self.frames else self.main_file

    def run_module(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Run an imported module's body: it happens once, so no branch can take it back."""
        heap, frames, loops, uncertain, site = self.heap, self.frames, self.loops, self.uncertain, self.site
        forks, facts = self.forks, self.facts
        self.heap, self.frames, self.loops, self.uncertain, self.forks = Heap(), [], [], 0, 0
        self.facts = self.fresh_facts()
        try:
            statements.execute(self, body, scope)
        except PyRaise:
            pass  # the names defined so far are there; the others are unknown
        finally:
            self.heap, self.frames, self.loops, self.uncertain, self.site = heap, frames, loops, uncertain, site
            self.forks, self.facts = forks, facts

    # --- forwarding --------------------------------------------------------------------------------------------

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        return expressions.evaluate(self, node, scope)

    def call(self, function: Value, args: list[Value], kwargs: dict[str, Value], site: Site | None = None) -> Value:
        return calls.call(self, function, args, kwargs, site or self.site)

    def instantiate(self, cls: Value, args: list[Value], kwargs: dict[str, Value]) -> Value:
        return calls.call(self, cls, args, kwargs, self.site)

    def iterate(self, value: Value) -> tuple[Value, ...] | None:
        return iteration.iterate(self, value)

    def number_of(self, tensor: Tensor) -> int | float | bool | None:
        """The number in a tensor of one element, where it is known."""
        return None if tensor.elements is None else elements.number_of(self, tensor)

    def truth(self, value: Value) -> bool | None:
        return operations.truth(self, value)

    def nonzero(self, value: Value) -> Condition | None:
        return operations.nonzero(self, value)

    def binary(self, op: str, left: Value, right: Value) -> Value:
        return operations.binary(self, op, left, right)

    def in_place(self, op: str, left: Instance, right: Value) -> Value:
        return operations.in_place(self, op, left, right)

    def compare(self, op: str, left: Value, right: Value) -> Value:
        return operations.compare(self, op, left, right)

    def get_attribute(self, value: Value, name: str) -> Value:
        return attributes.get_attribute(self, value, name)

    def has_attribute(self, value: Value, name: str) -> bool | None:
        return attributes.has_attribute(self, value, name)

    def set_attribute(self, value: Value, name: str, new: Value) -> None:
        attributes.set_attribute(self, value, name, new)

    def delete_attribute(self, value: Value, name: str) -> None:
        attributes.delete_attribute(self, value, name)

    def get_item(self, container: Value, key: Value) -> Value:
        return subscripts.get_item(self, container, key)

    def key_in(self, table: Table, key: Value) -> Value:
        return subscripts.key_in(self, table, key)

    def set_item(self, container: Value, key: Value, new: Value) -> None:
        subscripts.set_item(self, container, key, new)

    def percent(self, template: str, values: Value) -> Value:
        """``template % values``."""
        from .library.methods_str import percent

        return percent(self, [template, values], {})

    def call_native(self, function: Native, args: list[Value], kwargs: dict[str, Value]) -> Value:
        return calls.call_native(self, function, args, kwargs)

    def delete_item(self, container: Value, key: Value) -> None:
        subscripts.delete_item(self, container, key)

    def element_of(self, iterable: Value) -> Value:
        return iteration.element_of(self, iterable)

    def unpack(self, value: Value, count: int, starred: bool) -> tuple[Value, ...] | None:
        return iteration.unpack(self, value, count, starred)

    def wrong_count(self, value: Value, count: int, wanted: int) -> bool:
        """An unpacking that Python refuses: reported, and True, where the values are tensors or sizes."""
        return refusals.refuse_unpacking(self, value, count, wanted)

    def refine(self, tensor: Tensor, shape: Shape) -> None:
        """A layer has said what a tensor of unknown rank must be: it is that for everybody from here on."""
        self.heap.write(self.refined, tensor, Tensor(shape, tensor.dtype, tensor.trace))

    def solid(self, values: Sequence[Value]) -> list[Value]:
        """The values, with tensors of unknown rank as the layers that used them refined them."""
        refined = self.refined
        if not refined:
            return list(values)
        return [self._solid(value) for value in values]

    def _solid(self, value: Value) -> Value:
        if isinstance(value, Tensor):
            return self.refined.get(value, value)
        items = value.table["items"] if isinstance(value, ListObject) else value
        if not isinstance(items, tuple) or not items or isinstance(value, NamedResults):
            return value
        found = tuple([self._solid(item) for item in items])
        if all(one is other for one, other in zip(found, items, strict=True)):
            return value
        return ListObject(found, value.kind) if isinstance(value, ListObject) else found

    def become(self, tensor: Tensor, changed: Tensor) -> None:
        """A tensor was changed in place: whoever holds it sees the new shape."""
        self.heap.write(self.refined, tensor, changed)

    def check_in_place(self, target: Tensor, result: Value) -> None:
        """``x += y``: refused where the result has another shape than x."""
        from .elements import changed

        refusals.refuse_in_place(self, self.solid((target,))[0], result)
        changed(self, target)

    def enter(self, context: Value) -> Value:
        """What ``with context as name`` binds."""
        if isinstance(context, Instance) and self.has_attribute(context, "__enter__"):
            return self.call(self.get_attribute(context, "__enter__"), [], {})
        return context

    def class_members(self, cls: ClassValue) -> tuple[Value, ...] | None:
        """What iterating over a class gives: the members of an enum."""
        if cls.kind != "enum":
            return None
        members = {id(value): value for value in cls.table.values() if isinstance(value, Instance) and value.cls is cls and "alias" not in value.hidden}
        return tuple(members.values())

    def type_of(self, value: Value) -> Value:
        return classes.type_of(self, value)

    def is_instance(self, value: Value, classinfo: Value) -> bool | None:
        return classes.is_instance(self, value, classinfo)

    def is_subclass(self, cls: Value, classinfo: Value) -> bool | None:
        return classes.is_subclass(self, cls, classinfo)

    def class_lookup(self, cls: ClassValue, name: str) -> Value:
        return classes.class_lookup(self, cls, name)

    def stack(self, frames: "Sequence[Frame] | None" = None) -> tuple[Place, ...]:
        """The calls that lead here, outermost first."""
        return tuple(frame.site.place for frame in (self.frames if frames is None else frames) if frame.site is not None)


from . import attributes, calls, classes, elements, expressions, iteration, operations, refusals, statements, subscripts  # noqa: E402  (they need Machine's types)
