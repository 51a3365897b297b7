"""``torch.utils._pytree``: functions mapped over the leaves of nested lists, tuples and dicts."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..values import DictObject, External, Instance, ListObject, Tensor, Value, is_constant, is_size
from .support import REQUIRED, Args, Kwargs, bind, listed, lost, native

if TYPE_CHECKING:
    from ..machine import Machine

_PLACE = "torch.utils._pytree"
_SPEC = External(f"{_PLACE}.TreeSpec")


class _Lost(Exception):
    """Whether this is a leaf is not known."""


def _mapped(value: Value, leaf: Callable[[Value], Value]) -> Value:
    """The same tree with other leaves, which are asked for from the first to the last."""
    if isinstance(value, ListObject) and value.kind == "list" and isinstance(value.table["items"], tuple):
        return ListObject(tuple([_mapped(item, leaf) for item in value.table["items"]]))
    if isinstance(value, DictObject) and value.kind in ("dict", "OrderedDict") and value.opaque["rest"] is None:
        return DictObject({key: _mapped(item, leaf) for key, item in value.table.items()}, kind=value.kind)
    if type(value) is tuple and not (value and all(map(is_size, value))):  # a torch.Size is a leaf, and sizes may be one
        return tuple([_mapped(item, leaf) for item in value])
    if isinstance(value, Tensor) or is_size(value) or (is_constant(value) and not isinstance(value, tuple)):
        return leaf(value)
    raise _Lost


def _leaves(value: Value) -> list[Value]:
    found: list[Value] = []

    def keep(leaf: Value) -> Value:
        found.append(leaf)
        return leaf

    _mapped(value, keep)
    return found


@native(f"{_PLACE}.tree_map")
def tree_map(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Over one tree."""
    if len(args) != 2 or kwargs:
        return lost(machine, "tree_map of several trees", *args)
    try:
        _leaves(args[1])  # before the function is called on some
        return _mapped(args[1], lambda leaf: machine.call(args[0], [leaf], {}))
    except _Lost:
        return lost(machine, "tree_map", *args)


@native(f"{_PLACE}.tree_flatten")
def tree_flatten(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    tree = bind("tree_flatten", args, kwargs, tree=REQUIRED)[0]
    try:
        leaves = _leaves(tree)
        shape = _mapped(tree, lambda leaf: None)  # a later change of the tree's lists is none of the description
    except _Lost:
        return lost(machine, "tree_flatten", tree)
    spec = Instance(_SPEC)
    spec.table.update({"num_leaves": len(leaves)})
    spec.hidden["tree"] = shape
    return ListObject(tuple(leaves)), spec


@native(f"{_PLACE}.tree_leaves")
def tree_leaves(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    tree = bind("tree_leaves", args, kwargs, tree=REQUIRED)[0]
    try:
        return ListObject(tuple(_leaves(tree)))
    except _Lost:
        return lost(machine, "tree_leaves", tree)


@native(f"{_PLACE}.tree_unflatten")
def tree_unflatten(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    given, spec = bind("tree_unflatten", args, kwargs, leaves=REQUIRED, treespec=REQUIRED)
    leaves = listed(machine, given)
    if leaves is None or not isinstance(spec, Instance) or "tree" not in spec.hidden or len(leaves) != spec.table["num_leaves"]:
        return lost(machine, "tree_unflatten", given, spec)
    ahead: Iterator[Value] = iter(leaves)
    return _mapped(spec.hidden["tree"], lambda leaf: next(ahead))
