"""What forward hooks on every leaf module would see: each call with the shapes that go in and come out, in order.

A leaf is a module without children. Modules that are not registered under the model have no path and no hook, and are passed over, as are
calls of ``forward`` itself. A module called twice is listed twice, under the name ``named_modules()`` gives it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..ops.composition import Part, is_composite, parts_of
from ..shapes import Shape
from .events import Applied, Event
from .externals import may_bring
from .library.parametrizations import PARAMETRIZED, children_called
from .natives import PyRaise
from .nn_modules import children, closed, container_kind, walk
from .values import Alternatives, ClassValue, DictObject, External, Instance, IteratorObject, ListObject, Place, SetObject, Tensor, Unknown, Value
from .views import DictView

if TYPE_CHECKING:
    from .machine import Machine


class LayerCall:
    """One call of a leaf module.

    ``inputs`` and ``outputs`` are the tensors in its arguments and results, unknown values among the results included; ``events`` is the range
    of the machine's events that happened meanwhile. ``doubts`` counts the open conditions under which it happens. ``leaf`` is False for what has
    children in torch that it never calls, and for what may have them.
    """

    __slots__ = ("doubts", "events", "inputs", "instance", "leaf", "op", "outputs", "part", "path", "place")

    def __init__(self, path: str, op: str, instance: Instance, place: Place | None) -> None:
        self.path, self.op, self.instance, self.place = path, op, instance, place
        self.inputs: tuple[Tensor, ...] = ()
        self.outputs: tuple[Tensor | Unknown, ...] = ()
        self.events = (0, 0)
        self.doubts, self.leaf = 0, True
        self.part: Part | None = None  # of a layer of torch's that is made of layers

    @property
    def certain(self) -> bool:
        """Whether it happens in any case."""
        return self.doubts == 0

    @property
    def _key(self) -> tuple[object, ...]:
        shapes = tuple(value.shape if isinstance(value, Tensor) else None for value in (*self.inputs, *self.outputs))
        return self.path, self.op, id(self.instance), self.doubts, shapes if None not in shapes else object()

    def is_like(self, other: "LayerCall") -> bool:
        """Whether the other call is the same one, made on another path."""
        return self._key == other._key


class Recorder:
    """Collects the calls of the leaf modules of ``model``."""

    def __init__(self, model: Instance) -> None:
        self.model = model
        self.calls: list[LayerCall] = []
        self.raised: tuple[PyRaise, LayerCall] | None = None  # the innermost leaf that an exception left
        self.unfollowed: list[LayerCall] = []  # made of layers that could not be told
        self._paths: dict[int, str] = {}
        self._strangers: dict[int, Instance] = {}  # held, so that no other object gets their identity
        self._doubts: dict[int, int] = {}  # of operators behind open conditions, by the identity of their events

    def call(self, m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], run: Callable[[], Value]) -> Value:
        """Run a module's call and note it."""
        path = self._path_of(m, instance)
        if path is None or children(m, instance) or (container_kind(instance) and not closed(instance)):  # it may hold anything
            return run()
        made = LayerCall(path, "", instance, m.place)
        first = len(m.events)
        try:
            value = run()
        except PyRaise as error:
            if self.raised is None or self.raised[0] is not error:
                made.op, made.inputs, made.events = type_name(instance), _tensors(m, args, kwargs), (first, len(m.events))
                self.raised = (error, made)
            raise
        made.op = type_name(instance)  # now, as a lazy layer has become another one
        made.events = (first, len(m.events))
        made.doubts = m.uncertain + m.forks
        made.inputs = _tensors(m, args, kwargs)  # now, as a hook sees a list that the module has added to
        made.outputs = tuple(m.solid(list(tensors_in(value, unknown_too=True))))
        made.leaf = not _may_hold_more(instance, any(isinstance(output, Unknown) for output in made.outputs))
        self._add(made)
        return value

    def saw(self, m: "Machine", event: Event) -> None:
        """Keep an operator's arguments as they are now."""
        if isinstance(event, Applied):
            _ = event.application  # makes it: an application is made when first asked for, and by then a list of tensors may have grown
            if not m.certain:
                self._doubts[id(event)] = m.uncertain + m.forks

    def mark(self, m: "Machine") -> tuple[int, int]:
        """How many calls and events there are."""
        return len(self.calls), len(m.events)

    def compare(self, m: "Machine", first: tuple[int, int], second: tuple[int, int]) -> None:
        """Both sides of an open condition have run, from these marks on. What they both did is done in any case, once."""
        ones, others = self.calls[first[0] : second[0]], self.calls[second[0] :]
        if len(ones) != len(others) or not all(one.is_like(other) for one, other in zip(ones, others, strict=True)):
            return
        doubts = m.uncertain + m.forks
        for call in ones:
            call.doubts -= call.doubts == doubts + 1
        del self.calls[second[0] :]
        done, again = m.events[first[1] : second[1]], m.events[second[1] :]
        if len(done) == len(again) and all(self._alike(one, other) for one, other in zip(done, again, strict=True)):
            for event in again:
                self._doubts.pop(id(event), None)
            del m.events[second[1] :]
            for event in done:
                if isinstance(event, Applied) and self._doubts.get(id(event)) == doubts + 1:
                    self._doubts[id(event)] = doubts
                    event.application.certain = doubts == 0

    def _alike(self, one: Event, other: Event) -> bool:
        return isinstance(one, Applied) and isinstance(other, Applied) and one.op is other.op and one.layer is other.layer \
            and one.result == other.result and self._doubts.get(id(one)) == self._doubts.get(id(other))

    def _add(self, made: LayerCall) -> None:
        layer = made.instance.layer
        if PARAMETRIZED in made.instance.hidden:
            self._add_parametrized(made)
            return
        if not is_composite(layer) or layer is None:
            self.calls.append(made)
            return
        shapes = [tensor.shape for tensor in made.inputs]
        known = [shape for shape in shapes if shape is not None]
        parts = parts_of(layer, known) if len(known) == len(shapes) and known else None
        if parts:
            self.calls += [_part_call(made, part) for part in parts]
            return
        made.leaf = False
        made.outputs = tuple(output for output in made.outputs if isinstance(output, Tensor)) or made.outputs  # attention weights may be None
        self.calls.append(made)
        if parts is None:
            self.unfollowed.append(made)

    def _add_parametrized(self, made: LayerCall) -> None:
        """A module that computes its parameters with children: these are the leaves."""
        made.leaf = False
        found = children_called(made.instance)
        if found is None:
            self.unfollowed.append(made)
        for child in found or ():
            call = LayerCall(f"{made.path}.{child.path}" if made.path else child.path, type_name(child.instance), child.instance, made.place)
            call.inputs, call.outputs, call.doubts = child.inputs, (child.output,), made.doubts
            call.events = (made.events[0], made.events[0])
            self.calls.append(call)
        self.calls.append(made)

    def _path_of(self, m: "Machine", instance: Instance) -> str | None:
        found = self._paths.get(id(instance))
        registered = instance is self.model or "owner" in instance.hidden
        if found is None and registered and id(instance) not in self._strangers:
            self._paths = {id(module): path for path, module in walk(m, self.model)}
            found = self._paths.get(id(instance))
            if found is None:
                self._strangers[id(instance)] = instance
        return found


