"""What the abstract classes of ``collections.abc`` and ``typing`` say of an object: some look for methods, the others at the bases. And which
methods a class of the program's own leaves abstract.
"""

from typing import TYPE_CHECKING

from .attributes import find_in_mro
from .natives import PyRaise
from .values import ClassValue, Descriptor, External, FunctionValue, Instance, Native, Unknown, Value

if TYPE_CHECKING:
    from .machine import Machine

# The methods that make an object one of these, whatever it derives from.
_BY_METHODS: dict[str, tuple[str, ...]] = {
    "Iterable": ("__iter__",), "Iterator": ("__iter__", "__next__"), "Sized": ("__len__",), "Container": ("__contains__",),
    "Collection": ("__iter__", "__len__", "__contains__"), "Callable": ("__call__",), "Reversible": ("__iter__", "__reversed__"),
}
# What derives from which, among those that go by bases and the built-in types that are registered with them.
_BY_BASES: dict[str, tuple[str, ...]] = {
    "Sequence": ("Sequence", "MutableSequence", "tuple", "list", "str", "bytes", "range", "deque", "UserList", "Tuple", "List"),
    "MutableSequence": ("MutableSequence", "list", "deque", "UserList", "List"),
    "Mapping": ("Mapping", "MutableMapping", "dict", "OrderedDict", "defaultdict", "Counter", "UserDict", "Dict"),
    "MutableMapping": ("MutableMapping", "dict", "OrderedDict", "defaultdict", "Counter", "UserDict", "Dict"),
    "Set": ("Set", "MutableSet", "set", "frozenset"), "MutableSet": ("MutableSet", "set"),
}
_PLAIN_BASES = ("object", "Generic", "Protocol", "ABC", "NamedTuple", "Enum", "IntEnum")


def is_abstract(classinfo: Value) -> bool:
    """Whether this is one of the classes of which this file knows."""
    name = classinfo.name if isinstance(classinfo, External) else ""
    short = name.rpartition(".")[2]
    return name.startswith(("collections.abc.", "typing.")) and (short in _BY_METHODS or short in _BY_BASES or short == "Hashable")


def is_one(m: "Machine", value: Instance, classinfo: External) -> bool | None:
    """``isinstance(value, classinfo)`` for an object of a user's class."""
    name = classinfo.name.rpartition(".")[2]
    mro = value.cls.mro if isinstance(value.cls, ClassValue) else (value.cls,)
    bases = [base for base in mro if not isinstance(base, ClassValue)]
    names = [base.name.rpartition(".")[2] for base in bases if isinstance(base, (External, Native))]
    if isinstance(value.hidden.get("payload"), tuple):
        names.append("tuple")
    if any(isinstance(base, Unknown) for base in bases):
        return None
    if name in _BY_METHODS:
        if name in names or all(_has(m, mro, method) for method in _BY_METHODS[name]):
            return True
    elif any(base in _BY_BASES.get(name, ()) for base in names):
        return True
    if name == "Hashable" or not all(base in _PLAIN_BASES or _is_known(found) for base, found in zip(names, bases, strict=False)):
        return None
    return False


def _is_known(base: Value) -> bool:
    return isinstance(base, Native) or _is_module(base)


def _is_module(base: Value) -> bool:
    return isinstance(base, External) and base.name.startswith("torch.nn.")


def _has(m: "Machine", mro: tuple[Value, ...], method: str) -> bool:
    if method == "__call__" and any(map(_is_module, mro)):
        return True
    found = find_in_mro(m, mro, method)
    return found is not None and not isinstance(found, Unknown)


# --- abstract methods --------------------------------------------------------------------------------------------

_META = External("abc.ABCMeta")
_WITHOUT_METHODS = ("abc.ABC", "typing.Generic", "typing_extensions.Generic")


def find_abstract(cls: ClassValue, metaclass: Value) -> None:
    """Note which methods a class that has just been made leaves abstract, if anybody minds."""
    metas = (metaclass, *(cls.meta.mro if cls.meta is not None else ()))
    bases = [base for base in cls.mro[1:] if isinstance(base, ClassValue) and base.abstract is not None]
    if not bases and _META not in metas and External("abc.ABC") not in cls.mro:
        return
    look_again(cls)


def look_again(cls: ClassValue) -> None:
    """Note the abstract methods as they are now, as ``abc.update_abstractmethods`` does for a class that has got others since."""
    names = {name for name, value in cls.table.items() if _is_marked(value)}
    cls.abstract = frozenset(names | {name for base in cls.mro[1:] if isinstance(base, ClassValue) for name in base.abstract or () if _is_left(cls, name)})


def _is_marked(value: Value) -> bool:
    """What ``value.__isabstractmethod__`` says, which a ``cached_property`` does not pass on."""
    if isinstance(value, Descriptor) and value.kind == "cached":
        return False
    function = value.function if isinstance(value, Descriptor) else value
    return isinstance(function, FunctionValue) and "__isabstractmethod__" in function.table


def _is_left(cls: ClassValue, name: str) -> bool:
    """Whether the first class that has the name has it as an abstract method. One that is not read may have another."""
    for base in cls.mro:
        if isinstance(base, ClassValue):
            if name in base.table:
                return _is_marked(base.table[name])
        elif not isinstance(base, External) or base.name not in _WITHOUT_METHODS:
            return False
    return False


def refuse_abstract(cls: ClassValue) -> None:
    """Raise what Python raises where an object of a class with abstract methods is made."""
    if cls.abstract and "__abstractmethods__" not in cls.table:
        raise PyRaise("TypeError", f"Can't instantiate abstract class {cls.name} with abstract method {', '.join(sorted(cls.abstract))}")
