"""``nn.Sequential``, ``nn.ModuleList``, ``nn.ModuleDict`` and the parameter containers, as sequences and mappings."""

from typing import TYPE_CHECKING

from .natives import PyRaise, method
from .nn_modules import DICT, LIST, SEQUENTIAL, closed, container_kind, hold_entries, is_module, lose, register, why_open
from .values import (
    Alternatives,
    ClassValue,
    DictObject,
    External,
    Instance,
    IteratorObject,
    ListObject,
    SliceValue,
    Tensor,
    Unknown,
    Value,
    Why,
)
from .views import DictView

if TYPE_CHECKING:
    from .machine import Machine


@method(SEQUENTIAL, "__init__")
def _sequential_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance = args[0]
    if len(args) == 2 and isinstance(args[1], DictObject):
        return _fill_dict(m, instance, args[1])
    for i, child in enumerate(args[1:]):
        register(m, instance, str(i), child)
    return None


@method(LIST, "__init__")
@method("torch.nn.ParameterList", "__init__")
def _list_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = args[1] if len(args) > 1 else kwargs.get("modules", kwargs.get("values"))
    return _extend(m, [args[0], given], {}) if given is not None else None


@method(DICT, "__init__")
@method("torch.nn.ParameterDict", "__init__")
def _dict_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = args[1] if len(args) > 1 else kwargs.get("modules", kwargs.get("parameters"))
    return _update(m, [args[0], given], {}) if given is not None else None


def _fill_dict(m: "Machine", instance: Instance, entries: DictObject) -> None:
    for name, child in list(entries.table.items()):
        register(m, instance, str(name), child)
    if entries.opaque["rest"] is not None:
        m.heap.write(instance.hidden, "open", entries.opaque["rest"])


