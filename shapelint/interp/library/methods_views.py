"""Methods of the views of dicts: ``d.keys().isdisjoint(other)``; what has a function or an operator of its own is what these give."""

from typing import TYPE_CHECKING

from ..natives import NATIVES
from ..values import Value
from ..views import DictView
from .support import Args, Kwargs, listed, lost, method

if TYPE_CHECKING:
    from ..machine import Machine

VIEW = "dict_view"

for _name, _function in (("__len__", "builtins.len"), ("__iter__", "builtins.iter"), ("__reversed__", "builtins.reversed")):
    method(VIEW, _name)(lambda machine, args, kwargs, name=_function: NATIVES[name].call(machine, args[:1], {}))  # type: ignore[misc]
for _name, _op in (("__and__", "&"), ("__or__", "|"), ("__sub__", "-"), ("__xor__", "^")):
    method(VIEW, _name, least=2)(lambda machine, args, kwargs, op=_op: machine.binary(op, *args[:2]))  # type: ignore[misc]
method(VIEW, "__contains__", least=2)(lambda machine, args, kwargs: machine.compare("in", args[1], args[0]))


@method(VIEW, "isdisjoint", least=2)
def isdisjoint(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    shared = machine.truth(machine.binary("&", *args[:2])) if isinstance(args[0], DictView) and listed(machine, args[1]) is not None else None
    return lost(machine, "isdisjoint", *args) if shared is None else not shared