def _may_hold_more(instance: Instance, lost: bool) -> bool:
    """Whether a class that is not read may have given it modules, or an attribute that is not known may be one: then what it computes is not known either."""
    if isinstance(instance.cls, ClassValue) and any(map(may_bring, instance.cls.mro)):
        return True
    return lost and any(isinstance(value, (Unknown, Alternatives)) for value in instance.table.values())


def _part_call(whole: LayerCall, part: Part) -> LayerCall:
    made = LayerCall(f"{whole.path}.{part.path}" if whole.path else part.path, part.layer.op.short_name, whole.instance, whole.place)
    made.inputs, made.outputs = _as_tensors(part.inputs), _as_tensors(part.outputs)
    made.events, made.doubts, made.leaf, made.part = whole.events, whole.doubts, part.leaf, part
    return made


def _as_tensors(shapes: tuple[Shape, ...]) -> tuple[Tensor, ...]:
    return tuple(Tensor(shape, "float") for shape in shapes)


def _tensors(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> tuple[Tensor, ...]:
    """The tensors among arguments. Where there is none, what is not known is taken to be one."""
    found = m.solid(list(tensors_in((*args, *kwargs.values()))))
    return tuple(value for value in found if isinstance(value, Tensor)) or tuple(Tensor(None) for value in args if isinstance(value, (Unknown, Alternatives)))


def type_name(instance: Instance) -> str:
    """The short name of a module's class, as ``type(module).__name__`` gives it."""
    layer = instance.layer
    if isinstance(instance.cls, ClassValue):
        return instance.cls.name
    if layer is not None:
        return layer.op.short_name
    return instance.cls.name.rpartition(".")[2] if isinstance(instance.cls, External) else "Module"


def tensors_in(value: Value, unknown_too: bool = False) -> Iterator[Value]:
    """The tensors in a value, through tuples, lists, dicts and objects that are tuples; with ``unknown_too`` also what could be one."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from tensors_in(item, unknown_too)
    elif isinstance(value, (ListObject, SetObject, IteratorObject)):
        yield from tensors_in(value.table["items"], unknown_too)
    elif isinstance(value, DictView):
        yield from tensors_in(value.items, unknown_too)
    elif isinstance(value, DictObject):
        yield from tensors_in(tuple(value.table.values()), unknown_too)
        if value.opaque["rest"] is not None:
            yield from tensors_in(value.opaque["rest"], unknown_too)
    elif isinstance(value, Instance):
        yield from tensors_in(value.hidden.get("payload"), unknown_too)
    elif unknown_too and isinstance(value, (Unknown, Alternatives)):
        yield value if isinstance(value, Unknown) else _unknown_of(value)


def _unknown_of(value: Alternatives) -> Unknown:
    from .values import Why

    return Unknown(Why.JOIN, "a value")
