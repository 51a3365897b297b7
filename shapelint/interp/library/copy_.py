"""``copy``: new heap objects with the same (``copy``) or copied (``deepcopy``) content; functions, classes and tensors are shared, but
a deep copy has parameters of its own."""

from typing import TYPE_CHECKING, Any

from ..lazy import is_lazy
from ..natives import PyRaise
from ..nn_modules import hold_entries
from ..values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    DictObject,
    Instance,
    IteratorObject,
    ListObject,
    Partial,
    SetObject,
    SliceValue,
    Tensor,
    Value,
)
from ..views import DictView
from .methods_list import deque_of
from .support import REQUIRED, Args, Kwargs, bind, native

if TYPE_CHECKING:
    from ..machine import Machine

_NAMING = ("name", "owner")  # a copy is named where it is registered


@native("copy.copy")
def copy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("copy", args, kwargs, x=REQUIRED)[0]
    if isinstance(value, ListObject):
        return deque_of(value.table["items"], value.maxlen) if value.kind == "deque" else ListObject(value.table["items"])
    if isinstance(value, SetObject):
        return SetObject(value.table["items"])
    if isinstance(value, DictObject):
        return DictObject(dict(value.table), value.opaque["rest"], value.kind, value.default)
    if isinstance(value, IteratorObject):
        return IteratorObject(value.table["items"]) if value.source is None else value
    if isinstance(value, Instance):
        own = _own_copy(machine, value, "__copy__", [])
        return _shallow(machine, value) if own is None else own
    return value


def _shallow(machine: "Machine", value: Instance) -> Instance:
    made = hold_entries(Instance(value.cls, value.created))
    made.table.update(value.table)
    made.hidden = {key: item for key, item in value.hidden.items() if key not in _NAMING}
    payload = made.hidden.get("payload")
    if payload is not None:
        made.hidden["payload"] = copy(machine, [payload], {})
    return made


def _own_copy(machine: "Machine", value: Instance, name: str, args: Args) -> Value:
    """What the class's own ``__copy__`` or ``__deepcopy__`` returns; None where it has none."""
    if not isinstance(value.cls, ClassValue):
        return None
    try:
        return machine.call(BoundMethod(machine.class_lookup(value.cls, name), value), args, {})
    except KeyError:
        return None


@native("copy.deepcopy")
def deepcopy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, memo = bind("deepcopy", args, kwargs, x=REQUIRED, memo=None)
    made = _Copier(machine, memo).copy(value)
    if isinstance(made, Instance) and made is not value:
        for key in _NAMING:
            made.hidden.pop(key, None)
    return made


def _same(value: Tensor) -> Tensor:
    return Tensor(value.shape, value.dtype, value.trace, tail=value.tail, is_parameter=True)


class _Copier:
    """One deep copy: ``done`` keeps shared references shared and ends cycles (with the original, so that its id stays taken)."""

    def __init__(self, machine: "Machine", memo: Value) -> None:
        self.machine, self.memo = machine, memo if isinstance(memo, DictObject) else DictObject()
        self.done: dict[int, tuple[Value, Value]] = {}

    def copy(self, value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(map(self.copy, value)) if type(value) is tuple else value
        if isinstance(value, (ListObject, SetObject, IteratorObject, DictObject, Instance)):
            known = self.done.get(id(value))
            return known[1] if known is not None else value if is_lazy(value) else self._object(value)
        if isinstance(value, Tensor) and value.is_parameter:
            known = self.done.get(id(value))
            return known[1] if known is not None else self._keep(value, _same(self.machine.solid((value,))[0]))
        if isinstance(value, Partial):
            return Partial(self.copy(value.function), tuple(map(self.copy, value.args)), {name: self.copy(item) for name, item in value.kwargs.items()})
        if isinstance(value, DictView):
            raise PyRaise("TypeError", f"cannot pickle '{value.name}' object")
        if isinstance(value, BoundMethod):
            return BoundMethod(value.function, self.copy(value.receiver))
        if isinstance(value, Alternatives):
            return Alternatives(tuple(map(self.copy, value.options)))
        if isinstance(value, SliceValue):
            return SliceValue(self.copy(value.start), self.copy(value.stop), self.copy(value.step))
        return value

    def _object(self, value: Any) -> Value:
        if isinstance(value, DictObject):
            made: Any = self._keep(value, DictObject(rest=value.opaque["rest"], kind=value.kind, default=value.default))
            made.table.update((self.copy(key), self.copy(item)) for key, item in value.table.items())
            return made
        if isinstance(value, Instance):
            return self._instance(value)
        made = ListObject(kind=value.kind) if isinstance(value, ListObject) else type(value)(())
        if isinstance(value, ListObject):
            made.maxlen = value.maxlen
        self._keep(value, made)
        made.table["items"] = self.copy(value.table["items"])
        return made

    def _keep(self, value: Value, made: Value) -> Value:
        self.done[id(value)] = (value, made)
        return made

    def _instance(self, value: Instance) -> Value:
        if getattr(value.cls, "kind", "") == "enum":
            return self._keep(value, value)
        own = _own_copy(self.machine, value, "__deepcopy__", [self.memo])
        if own is not None:
            return self._keep(value, own)
        made = hold_entries(Instance(value.cls, value.created))
        self._keep(value, made)
        made.hidden = {key: self._hidden(item) for key, item in value.hidden.items()}
        owner, parameters = value.hidden.get("parameters", (0, {}))
        if owner == id(value):  # a parameter that two layers share is shared by their copies
            made.hidden["parameters"] = (id(made), {name: self.copy(tensor) for name, tensor in parameters.items()})
        made.table.update((name, self.copy(item)) for name, item in value.table.items())
        return made

    def _hidden(self, item: Any) -> Any:
        """Constructed layers and call sites are shared; the payload is copied; an owner that is copied too is the copy."""
        if isinstance(item, Instance):
            known = self.done.get(id(item))
            return known[1] if known is not None else item
        return self.copy(item) if isinstance(item, (tuple, ListObject, DictObject, SetObject)) else item
