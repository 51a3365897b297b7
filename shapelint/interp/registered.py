"""``module._modules``, ``_parameters`` and ``_buffers``: dicts that show what the module holds now, and through which it is changed."""

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from . import nn_modules
from .values import Alternatives, DictObject, Instance, Tensor, Unknown, Value, Why
from .views import entries_of

if TYPE_CHECKING:
    from .machine import Machine

REGISTRIES = frozenset({"_modules", "_parameters", "_buffers"})


class _Entries(MutableMapping[Any, Any]):
    """The entries of one of a module's registries, which are among its attributes. What is written here is on the trail as an entry of this table;
    ``get`` and ``pop`` are what the trail uses, and know of any attribute, since one that is not registered may be replaced by one that is."""

    __slots__ = ("_kind", "_m", "_of")

    def __init__(self, m: "Machine", of: Instance, kind: str) -> None:
        self._m, self._of, self._kind = m, of, kind

    @property
    def attributes(self) -> dict[Any, Any]:
        """Where the entries are."""
        return self._of.table

    def _has(self, name: Any, value: Value) -> bool:
        if self._kind == "_buffers":
            return isinstance(value, Tensor) and (nn_modules.BUFFER, name) in self._of.hidden
        if self._kind == "_modules":
            options = value.options if isinstance(value, Alternatives) else (value,)
            return any(option is not self._of and nn_modules.is_module(self._m, option) for option in options)
        return isinstance(value, Tensor) and value.is_parameter

    def _given(self) -> dict[str, Value]:
        """The parameters and buffers that a layer of torch's has of its own."""
        if self._of.layer is None or self._kind == "_modules":
            return {}
        return dict(nn_modules.own_tensors(self._m, self._of) if self._kind == "_parameters" else nn_modules.own_buffers(self._of))

    def _all(self) -> dict[Any, Value]:
        return {**self._given(), **{name: value for name, value in self._of.table.items() if self._has(name, value)}}

    def __getitem__(self, key: Any) -> Value:
        found = self._of.table.get(key)
        return found if self._has(key, found) else self._given()[key]

    def __setitem__(self, key: Any, value: Value) -> None:
        self._of.table[key] = value

    def __delitem__(self, key: Any) -> None:
        self._of.table.pop(key, None)

    def get(self, key: Any, default: Any = None) -> Any:
        return self._of.table.get(key, default)

    def pop(self, key: Any, default: Any = None) -> Any:
        return self._of.table.pop(key, default)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class _Opaque(dict[Any, Any]):
    """Whether there may be more: where that is not known of the module, and where a registry is changed in ways that are not known."""

    __slots__ = ("_kind", "_of")

    def __init__(self, of: Instance, kind: str) -> None:
        self._of, self._kind = of, kind

    def __getitem__(self, key: Any) -> "Unknown | None":
        if not nn_modules.closed(self._of):
            return nn_modules.why_open(self._of)
        if self._kind != "_modules" and self._of.layer is not None:
            return Unknown(Why.ATTRIBUTE, self._kind)  # those that are None
        if self._kind == "_modules" and not nn_modules.container_kind(self._of):
            return None
        unsure = any(isinstance(value, Unknown) or (value is None and self._kind != "_modules") for value in self._of.table.values())
        return Unknown(Why.ATTRIBUTE, self._kind) if unsure else None

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key]

    def __setitem__(self, key: Any, value: "Unknown | None") -> None:
        self._of.hidden["open"] = value


def registry(m: "Machine", module: Instance, kind: str) -> DictObject:
    """``module._modules`` and its kin."""
    made = DictObject(cast(dict[Any, Any], _Entries(m, module, kind)), kind="OrderedDict" if kind == "_modules" else "dict", shared=True)
    made.opaque = _Opaque(module, kind)
    return made


def set_entry(m: "Machine", module: Instance, kind: str, key: Value, new: Value) -> None:
    """``module._modules[key] = new``; an object that is no module has a dict of its own there."""
    if not nn_modules.is_module(m, module):
        m.set_item(m.get_attribute(module, kind), key, new)
        return
    if not isinstance(key, str):
        nn_modules.lose(m, module, Unknown(Why.DATA, "a child under an unknown name"))
        return
    m.set_attribute(module, key, new)
    if kind == "_buffers" and (nn_modules.BUFFER, key) not in module.hidden:
        m.heap.write(module.hidden, (nn_modules.BUFFER, key), True)


def replace_registry(m: "Machine", module: Instance, kind: str, new: Value) -> None:
    """``module._modules = new``: its entries are the module's from now on."""
    held = registry(m, module, kind).table
    stale = list(held) if kind != "_modules" or not nn_modules.container_kind(module) else list(module.table)
    for name in stale:
        m.heap.delete(module.table, name)
    entries = entries_of(new) if isinstance(new, DictObject) else Unknown(Why.CONSTRUCT, kind)
    if isinstance(entries, Unknown):
        nn_modules.lose(m, module, entries)
        return
    if kind == "_modules" and nn_modules.container_kind(module):
        m.heap.write(module.hidden, "open", None)
    for name, value in list(entries.items()):
        nn_modules.register(m, module, str(name), value)
