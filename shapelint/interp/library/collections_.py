"""``collections``: OrderedDict, defaultdict, Counter, deque, ChainMap and the abstract types of ``collections.abc``."""

from typing import TYPE_CHECKING

from ..natives import NATIVES
from ..values import DictObject, Value, Why
from .methods_dict import absorb, add_counts, pairs_of
from .methods_list import deque_of
from .support import Args, Kwargs, bind, listed, lost, native, own
from .types_ import subclassable

if TYPE_CHECKING:
    from ..machine import Machine

_ABSTRACT = (
    "Awaitable", "Callable", "Collection", "Container", "Coroutine", "Generator", "Hashable", "ItemsView", "Iterable", "Iterator", "KeysView",
    "Mapping", "MappingView", "MutableMapping", "MutableSequence", "MutableSet", "Reversible", "Sequence", "Set", "Sized", "ValuesView",
)


@native("collections.OrderedDict", is_type=True)
def ordered_dict(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = DictObject(kind="OrderedDict")
    absorb(machine, made, args, kwargs)
    return made


@native("collections.defaultdict", is_type=True)
def default_dict(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = DictObject(kind="defaultdict", default=args[0] if args else None)
    absorb(machine, made, args[1:], kwargs)
    return made


@native("collections.Counter", is_type=True)
def counter(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = DictObject(kind="Counter", default=NATIVES["builtins.int"])
    for source in args:
        if source is not None:
            add_counts(machine, made, source)
    absorb(machine, made, [], kwargs)
    return made


for _name in ("OrderedDict", "defaultdict", "Counter"):
    subclassable(_name, "collections")


@native("collections.deque", is_type=True)
def deque(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    iterable, maxlen = bind("deque", args, kwargs, iterable=(), maxlen=None)
    maxlen, items = own(maxlen), listed(machine, iterable)
    if not isinstance(maxlen, (int, type(None))) or items is None:
        return deque_of(lost(machine, "deque", iterable, maxlen), None)
    return deque_of(items, maxlen)


@native("collections.ChainMap", is_type=True)
def chain_map(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The merged view; later changes of the parts are not seen, so it is open."""
    made = DictObject(rest=machine.unknown(Why.CONSTRUCT, "collections.ChainMap"), kind="ChainMap")
    for part in reversed(args):
        made.table.update(pairs_of(machine, part)[0])
    return made


for _name in _ABSTRACT:
    native(f"collections.abc.{_name}", is_type=True)(lambda machine, args, kwargs: machine.unknown(Why.CONSTRUCT, "an abstract type"))
