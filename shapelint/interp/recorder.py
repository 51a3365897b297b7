"""What forward hooks on every leaf module would see: each call with the shapes that go in and come out, in order.

A leaf is a module without children. Modules that are not registered under the model have no path and no hook, and are passed over, as are
calls of ``forward`` itself. A module called twice is listed twice, under the name ``named_modules()`` gives it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..ops.composition import Part, is_composite, parts_of
from ..shapes import Shape
from .events import Applied, Event
from .natives import PyRaise
from .nn_modules import children, closed, container_kind, walk
from .values import Alternatives, ClassValue, DictObject, External, Instance, IteratorObject, ListObject, Place, SetObject, Tensor, Unknown, Value
from .views import DictView

if TYPE_CHECKING:
    from .machine import Machine


class LayerCall:
    """One call of a leaf module.

    ``inputs`` and ``outputs`` are the tensors in its arguments and results, unknown values among the results included; ``events`` is the range
    of the machine's events that happened meanwhile. ``leaf`` is False for what has children in torch that it never calls.
    """

    __slots__ = ("certain", "events", "inputs", "instance", "leaf", "op", "outputs", "part", "path", "place")

    def __init__(self, path: str, op: str, instance: Instance, place: Place | None) -> None:
        self.path, self.op, self.instance, self.place = path, op, instance, place
        self.inputs: tuple[Tensor, ...] = ()
        self.outputs: tuple[Tensor | Unknown, ...] = ()
        self.events = (0, 0)
        self.certain = self.leaf = True
        self.part: Part | None = None  # of a layer of torch's that is made of layers


class Recorder:
    """Collects the calls of the leaf modules of ``model``."""

    def __init__(self, model: Instance) -> None:
        self.model = model
        self.calls: list[LayerCall] = []
        self.raised: tuple[PyRaise, LayerCall] | None = None  # the innermost leaf that an exception left
        self.unfollowed: list[LayerCall] = []  # made of layers that could not be told
        self._paths: dict[int, str] = {}
        self._strangers: dict[int, Instance] = {}  # held, so that no other object gets their identity

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
        made.certain = m.certain
        made.inputs = _tensors(m, args, kwargs)  # now, as a hook sees a list that the module has added to
        made.outputs = tuple(m.solid(list(tensors_in(value, unknown_too=True))))
        self._add(made)
        return value

    @staticmethod
    def saw(event: Event) -> None:
        """Keep an operator's arguments as they are now."""
        if isinstance(event, Applied):
            _ = event.application  # makes it: an application is made when first asked for, and by then a list of tensors may have grown

    def _add(self, made: LayerCall) -> None:
        layer = made.instance.layer
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

    def _path_of(self, m: "Machine", instance: Instance) -> str | None:
        found = self._paths.get(id(instance))
        registered = instance is self.model or "owner" in instance.hidden
        if found is None and registered and id(instance) not in self._strangers:
            self._paths = {id(module): path for path, module in walk(m, self.model)}
            found = self._paths.get(id(instance))
            if found is None:
                self._strangers[id(instance)] = instance
        return found


def _part_call(whole: LayerCall, part: Part) -> LayerCall:
    made = LayerCall(f"{whole.path}.{part.path}" if whole.path else part.path, part.layer.op.short_name, whole.instance, whole.place)
    made.inputs, made.outputs = _as_tensors(part.inputs), _as_tensors(part.outputs)
    made.events, made.certain, made.leaf, made.part = whole.events, whole.certain, part.leaf, part
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
