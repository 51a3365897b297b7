"""The ``nn.Module`` protocol: children, containers, calls, and the methods every module has."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .events import InputSource
from .natives import PyRaise, method, native
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    DictObject,
    External,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    SliceValue,
    Tensor,
    Unknown,
    Value,
    Why,
)

if TYPE_CHECKING:
    from .machine import Machine, Site

MODULE, SEQUENTIAL, LIST, DICT = "torch.nn.Module", "torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict"
PARAMETERS = ("torch.nn.ParameterList", "torch.nn.ParameterDict")


def is_module(m: "Machine", value: Value) -> bool:
    """Whether a value is (taken to be) an ``nn.Module``."""
    if not isinstance(value, Instance):
        return False
    if "layer" in value.hidden or value.hidden.get("replaced"):
        return True
    cls = value.cls
    if isinstance(cls, External):
        from .externals import external_bases

        return cls.name == MODULE or External(MODULE) in external_bases(cls.name)
    if not isinstance(cls, ClassValue):
        return False
    if External(MODULE) in [base for base in cls.mro if isinstance(base, External)]:
        return True
    opaque = any(isinstance(base, Unknown) or (isinstance(base, External) and not base.name.startswith("typing")) for base in cls.mro)
    return opaque and any(isinstance(base, ClassValue) and "forward" in base.table for base in cls.mro)


def adopt(m: "Machine", parent: Instance, name: str, child: Value) -> None:
    """Remember under which name a module was first registered."""
    if isinstance(child, Instance) and "name" not in child.hidden and child is not parent and is_module(m, child):
        m.heap.write(child.hidden, "name", name)
        m.heap.write(child.hidden, "owner", parent)


def call_module(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """``module(x)``."""
    from .layers import apply_layer

    outermost = m.module_depth == 0
    if outermost and site is not None and m.source_kind == "call":
        tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
        known = tuple(tensor.shape for tensor in tensors if not tensor.assumed)
        m.source = InputSource(known, m.source_kind, site.place) if known else m.source
    m.module_depth += 1
    try:
        if instance.hidden.get("hooked"):
            return Unknown(Why.CONSTRUCT, "a hook that returns a value")
        if "forward" not in instance.table and isinstance(instance.cls, External) and instance.cls.name not in (SEQUENTIAL, LIST, DICT, MODULE):
            return apply_layer(m, instance, args, kwargs, site)
        if m.has_attribute(instance, "__call__") and isinstance(instance.cls, ClassValue):
            custom = m.get_attribute(instance, "__call__")
            if isinstance(custom, BoundMethod) and not _is_native(custom) and not m.in_function(custom.function):
                return m.call(custom, args, kwargs, site)
        forward = m.get_attribute(instance, "forward")
        if isinstance(forward, Unknown):
            return Tensor(None)
        return m.call(forward, args, kwargs, site)
    finally:
        m.module_depth -= 1
        if outermost and m.source_kind == "call":
            m.source = None


def _is_native(value: BoundMethod) -> bool:
    return type(value.function).__name__ == "Native"


def children(m: "Machine", instance: Instance) -> list[tuple[str, Instance]]:
    """Direct children in the order of registration; each module once."""
    found: list[tuple[str, Instance]] = []
    for name, value in instance.table.items():
        if isinstance(value, Alternatives):
            value = next((option for option in value.options if isinstance(option, Instance)), None)
        if isinstance(name, str) and isinstance(value, Instance) and value is not instance and is_module(m, value) and all(value is not other for _, other in found):
            found.append((name, value))
    return found


def walk(m: "Machine", instance: Instance, prefix: str = "", seen: "set[int] | None" = None) -> Iterator[tuple[str, Instance]]:
    """``named_modules()``."""
    seen = set() if seen is None else seen
    if id(instance) in seen:
        return
    seen.add(id(instance))
    yield prefix, instance
    for name, child in children(m, instance):
        yield from walk(m, child, f"{prefix}.{name}" if prefix else name, seen)


# --- construction -------------------------------------------------------------------------------------------------


@native("shapelint.object_init")
def _object_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


@native("shapelint.object_setattr")
def _object_setattr(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, name, new = args
    if isinstance(instance, Instance) and isinstance(name, str):
        m.heap.write(instance.table, name, new)
        adopt(m, instance, name, new)
    return None


@native("shapelint.module_getattr")
def _module_getattr(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, name = args
    if isinstance(instance, Instance) and name in instance.table:
        return instance.table[name]
    raise PyRaise("AttributeError", str(name))


@method(MODULE, "__init__")
def _module_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


@method(SEQUENTIAL, "__init__")
def _sequential_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance = args[0]
    if len(args) == 2 and isinstance(args[1], DictObject):
        return _fill_dict(m, instance, args[1])
    for i, child in enumerate(args[1:]):
        _register(m, instance, str(i), child)
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
        _register(m, instance, str(name), child)
    if entries.opaque["rest"] is not None:
        m.heap.write(instance.hidden, "open", entries.opaque["rest"])


def _register(m: "Machine", instance: Instance, name: str, child: Value) -> None:
    m.heap.write(instance.table, name, child)
    adopt(m, instance, name, child)


def _lose(m: "Machine", instance: Instance, why: Value) -> None:
    m.heap.write(instance.hidden, "open", why if isinstance(why, Unknown) else Unknown(Why.DATA, "a container's content"))


@method(SEQUENTIAL, "append")
@method(LIST, "append")
@method("torch.nn.ParameterList", "append")
def _append(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance = args[0]
    _register(m, instance, str(len(_entries(m, instance))), args[1])
    return instance


@method(SEQUENTIAL, "extend", "__iadd__")
@method(LIST, "extend", "__iadd__")
@method("torch.nn.ParameterList", "extend")
def _extend(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, given = args
    items = m.iterate(given)
    if items is None:
        _lose(m, instance, given)
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
        _lose(m, instance, index)
        return instance
    items.insert(index, child)
    _replace(m, instance, items)
    return instance


def _replace(m: "Machine", instance: Instance, items: list[Value]) -> None:
    for name, _ in _entries(m, instance):
        m.heap.delete(instance.table, name)
    for i, item in enumerate(items):
        _register(m, instance, str(i), item)


def _entries(m: "Machine", instance: Instance) -> list[tuple[str, Value]]:
    """Items of a container: numbered or named children (None and parameters included)."""
    kind = container_kind(instance)
    if kind in (DICT, "torch.nn.ParameterDict"):
        return [(name, value) for name, value in instance.table.items() if isinstance(value, (Instance, Tensor, Unknown, Alternatives))]
    if kind in (LIST, "torch.nn.ParameterList"):
        return [(name, value) for name, value in instance.table.items() if isinstance(name, str) and name.isdigit()]
    return [(name, value) for name, value in instance.table.items() if isinstance(value, (Unknown, Alternatives)) or is_module(m, value)]


def container_kind(instance: Instance) -> str:
    """Which torch container an instance is, or "" ."""
    names = [base.name for base in (instance.cls.mro if isinstance(instance.cls, ClassValue) else (instance.cls,)) if isinstance(base, External)]
    return next((name for name in names if name in (SEQUENTIAL, LIST, DICT, *PARAMETERS)), "")


# --- containers as sequences and mappings ------------------------------------------------------------------------------


@method(SEQUENTIAL, "forward")
def _sequential_forward(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, value = args[0], args[1] if len(args) > 1 else kwargs.get("input")
    if not _closed(instance):
        return Tensor(None)
    site = m.site
    for _, child in _entries(m, instance):
        m.step()
        value = m.call(child, [value], {}, site)
    return value


def _why_open(instance: Instance) -> Unknown:
    why = instance.hidden.get("open")
    return why if isinstance(why, Unknown) else Unknown(Why.DATA, "a container's content")


def _closed(instance: Instance) -> bool:
    return not instance.hidden.get("open")


@method(SEQUENTIAL, "__len__")
@method(LIST, "__len__")
@method(DICT, "__len__")
@method("torch.nn.ParameterList", "__len__")
def _len(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return len(_entries(m, args[0])) if _closed(args[0]) else _why_open(args[0])


@method(SEQUENTIAL, "__iter__")
@method(LIST, "__iter__")
@method("torch.nn.ParameterList", "__iter__")
def _iter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not _closed(args[0]):
        return IteratorObject(_why_open(args[0]))
    return IteratorObject(tuple(value for _, value in _entries(m, args[0])))


@method(DICT, "__iter__", "keys")
@method("torch.nn.ParameterDict", "__iter__", "keys")
def _dict_iter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(name for name, _ in _entries(m, args[0])) if _closed(args[0]) else _why_open(args[0]))


@method(DICT, "values")
@method("torch.nn.ParameterDict", "values")
def _values(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _iter(m, args, kwargs)


@method(DICT, "items")
@method("torch.nn.ParameterDict", "items")
def _items(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(_entries(m, args[0])) if _closed(args[0]) else _why_open(args[0]))


@method(DICT, "__contains__")
def _contains(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if not _closed(args[0]) or not isinstance(args[1], str):
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
            _register(m, instance, both[0], both[1])
        else:
            _lose(m, instance, pair)
    if pairs is None:
        _lose(m, instance, given)
    return None


@method(SEQUENTIAL, "__getitem__")
@method(LIST, "__getitem__")
@method(DICT, "__getitem__")
@method("torch.nn.ParameterList", "__getitem__")
@method("torch.nn.ParameterDict", "__getitem__")
def _getitem(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, key = args[0], args[1]
    entries = _entries(m, instance)
    if not _closed(instance):
        return _why_open(instance)
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
        made = Instance(External(container_kind(instance)), instance.created)
        for name, child in entries[slice(key.start, key.stop, key.step)]:
            made.table[name if container_kind(instance) == SEQUENTIAL else str(len(made.table))] = child
        return made
    return Unknown(Why.DATA, "an index")


@method(SEQUENTIAL, "__setitem__")
@method(LIST, "__setitem__")
@method(DICT, "__setitem__")
@method("torch.nn.ParameterDict", "__setitem__")
def _setitem(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, key, child = args
    entries = _entries(m, instance)
    if isinstance(key, str):
        _register(m, instance, key, child)
    elif isinstance(key, int) and -len(entries) <= key < len(entries):
        _register(m, instance, entries[key][0], child)
    else:
        _lose(m, instance, key)
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
        _lose(m, instance, key)
        return Unknown(Why.DATA, "an index")
    removed = items.pop(key)
    _replace(m, instance, items)
    return removed


@method(SEQUENTIAL, "__add__")
@method(LIST, "__add__")
def _add(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    made = Instance(External(container_kind(args[0])), args[0].created)
    for part in args[:2]:
        _extend(m, [made, part], {})
    return made


# --- methods of every module ------------------------------------------------------------------------------------------


@method(MODULE, "add_module", "register_module")
def _add_module(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance = args[0]
    name = args[1] if len(args) > 1 else kwargs.get("name")
    child = args[2] if len(args) > 2 else kwargs.get("module")
    if isinstance(name, str):
        _register(m, instance, name, child)
    else:
        _lose(m, instance, name)
    return None


@method(MODULE, "register_buffer", "register_parameter")
def _register_buffer(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    name = args[1] if len(args) > 1 else kwargs.get("name")
    value = args[2] if len(args) > 2 else kwargs.get("tensor", kwargs.get("param"))
    if isinstance(name, str):
        m.heap.write(args[0].table, name, value)
    return None


@method(MODULE, "children")
def _children(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(child for _, child in children(m, args[0])) if _closed(args[0]) else _why_open(args[0]))


@method(MODULE, "named_children")
def _named_children(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(children(m, args[0])) if _closed(args[0]) else _why_open(args[0]))


@method(MODULE, "modules")
def _modules(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(module for _, module in walk(m, args[0])))


@method(MODULE, "named_modules")
def _named_modules(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(walk(m, args[0])))


@method(MODULE, "get_submodule")
def _get_submodule(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    found = args[0]
    if not isinstance(args[1], str):
        return Unknown(Why.ARGUMENT, "get_submodule")
    for part in args[1].split(".") if args[1] else []:
        found = m.get_attribute(found, part)
    return found


def _own_tensors(m: "Machine", instance: Instance) -> list[tuple[str, Value]]:
    layer = instance.layer
    own: list[tuple[str, Value]] = [(name, Tensor(shape, "float", is_parameter=True)) for name, shape in layer.parameters().items()] if layer else []
    return own + [(str(name), value) for name, value in instance.table.items() if isinstance(value, Tensor) and value.is_parameter]


@method(MODULE, "named_parameters")
def _named_parameters(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    found = [(f"{prefix}.{name}" if prefix else name, tensor) for prefix, module in walk(m, args[0]) for name, tensor in _own_tensors(m, module)]
    return IteratorObject(tuple(found))


@method(MODULE, "parameters")
def _parameters(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(tensor for _, tensor in m.iterate(_named_parameters(m, args[:1], {})) or ()))


@method(MODULE, "buffers", "named_buffers")
def _buffers(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(Unknown(Why.CONSTRUCT, "buffers()"))


@method(MODULE, "state_dict")
def _state_dict(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return DictObject(dict(m.iterate(_named_parameters(m, args[:1], {})) or ()), Unknown(Why.CONSTRUCT, "buffers of a state_dict"))


@method(MODULE, "apply")
def _apply(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    for _, module in walk(m, args[0]):
        m.call(args[1], [module], {})
    return args[0]


@method(MODULE, "train")
def _train(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    mode = args[1] if len(args) > 1 else kwargs.get("mode", True)
    answer = m.truth(mode)
    for _, module in walk(m, args[0]):
        m.heap.write(module.hidden, "training", Unknown(Why.DATA, "training") if answer is None else answer)
    return args[0]


@method(MODULE, "eval")
def _eval(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _train(m, [args[0], False], {})


@method(MODULE, "to", "cuda", "cpu", "float", "double", "half", "bfloat16", "type", "requires_grad_", "share_memory", "to_empty", "compile", "xpu")
def _itself(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0]


@method(MODULE, "register_forward_hook", "register_forward_pre_hook")
def _forward_hook(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """A hook that returns a value replaces the input or output: such a module's result is not known."""
    hook = args[1] if len(args) > 1 else kwargs.get("hook")
    if not (isinstance(hook, FunctionValue) and not _returns_a_value(hook)):
        m.heap.write(args[0].hidden, "hooked", True)
    return Unknown(Why.CONSTRUCT, "a hook's handle")


def _returns_a_value(hook: FunctionValue) -> bool:
    if isinstance(hook.node, ast.Lambda):
        called = hook.node.body.func if isinstance(hook.node.body, ast.Call) else None
        return not (isinstance(called, ast.Attribute) and called.attr in ("append", "update", "add", "setdefault", "__setitem__"))
    return any(isinstance(node, ast.Return) and node.value is not None for node in ast.walk(hook.node))


@method(MODULE, "zero_grad", "load_state_dict", "register_backward_hook", "register_full_backward_hook",
        "register_load_state_dict_post_hook", "_register_load_state_dict_pre_hook", "register_state_dict_pre_hook", "extra_repr",
        "save_hyperparameters", "log", "log_dict", "print", "__setstate__", "reset_parameters")
def _ignored(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


__all__ = ["ListObject", "adopt", "call_module", "children", "container_kind", "is_module", "walk"]
