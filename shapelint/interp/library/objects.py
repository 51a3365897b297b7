"""Builtins about objects and classes: isinstance, getattr, type, callable, vars, descriptors, exceptions, importing by name."""

import builtins
from typing import TYPE_CHECKING

from ...dims import Expr
from ..classes import linearised
from ..natives import NATIVES, PyRaise
from ..operations import is_union
from ..values import (
    CONSTANTS,
    Alternatives,
    BoundMethod,
    ClassValue,
    Descriptor,
    DictObject,
    External,
    FunctionValue,
    Instance,
    ListObject,
    Native,
    Partial,
    Scope,
    SetObject,
    Tensor,
    Unknown,
    Value,
    Why,
)
from ..views import DictView
from .support import ABSENT, REQUIRED, Args, Kwargs, aside, bind, lost, method, native, over_options, python_type

if TYPE_CHECKING:
    from ..machine import Machine


@native("builtins.isinstance")
def isinstance_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, classinfo = bind("isinstance", args, kwargs, obj=REQUIRED, class_or_tuple=REQUIRED)
    if isinstance(value, Alternatives):
        answers = [_is_instance(machine, option, classinfo) for option in value.options]
        answer = answers[0] if all(other is answers[0] for other in answers) else None
    else:
        answer = _is_instance(machine, value, classinfo)
    return lost(machine, "isinstance", value, classinfo) if answer is None else answer