@method(SEQUENTIAL, "append")
@method(LIST, "append")
@method("torch.nn.ParameterList", "append")
def _append(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance = args[0]
    register(m, instance, str(_count(m, instance)), args[1])
    return instance


def _count(m: "Machine", instance: Instance) -> int:
    """The number of items, which a list that has the last number has without looking at all of them."""
    size = len(instance.table)
    return size if size and container_kind(instance) == LIST and "0" in instance.table and str(size - 1) in instance.table else len(_entries(m, instance))


@method(SEQUENTIAL, "extend", "__iadd__")
@method(LIST, "extend", "__iadd__")
@method("torch.nn.ParameterList", "extend")
def _extend(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, given = args
    items = m.iterate(given)
    if items is None:
        lose(m, instance, given)
        return instance
    for item in items:
        _append(m, [instance, item], {})
    return instance


@method(SEQUENTIAL, "insert")
@method(LIST, "insert")
def _insert(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, index, child = args[0], args[1], args[2]
    items = [value for _, value in _entries(m, instance)]
    if not isinstance(index, int):
        lose(m, instance, index)
        return instance
    if container_kind(instance) == SEQUENTIAL:
        if not -len(items) <= index <= len(items):
            raise PyRaise("IndexError", f"Index out of range: {index}")
        items.insert(index, child)
        _replace(m, instance, items)
        return instance
    if index < 0:
        raise PyRaise("KeyError", "-1")  # torch looks for the module before the first
    for later in range(len(items), index, -1):  # each takes the name of the next
        m.heap.write(instance.table, str(later), items[later - 1])
    register(m, instance, str(index), child)
    return None


def _replace(m: "Machine", instance: Instance, items: list[Value]) -> None:
    for name, _ in _entries(m, instance):
        m.heap.delete(instance.table, name)
    for i, item in enumerate(items):
        register(m, instance, str(i), item)


def _entries(m: "Machine", instance: Instance) -> list[tuple[str, Value]]:
    """Items of a container: numbered or named children (None and parameters included)."""
    kind = container_kind(instance)
    if kind == DICT:
        return [(name, value) for name, value in instance.table.items() if isinstance(value, (Unknown, Alternatives)) or is_module(m, value)]
    if kind == "torch.nn.ParameterDict":
        return [(name, value) for name, value in instance.table.items() if isinstance(value, (Instance, Tensor, Unknown, Alternatives))]
    if kind in (LIST, "torch.nn.ParameterList"):
        return [(name, value) for name, value in instance.table.items() if isinstance(name, str) and name.isdigit()]
    return [(name, value) for name, value in instance.table.items() if isinstance(value, (Unknown, Alternatives)) or is_module(m, value)]


@method(SEQUENTIAL, "forward")
def _sequential_forward(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, value = args[0], args[1] if len(args) > 1 else kwargs.get("input")
    if not closed(instance):
        return Tensor(None)
    site = m.site
    for _, child in _entries(m, instance):
        m.step()
        value = m.call(child, [value], {}, site)
    return value


@method(SEQUENTIAL, "__len__")
@method(LIST, "__len__")
@method(DICT, "__len__")
@method("torch.nn.ParameterList", "__len__")
@method("torch.nn.ParameterDict", "__len__")
def _len(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return len(_entries(m, args[0])) if closed(args[0]) else why_open(args[0])


@method(SEQUENTIAL, "__iter__")
@method(LIST, "__iter__")
@method("torch.nn.ParameterList", "__iter__")
def _iter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not closed(args[0]):
        return IteratorObject(why_open(args[0]))
    return IteratorObject(tuple(value for _, value in _entries(m, args[0])))


@method(DICT, "__iter__")
@method("torch.nn.ParameterDict", "__iter__")
def _dict_iter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(name for name, _ in _entries(m, args[0])) if closed(args[0]) else why_open(args[0]))


def _view(kind: str, *containers: str) -> None:
    for container in containers:
        @method(container, kind)
        def view(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
            instance = args[0]
            return DictView(kind, instance, lambda: dict(_entries(m, instance)) if closed(instance) else why_open(instance))


_view("keys", DICT, "torch.nn.ParameterDict")
_view("values", DICT)
_view("items", DICT)


@method("torch.nn.ParameterDict", "values")
def _values(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _iter(m, args, kwargs)


@method("torch.nn.ParameterDict", "items")
def _items(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(_entries(m, args[0])) if closed(args[0]) else why_open(args[0]))


@method(DICT, "clear")
@method("torch.nn.ParameterDict", "clear")
def _clear(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    for name, _ in _entries(m, args[0]):
        m.heap.delete(args[0].table, name)
    m.heap.write(args[0].hidden, "open", None)
    return None


@method(DICT, "__contains__")
@method("torch.nn.ParameterDict", "__contains__")
def _contains(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not closed(args[0]) or not isinstance(args[1], str):
        return Unknown(Why.DATA, "in")
    return args[1] in dict(_entries(m, args[0]))


@method(DICT, "update")
@method("torch.nn.ParameterDict", "update")
def _update(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, given = args
    if isinstance(given, DictObject):
        _fill_dict(m, instance, given)
        return None
    pairs = m.iterate(given)
    for pair in pairs or ():
        both = m.iterate(pair)
        if both is not None and len(both) == 2 and isinstance(both[0], str):
            register(m, instance, both[0], both[1])
        else:
            lose(m, instance, pair)
    if pairs is None:
        lose(m, instance, given)
    return None


@method(SEQUENTIAL, "__getitem__")
@method(LIST, "__getitem__")
@method(DICT, "__getitem__")
@method("torch.nn.ParameterList", "__getitem__")
@method("torch.nn.ParameterDict", "__getitem__")
def _getitem(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, key = args[0], args[1]
    entries = _entries(m, instance)
    if not closed(instance):
        return why_open(instance)
    if isinstance(key, str):
        found = dict(entries)
        if key in found:
            return found[key]
        raise PyRaise("KeyError", key)
    if isinstance(key, int):
        if not -len(entries) <= key < len(entries):
            raise PyRaise("IndexError", f"index {key} is out of range")
        return entries[key][1]
    if isinstance(key, SliceValue) and all(part is None or isinstance(part, int) for part in (key.start, key.stop, key.step)):
        return _part(m, instance, entries[slice(key.start, key.stop, key.step)])
    return Unknown(Why.DATA, "an index")


def _part(m: "Machine", instance: Instance, entries: list[tuple[str, Value]]) -> Value:
    """A slice of a container: torch makes another object of its class, also where that is one of the program's own."""
    kind = container_kind(instance)
    items = tuple(child for _, child in entries)
    if isinstance(instance.cls, ClassValue):
        given = DictObject(dict(entries), kind="OrderedDict") if kind == SEQUENTIAL else ListObject(items)
        made = m.call(instance.cls, [] if kind == "torch.nn.ParameterList" else [given], {}, m.site)
        if kind == "torch.nn.ParameterList" and isinstance(made, Instance):
            _extend(m, [made, given], {})
        return made
    made = hold_entries(Instance(External(kind), instance.created))
    made.table.update(entries if kind == SEQUENTIAL else _numbered(items))
    return made


def _numbered(items: tuple[Value, ...]) -> list[tuple[str, Value]]:
    """The items of a list under the names that they have in one."""
    return [(str(i), item) for i, item in enumerate(items)]


@method(SEQUENTIAL, "__setitem__")
@method(LIST, "__setitem__")
@method(DICT, "__setitem__")
@method("torch.nn.ParameterDict", "__setitem__")
def _setitem(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, key, child = args
    entries = _entries(m, instance)
    if isinstance(key, str):
        register(m, instance, key, child)
    elif isinstance(key, int) and -len(entries) <= key < len(entries):
        register(m, instance, entries[key][0], child)
    else:
        lose(m, instance, key)
    return None


@method(SEQUENTIAL, "__delitem__")
@method(LIST, "__delitem__")
@method(DICT, "__delitem__", "pop")
@method(SEQUENTIAL, "pop")
@method(LIST, "pop")
def _delitem(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, key = args[0], args[1] if len(args) > 1 else -1
    entries = _entries(m, instance)
    if isinstance(key, str) and key in instance.table:
        removed = instance.table[key]
        m.heap.delete(instance.table, key)
        return removed
    items = [value for _, value in entries]
    if isinstance(key, SliceValue) and all(part is None or isinstance(part, int) for part in (key.start, key.stop, key.step)):
        del items[slice(key.start, key.stop, key.step)]
        _replace(m, instance, items)
        return None
    if not isinstance(key, int) or not -len(items) <= key < len(items):
        lose(m, instance, key)
        return Unknown(Why.DATA, "an index")
    removed = items.pop(key)
    _replace(m, instance, items)
    return removed


@method(SEQUENTIAL, "__add__")
@method(LIST, "__add__")
def _add(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = hold_entries(Instance(External(container_kind(args[0])), args[0].created))
    for part in args[:2]:
        _extend(m, [made, part], {})
    return made
