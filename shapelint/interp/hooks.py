"""Forward hooks: functions that a module calls before and after its ``forward``, which may keep or replace what goes in and comes out."""

from typing import TYPE_CHECKING, NamedTuple

from .natives import method
from .values import DictObject, External, Instance, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine

BEFORE, AFTER = "hooks before", "hooks after"  # entries of what a module hides
HANDLE = "torch.utils.hooks.RemovableHandle"


class Hook(NamedTuple):
    """One registered function; ``handle`` removes it."""

    function: Value
    takes_kwargs: Value
    handle: Instance


@method("torch.nn.Module", "register_forward_pre_hook")
def _register_before(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _registered(m, BEFORE, args, kwargs)


@method("torch.nn.Module", "register_forward_hook")
def _register_after(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _registered(m, AFTER, args, kwargs)


def _registered(m: "Machine", kind: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    module, function = args[0], args[1] if len(args) > 1 else kwargs.get("hook")
    handle = Instance(External(HANDLE))
    handle.hidden.update({"module": module, "kind": kind})
    present, made = module.hidden.get(kind, ()), Hook(function, kwargs.get("with_kwargs", False), handle)
    if not isinstance(present, tuple):  # branches have registered others
        return handle
    m.heap.write(module.hidden, kind, (made, *present) if m.truth(kwargs.get("prepend", False)) else (*present, made))
    return handle


@method(HANDLE, "remove")
def _remove(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    handle = args[0]
    module, kind = handle.hidden.get("module"), handle.hidden.get("kind")
    present = module.hidden.get(kind, ()) if isinstance(module, Instance) else ()
    if isinstance(module, Instance) and isinstance(present, tuple):
        m.heap.write(module.hidden, kind, tuple(hook for hook in present if hook.handle is not handle))
    return None


@method(HANDLE, "__enter__")
def _enter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0]


@method(HANDLE, "__exit__")
def _exit(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _remove(m, args[:1], {})


def before(m: "Machine", module: Instance, args: list[Value], kwargs: dict[str, Value]) -> tuple[list[Value], dict[str, Value]]:
    """The arguments that ``forward`` gets."""
    if not isinstance(module.hidden[BEFORE], tuple):
        unknown = m.unknown(Why.JOIN, "the hooks of a module")
        return [unknown] * len(args), dict.fromkeys(kwargs, unknown)
    for hook in module.hidden[BEFORE]:
        with_names = m.truth(hook.takes_kwargs)
        found = m.call(hook.function, [module, tuple(args), _as_dict(kwargs)] if with_names else [module, tuple(args)], {})
        if found is None:
            continue
        if with_names or isinstance(found, Unknown):
            given = found if isinstance(found, tuple) and len(found) == 2 else (found, found)
            args, kwargs = _positional(m, given[0]), _named(given[1])
        else:
            args = _positional(m, found)
    return args, kwargs


def _positional(m: "Machine", found: Value) -> list[Value]:
    if isinstance(found, tuple):
        return list(found)
    return [Unknown(Why.CONSTRUCT, "what a hook returns") if isinstance(found, Unknown) else found]


def _as_dict(kwargs: dict[str, Value]) -> Value:
    return DictObject(dict(kwargs))


def _named(found: Value) -> dict[str, Value]:
    return {key: value for key, value in found.table.items() if isinstance(key, str)} if isinstance(found, DictObject) else {}


def after(m: "Machine", module: Instance, args: list[Value], kwargs: dict[str, Value], value: Value) -> Value:
    """What the caller gets."""
    if not isinstance(module.hidden[AFTER], tuple):
        return m.unknown(Why.JOIN, "the hooks of a module")
    for hook in module.hidden[AFTER]:
        given = [module, tuple(args), _as_dict(kwargs), value] if m.truth(hook.takes_kwargs) else [module, tuple(args), value]
        found = m.call(hook.function, given, {})
        value = value if found is None else found
    return value