@native("torch.jit.isinstance", least=2)
def script_isinstance(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``isinstance`` that looks into containers too, of which it is told the types: those are not read."""
    answer = isinstance_(machine, args[:2], {})
    looked_into = answer is True and isinstance(args[0], (ListObject, DictObject, tuple))
    return lost(machine, "torch.jit.isinstance", *args) if looked_into else answer


def _is_instance(machine: "Machine", value: Value, classinfo: Value) -> bool | None:
    if is_union(classinfo):
        classinfo = tuple(machine.type_of(None) if item is None else item for item in classinfo.table["__args__"])
    if isinstance(classinfo, tuple):
        answers = [_is_instance(machine, value, item) for item in classinfo]
        return True if True in answers else None if None in answers else False
    answer = machine.is_instance(value, classinfo)
    if classinfo is NATIVES["builtins.object"]:
        return None if isinstance(value, Unknown) else True
    if answer is None and isinstance(value, Instance):
        return _by_python(value.cls, classinfo)
    if answer is None and _is_no_instance(value, classinfo):
        return False
    if answer is None and isinstance(value, External) and classinfo is NATIVES["builtins.type"]:
        return is_torch_class(value.name) or None
    return answer


def _is_no_instance(value: Value, classinfo: Value) -> bool:
    """A function is no instance of the user's classes or of torch's layers."""
    if not isinstance(value, (FunctionValue, BoundMethod, Partial, Native)):
        return False
    return isinstance(classinfo, ClassValue) or (isinstance(classinfo, External) and classinfo.name.startswith(("torch.nn.", "torch.Tensor", "torch.Size")))


def is_torch_class(name: str) -> bool:
    """Whether a dotted name is one of torch's layer classes."""
    from ...ops import lookup

    found = lookup(name)
    return found is not None and found.is_module


def _by_python(cls: Value, classinfo: Value) -> bool | None:
    """Whether a class is, or derives from, a built-in type that Python says is a subclass of one of ``classinfo``."""
    bases = cls.mro if isinstance(cls, ClassValue) else (cls,)
    have = [_real(base) for base in bases if not isinstance(base, ClassValue)]
    wanted = [_real(item) for item in (classinfo if isinstance(classinfo, tuple) else (classinfo,))]
    if object in wanted or any(one and other and issubclass(one, other) for one in have for other in wanted):
        return True
    return None if None in have or None in wanted else False


def _real(cls: Value) -> type | None:
    found = getattr(builtins, cls.name.partition("builtins.")[2], None) if isinstance(cls, Native) and cls.is_type else None
    return found if isinstance(found, type) else None


@native("builtins.issubclass")
def issubclass_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    cls, classinfo = bind("issubclass", args, kwargs, cls=REQUIRED, class_or_tuple=REQUIRED)
    answer = machine.is_subclass(cls, classinfo)
    if answer is not True:
        answer = _by_python(cls, classinfo) or answer
    return lost(machine, "issubclass", cls, classinfo) if answer is None else answer


# --- attributes --------------------------------------------------------------------------------------------------


@native("builtins.hasattr")
def hasattr_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, name = bind("hasattr", args, kwargs, obj=REQUIRED, name=REQUIRED)
    answer = machine.has_attribute(value, name) if isinstance(name, str) else None
    kind = python_type(value)
    if kind is not None and isinstance(name, str):
        answer = hasattr(kind, name)
    if answer and isinstance(value, Instance) and value.hidden.get("open") and name not in value.table:
        answer = None if isinstance(machine.get_attribute(value, name), Unknown) else True
    return lost(machine, "hasattr", value, name) if answer is None else answer


@native("builtins.getattr")
def getattr_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, name, default = bind("getattr", args, kwargs, obj=REQUIRED, name=REQUIRED, default=ABSENT)
    if isinstance(name, Alternatives):
        return over_options(name, lambda option: getattr_(machine, [value, option, *args[2:]], {}))
    if not isinstance(name, str):
        return lost(machine, "getattr", name)
    kind = python_type(value)
    try:
        if kind is not None and not hasattr(kind, name):
            raise PyRaise("AttributeError", f"'{kind.__name__}' object has no attribute '{name}'")
        return machine.get_attribute(value, name)
    except PyRaise as error:
        if default is ABSENT or error.name != "AttributeError":
            raise
        return default


@native("builtins.setattr")
def setattr_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, name, new = bind("setattr", args, kwargs, obj=REQUIRED, name=REQUIRED, value=REQUIRED)
    if isinstance(name, str):
        machine.set_attribute(value, name, new)
    elif isinstance(value, Instance):  # any attribute may exist from now on
        machine.heap.write(value.hidden, "open", lost(machine, "setattr", name))
    return None


@native("builtins.delattr")
def delattr_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, name = bind("delattr", args, kwargs, obj=REQUIRED, name=REQUIRED)
    if isinstance(name, str):
        machine.delete_attribute(value, name)
    elif isinstance(value, Instance):
        machine.heap.write(value.hidden, "open", lost(machine, "delattr", name))
    return None


@native("builtins.vars")
def vars_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The attributes of an object as a dict that *is* the object's: what is written there appears here."""
    if not args:
        return locals_(machine, [], {})
    value = args[0]
    if isinstance(value, ClassValue):
        return machine.get_attribute(value, "__dict__")
    cls = value.cls if isinstance(value, Instance) else None
    if not isinstance(value, Instance) or any(isinstance(base, External) for base in getattr(cls, "mro", ())):
        return lost(machine, "vars", value)
    rest = value.hidden.get("open")
    return DictObject(value.table, rest if isinstance(rest, Unknown) else None, shared=True)


@native("builtins.locals")
def locals_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The names of the running function, as they are now. In the body of a class, what is written there is a name of the class."""
    scope = None if machine.site is None else machine.site.file_scope
    if scope is not None and scope.is_class:
        return namespace(scope)
    if scope is not None and scope.is_comprehension and scope.parent is not None and scope.parent.is_class:
        return lost(machine, "locals() in a comprehension")
    if not machine.frames:
        return globals_(machine, args, kwargs)
    return DictObject(dict(machine.frames[-1].scope.table))


def namespace(scope: Scope) -> DictObject:
    """The names of a class whose body runs."""
    if not hasattr(scope, "namespace"):
        names = dict(scope.table)
        scope.table.clear()
        scope.table.update({"__module__": scope.module_name, "__qualname__": Unknown(Why.CONSTRUCT, "__qualname__")} | names)
        scope.namespace = DictObject(scope.table, shared=True)
    return scope.namespace


@native("builtins.globals")
def globals_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The names of the module, as a dict that is the module's own; open where a star import may have brought more."""
    if machine.site is None:
        return lost(machine, "globals")
    scope = machine.site.file_scope
    while scope.parent is not None:
        scope = scope.parent
    machine.imports.deferral.settle(machine)
    return DictObject(scope.table, aside(machine, "a star import", Why.IMPORT) if scope.stars else None, shared=True)


# --- kinds of objects --------------------------------------------------------------------------------------------


@native("builtins.callable")
def callable_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value = bind("callable", args, kwargs, obj=REQUIRED)[0]
    if isinstance(value, (FunctionValue, ClassValue, BoundMethod, Native, Partial)):
        return True
    if isinstance(value, (*CONSTANTS, Expr, Tensor, tuple, range, ListObject, DictObject, DictView, SetObject)):
        return False
    if isinstance(value, Alternatives):
        return over_options(value, lambda option: callable_(machine, [option], {}))
    if isinstance(value, External):
        return True if value.name in NATIVES or _is_torch_callable(value.name) else lost(machine, "callable")
    answer = machine.has_attribute(value, "__call__") if isinstance(value, Instance) else None
    return lost(machine, "callable", value) if answer is None else answer


def _is_torch_callable(name: str) -> bool:
    from ...ops import lookup

    space, _, last = name.rpartition(".")
    return lookup(name) is not None or (space in ("torch.nn", "torch.nn.modules") and last[:1].isupper())


@native("builtins.type", is_type=True)
def type_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if len(args) == 1:
        return machine.type_of(args[0])
    if len(args) == 3 and isinstance(args[0], str) and isinstance(args[1], tuple) and isinstance(args[2], DictObject):
        return dynamic_class(machine, args[0], args[1], dict(args[2].table))
    return lost(machine, "type", *args)


def dynamic_class(machine: "Machine", name: str, bases: tuple[Value, ...], table: dict[str, Value]) -> Value:
    """A class that a call makes instead of a class statement."""
    site = machine.site
    if site is None:
        return machine.unknown(Why.CONSTRUCT, f"class {name}")
    cls = ClassValue(name, bases, (), site.place, site.file_scope)
    cls.mro = (cls, *linearised(bases))
    cls.table.update(table)
    return cls


@native("builtins.property", "abc.abstractproperty", is_type=True)
def property_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    getter, setter, deleter, _ = bind("property", args, kwargs, fget=None, fset=None, fdel=None, doc=None)
    return Descriptor("property", getter, setter, deleter)


@method("property", "__init__")
def initialise_property(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """A property of the program's own class: what it was made from is there for its ``__get__``."""
    getter, setter, deleter, doc = bind("property", args[1:], kwargs, fget=None, fset=None, fdel=None, doc=None)
    if isinstance(args[0], Instance):
        for name, value in (("fget", getter), ("fset", setter), ("fdel", deleter), ("__doc__", doc)):
            machine.heap.write(args[0].table, name, value)
    return None


@method("property", "getter", "setter", "deleter", least=2)
def with_another(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return lost(machine, "property", *args)


@method("property", "__get__", least=2)
def read_property(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if args[1] is None:
        return args[0]
    return machine.call(machine.get_attribute(args[0], "fget"), [args[1]], {})


@method("property", "__set__", least=3)
def set_property(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    setter = machine.get_attribute(args[0], "fset")
    if setter is None:
        raise PyRaise("AttributeError", "property has no setter")
    return machine.call(setter, args[1:3], {})


for _name in ("staticmethod", "classmethod"):
    native(f"builtins.{_name}", is_type=True, least=1)(lambda machine, args, kwargs, kind=_name: Descriptor(kind, args[0]))  # type: ignore[misc]


# --- exceptions --------------------------------------------------------------------------------------------------


def _initialise_exception(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if args and isinstance(args[0], Instance):
        machine.heap.write(args[0].table, "args", tuple(args[1:]))
    return None


def _register_exception(name: str) -> None:
    def make(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        made = Instance(NATIVES[f"builtins.{name}"])
        made.table["args"] = tuple(args)
        return made

    native(f"builtins.{name}", is_type=True)(make)
    method(name, "__init__")(_initialise_exception)
    method(name, "with_traceback", "add_note")(lambda machine, args, kwargs: args[0])


for _name, _kind in list(vars(builtins).items()):
    if isinstance(_kind, type) and issubclass(_kind, BaseException):
        _register_exception(_name)
