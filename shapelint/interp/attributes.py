"""Reading and writing attributes."""

import ast
import builtins
from typing import TYPE_CHECKING

from ..dims import Expr
from ..ops import Layer
from ..ops.kinds import Kind
from ..shapes import Shape
from .arguments import raw
from .code_objects import code_of
from .mangling import mangled
from .metaclasses import is_descriptor, of_class, read, written
from .natives import METHODS, NAMED_CONSTANTS, NATIVES, PyRaise
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    Descriptor,
    DictObject,
    External,
    FunctionValue,
    Informed,
    Instance,
    IteratorObject,
    ListObject,
    ModuleValue,
    Native,
    Partial,
    Scope,
    SetObject,
    SliceValue,
    SuperValue,
    Tensor,
    Unknown,
    Value,
    Why,
)
from .views import DictView

if TYPE_CHECKING:
    from .machine import Machine

_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "int"), (int, "int"), (float, "float"), (str, "str"), (bytes, "bytes"), (ListObject, "list"), (DictObject, "dict"), (SetObject, "set"),
    (tuple, "tuple"), (range, "range"), (IteratorObject, "iterator"), (Expr, "int"), (complex, "complex"), (SliceValue, "slice"),
)


def get_attribute(m: "Machine", value: Value, name: str) -> Value:
    """``value.name``. PyRaise("AttributeError") where Python certainly raises it."""
    if isinstance(value, Instance):
        reader = _reader(value)
        return instance_attribute(m, value, name) if reader is None else m.call(BoundMethod(reader, value), [name], {})
    if isinstance(value, Tensor):
        return tensors.tensor_attribute(m, m.solid((value,))[0], name)
    if isinstance(value, External):
        return external(m, f"{value.name}.{name}")
    if isinstance(value, ModuleValue):
        return m.imports.attribute(m, value, name)
    if isinstance(value, Unknown):
        known = METHODS.get((value.methods, name)) if isinstance(value, Informed) else None
        return value if known is None else BoundMethod(known, value)
    if isinstance(value, ClassValue):
        return _class(m, value, name)
    if isinstance(value, SuperValue):
        return _super(m, value, name)
    if isinstance(value, Alternatives):
        return _alternatives(m, value, name)
    if isinstance(value, (FunctionValue, Native, BoundMethod, Partial)):
        return _function(m, value, name)
    return _builtin(m, value, name)


def external(m: "Machine", name: str) -> Value:
    """An attribute of a package outside: a constant we know, or its dotted name."""
    if name in NAMED_CONSTANTS:
        return NAMED_CONSTANTS[name]
    if name.endswith((".__name__", ".__qualname__")):
        return name.split(".")[-2]
    return External(name)


def _alternatives(m: "Machine", value: Alternatives, name: str) -> Value:
    options = [option for option in value.options if option is not None]
    if len(options) == 1:
        return get_attribute(m, options[0], name)
    return branches.choose(m, *(lambda option=option: get_attribute(m, option, name) for option in options))


def _builtin(m: "Machine", value: Value, name: str) -> Value:
    if isinstance(value, SliceValue) and name in ("start", "stop", "step"):
        return getattr(value, name)
    if isinstance(value, range) and name in ("start", "stop", "step"):
        return int(getattr(value, name))
    if name == "maxlen" and isinstance(value, ListObject) and value.kind == "deque":
        return value.maxlen
    names = getattr(value, "names", ()) if isinstance(value, tuple) else ()  # the named tuple of an operator's results
    if name in names:
        return value[names.index(name)]
    for kind, type_name in _TYPE_NAMES:
        if isinstance(value, kind):
            found = METHODS.get((type_name, name))
            if found is not None:
                return BoundMethod(found, value)
            if isinstance(value, tuple) and name == "numel":
                return BoundMethod(NATIVES["math.prod"], value)
            if name == "__class__":
                return m.type_of(value)
            if name in ("real", "numerator"):
                return value.real if isinstance(value, complex) else value
            if name in ("imag", "denominator") and isinstance(value, (int, float, complex)) and hasattr(value, name):
                return getattr(value, name)
            if hasattr(kind, name) or not _is_plain(value) or hasattr(getattr(builtins, type_name), name):
                return Unknown(Why.ATTRIBUTE, f"{type_name}.{name}")
            raise PyRaise("AttributeError", f"'{type_name}' object has no attribute '{name}'")
    if isinstance(value, DictView):
        return _of_view(m, value, name)
    if value is None and hasattr(None, name):
        return m.type_of(None) if name == "__class__" else Unknown(Why.ATTRIBUTE, f"NoneType.{name}")
    if value is None:
        raise PyRaise("AttributeError", f"None has no attribute '{name}'")
    return Unknown(Why.ATTRIBUTE, name)


def _of_view(m: "Machine", value: DictView, name: str) -> Value:
    if name == "__class__":
        return m.type_of(value)
    if not hasattr(getattr({}, value.kind)(), name):
        raise PyRaise("AttributeError", f"'{value.name}' object has no attribute '{name}'")
    found = METHODS.get(("dict_view", name))
    return Unknown(Why.ATTRIBUTE, f"{value.name}.{name}") if found is None else BoundMethod(found, value)


def _is_plain(value: Value) -> bool:
    """Whether a value is of the built-in type that it looks like: a number may be one of numpy's, and a tuple the named one of an operator."""
    if isinstance(value, (ListObject, DictObject)):
        return value.kind in ("list", "dict")
    return isinstance(value, str) or (isinstance(value, tuple) and not hasattr(value, "names"))


def _function(m: "Machine", value: Value, name: str) -> Value:
    if isinstance(value, FunctionValue) and name in value.table:
        return value.table[name]
    if name in ("__name__", "__qualname__"):
        return _function_name(value, name)
    if name == "__module__" and isinstance(value, FunctionValue):
        return value.scope.module_name
    if name in ("__doc__", "__defaults__") and isinstance(value, FunctionValue):
        return (value.defaults or None) if name == "__defaults__" else _docstring(value)
    if name == "__kwdefaults__" and isinstance(value, FunctionValue):
        return DictObject(dict(value.kw_defaults)) if value.kw_defaults else None
    if name == "__class__" and isinstance(value, FunctionValue):
        return External("builtins.function")
    if name == "__code__" and isinstance(value, FunctionValue):
        return code_of(value)
    if name in ("__doc__", "__annotations__", "__code__", "__defaults__", "__kwdefaults__", "__globals__", "__class__", "__dict__"):
        return Unknown(Why.ATTRIBUTE, name)
    if isinstance(value, BoundMethod) and isinstance(value.receiver, Tensor):
        return Unknown(Why.ATTRIBUTE, f"tensor.{name}")
    if isinstance(value, Partial) and name in ("func", "args", "keywords"):
        return {"func": value.function, "args": value.args, "keywords": DictObject(dict(value.kwargs))}[name]
    if isinstance(value, BoundMethod):
        if name == "__self__":
            return value.receiver
        return get_attribute(m, value.function, name)
    if isinstance(value, Native) and value.is_type:
        found = METHODS.get((value.name.rpartition(".")[2], name))
        if found is not None:
            return found
        full = NATIVES.get(f"{value.name}.{name}")
        if full is not None:
            return full
    if name == "__wrapped__" or (isinstance(value, FunctionValue) and not hasattr(_Plain.method, name)):
        raise PyRaise("AttributeError", name)
    return Unknown(Why.ATTRIBUTE, name)


def _function_name(value: Value, name: str) -> Value:
    if isinstance(value, BoundMethod):
        return _function_name(value.function, name)
    if not isinstance(value, (FunctionValue, Native)):
        return Unknown(Why.ATTRIBUTE, name)
    short = value.name.rpartition(".")[2]
    if name == "__qualname__" and isinstance(value, FunctionValue) and not _at_top(value.scope):
        outermost = value.owner is not None and value.scope is value.owner.scope and _at_top(value.scope.parent)
        return f"{value.owner.name}.{short}" if outermost and value.owner is not None else Unknown(Why.ATTRIBUTE, "the qualified name of a nested function")
    return short


def _at_top(scope: "Scope | None") -> bool:
    """Whether a scope is that of a module."""
    return scope is not None and scope.parent is None


def _docstring(value: FunctionValue) -> Value:
    return None if isinstance(value.node, ast.Lambda) else ast.get_docstring(value.node)


def find_in_mro(m: "Machine", mro: tuple[Value, ...], name: str) -> Value:
    """The first class attribute called ``name``: the user's, or a native of an external base. None if there is none."""
    for base in mro:
        if isinstance(base, ClassValue):
            if name in base.table:
                if m.imports.deferral.waiting:
                    m.imports.deferral.reads(m, name, base.table[name])
                return _unless_hidden(mro, base, name)
        elif isinstance(base, External):
            found = METHODS.get((base.name.removeprefix("collections."), name))
            if found is not None:
                return found
            member = layers.base_member(m, base.name, name)
            if member is not None:
                return member
        elif isinstance(base, Native):
            found = METHODS.get((base.name.rpartition(".")[2], name)) or NATIVES.get(f"{base.name}.{name}")
            if found is not None:
                return found
        elif isinstance(base, Unknown):
            return base
    return None


def _unless_hidden(mro: tuple[Value, ...], owner: ClassValue, name: str) -> Value:
    """The method of a class, unless one before it that is not read has such a method too: most have these."""
    if (name.startswith("__") or name == "forward") and mro[0] is not owner:
        unread = next((base for base in mro[: mro.index(owner)] if externals.may_bring(base)), None)
        if unread is not None:
            return Unknown(Why.IMPORT, f"{unread.name}.{name}")
    return owner.table[name]


def _is_none(mro: tuple[Value, ...], name: str) -> bool:
    """Whether the class attribute called ``name`` is there, and is None."""
    for base in mro:
        if not isinstance(base, ClassValue):
            return False
        if name in base.table:
            return base.table[name] is None
    return False


def _bind(m: "Machine", found: Value, receiver: Value, cls: Value) -> Value:
    if isinstance(found, (FunctionValue, Native)):
        return BoundMethod(found, receiver)
    if isinstance(found, Descriptor):
        if found.kind in ("property", "cached"):
            return m.call(found.function, [receiver], {})
        return found.function if found.kind == "staticmethod" else BoundMethod(found.function, cls)
    if isinstance(found, Partial):
        return found
    return found


def _reader(value: Instance) -> FunctionValue | None:
    """The ``__getattribute__`` that a class of the program's own has: it reads every attribute."""
    if isinstance(value.cls, ClassValue):
        for base in value.cls.mro:
            if isinstance(base, ClassValue) and "__getattribute__" in base.table:
                found = base.table["__getattribute__"]
                return found if isinstance(found, FunctionValue) else None
    return None


def instance_attribute(m: "Machine", value: Instance, name: str) -> Value:
    """As ``object.__getattribute__`` reads it, and ``__getattr__`` where that finds nothing."""
    cls = value.cls
    mro: tuple[Value, ...] = cls.mro if isinstance(cls, ClassValue) else _external_mro(cls)
    if isinstance(cls, ClassValue):
        for base in cls.mro:
            if isinstance(base, ClassValue) and name in base.table:
                if (found := _described(m, base.table[name], value, cls, name)) is not None:
                    return found[0]
                if nn_modules.is_registered(m, value, name):  # torch finds modules and parameters by __getattr__: what the class has comes first
                    return _bind(m, base.table[name], value, cls)
                break
    if name in value.table:
        return value.table[name]
    if name == "__class__":
        return cls
    if name == "__dict__":
        rest = Unknown(Why.CONSTRUCT, "what a module holds besides its attributes") if nn_modules.is_module(m, value) else None
        return DictObject(value.table, rest, shared=True)
    if name == "__module__" and isinstance(cls, ClassValue):
        return cls.scope.module_name
    if name in registered.REGISTRIES and nn_modules.is_module(m, value):
        return registered.registry(m, value, name)
    found = find_in_mro(m, mro, name)
    if found is not None:
        return _bind(m, found, value, cls)
    if _is_none(mro, name) or layers.is_left_out(value, name):
        return None
    own = layers.layer_attribute(m, value, name)
    if own is not None:
        return own
    if isinstance(cls, ClassValue) and not (name.startswith("__") and name.endswith("__")):
        getter = find_in_mro(m, mro, "__getattr__")
        if isinstance(getter, FunctionValue):
            return m.call(BoundMethod(getter, value), [name], {})
    if name == "training":
        return value.hidden.get("training", True)
    if name in ("__doc__", "__annotations__", "__weakref__"):
        return Unknown(Why.ATTRIBUTE, name)
    if isinstance(cls, ClassValue) and not m.exploring and not value.hidden.get("open") and not any(externals.may_bring(base, name) for base in mro):
        raise PyRaise("AttributeError", f"'{cls.name}' object has no attribute '{name}'")
    if externals.is_bare(cls, name) and not m.exploring and not value.hidden.get("open"):
        raise PyRaise("AttributeError", f"the object has no attribute '{name}'")
    return Unknown(Why.ATTRIBUTE, name)


def _described(m: "Machine", written: Value, value: Instance, cls: Value, name: str) -> tuple[Value] | None:
    """What a descriptor in the class gives, in a tuple; None where an attribute of the object itself comes first, or there is no descriptor."""
    if isinstance(written, Descriptor):
        if written.kind != "cached":
            return (_bind(m, written, value, cls),)
        if name not in value.table:
            m.heap.write(value.table, name, _bind(m, written, value, cls))
        return None
    if is_descriptor(written) and (name not in value.table or is_descriptor(written, "__set__")):
        return (read(m, written, value, cls),)
    return None


def _external_mro(cls: Value) -> tuple[Value, ...]:
    if not isinstance(cls, External):
        return (cls,)
    return (cls, *externals.external_bases(cls.name))


class _Plain:
    """What every class has, and what every function has."""

    def method(self) -> None: ...


def class_table(cls: ClassValue) -> DictObject:
    """``cls.__dict__``: what the class itself defines, with what Python adds to every class."""
    added = {name: Unknown(Why.ATTRIBUTE, name) for name in ("__doc__", "__weakref__", "__dict__") if name not in cls.table and (name == "__doc__" or not cls.bases)}
    return DictObject({"__module__": cls.scope.module_name, **cls.table, **added})


def _class(m: "Machine", value: ClassValue, name: str) -> Value:
    if name == "__name__" or (name == "__qualname__" and _at_top(value.scope.parent)):
        return value.name
    if name == "__qualname__":
        return Unknown(Why.ATTRIBUTE, "the qualified name of a nested class")
    if name == "__mro__":
        plain = all(isinstance(base, ClassValue) for base in value.mro)
        return (*value.mro, NATIVES["builtins.object"]) if plain else value.mro
    if name == "__bases__":
        return value.bases
    if name == "__module__":
        return value.scope.module_name
    found = find_in_mro(m, value.mro, name)
    if isinstance(found, Descriptor):
        if found.kind == "classmethod":
            return BoundMethod(found.function, value)
        return found.function if found.kind == "staticmethod" else found
    if isinstance(found, Native) and found.is_class_method:
        return BoundMethod(found, value)
    if is_descriptor(found):
        return read(m, found, None, value)
    if found is None and _is_none(value.mro, name):
        return None
    if found is None:
        found = of_class(m, value, name)
    if found is not None:
        return found
    if name == "__dict__":
        return class_table(value)
    if any(not isinstance(base, ClassValue) for base in value.mro) or hasattr(_Plain, name):
        return Unknown(Why.ATTRIBUTE, name)
    raise PyRaise("AttributeError", f"type object '{value.name}' has no attribute '{name}'")


def _super(m: "Machine", value: SuperValue, name: str) -> Value:
    receiver = value.receiver
    cls = receiver.cls if isinstance(receiver, Instance) else receiver
    mro = cls.mro if isinstance(cls, ClassValue) else value.after.mro
    if isinstance(receiver, ClassValue) and receiver.meta is not None and value.after not in mro and value.after in receiver.meta.mro:
        cls, mro = receiver.meta, receiver.meta.mro  # in a metaclass, whose objects are classes
    position = next((i for i, base in enumerate(mro) if base is value.after), 0)
    found = find_in_mro(m, mro[position + 1 :], name)
    if found is None and _is_none(mro[position + 1 :], name):
        return None
    if found is None:
        if name in ("__init__", "__init_subclass__"):
            return NATIVES["shapelint.object_init"]
        if name in ("__setattr__", "__delattr__"):
            return BoundMethod(NATIVES[f"shapelint.object_{name.strip('_')}"], receiver)
        if name == "__new__":
            return NATIVES["shapelint.object_new"]
        if name == "__call__" and isinstance(receiver, Instance) and nn_modules.is_module(m, receiver):
            return BoundMethod(NATIVES["shapelint.module_call"], receiver)
        if name == "__getattr__" or name == "__getattribute__":
            return BoundMethod(NATIVES["shapelint.module_getattr" if name == "__getattr__" else "shapelint.object_getattribute"], receiver)
        return Unknown(Why.ATTRIBUTE, f"super().{name}")
    return _bind(m, found, receiver, cls)


def has_attribute(m: "Machine", value: Value, name: str) -> bool | None:
    """``hasattr(value, name)``."""
    if isinstance(value, Instance) and _reader(value) is None:
        if name in value.table:
            return True
        cls = value.cls
        mro = cls.mro if isinstance(cls, ClassValue) else _external_mro(cls)
        found = find_in_mro(m, mro, name)
        if isinstance(found, Unknown):
            return None
        if found is not None or _is_none(mro, name) or layers.is_left_out(value, name):
            return True
        own = layers.layer_attribute(m, value, name)
        if own is not None:
            return None if isinstance(own, Unknown) else True
        if isinstance(cls, ClassValue) and not name.startswith("__") and isinstance(find_in_mro(m, mro, "__getattr__"), FunctionValue):
            return _answered(m, value, name)
        return False if not value.hidden.get("open") and not any(externals.may_bring(base, name) for base in mro) else None
    if isinstance(value, Unknown):
        return None
    return _answered(m, value, name)


def _answered(m: "Machine", value: Value, name: str) -> bool | None:
    try:
        found = get_attribute(m, value, name)
    except PyRaise:
        return False
    return None if isinstance(found, Unknown) else True


def set_attribute(m: "Machine", value: Value, name: str, new: Value) -> None:
    """``value.name = new``."""
    if isinstance(value, Instance):
        _set_instance(m, value, name, new)
    elif isinstance(value, (ClassValue, FunctionValue)):
        m.heap.write(value.table, name, new)
    elif isinstance(value, ModuleValue):
        if name in value.scope.table or not m.imports.has_run(value.scope.file.path):
            m.imports.deferral.settle(m)  # who imported the name has the old value
        m.imports.run(m, value)  # its body comes first, and would write over the name later
        m.heap.write(value.scope.table, name, new)
    elif isinstance(value, Tensor) and name == "data":
        m.become(value, new if isinstance(new, Tensor) else Tensor(None, value.dtype))
    elif isinstance(value, Alternatives):
        for option in value.options:
            if isinstance(option, Instance):
                m.heap.write(option.table, name, m.unknown(Why.JOIN, name))


def _set_instance(m: "Machine", value: Instance, name: str, new: Value) -> None:
    setter = find_in_mro(m, value.cls.mro, "__setattr__") if isinstance(value.cls, ClassValue) else None
    if isinstance(setter, FunctionValue):
        m.call(BoundMethod(setter, value), [name, new], {})
    elif isinstance(setter, Native) and setter.name == "__setattr__":
        m.call(setter, [value, name, new], {})
    else:
        set_plainly(m, value, name, new)


def set_plainly(m: "Machine", value: Instance, name: str, new: Value) -> None:
    """``object.__setattr__``."""
    if name in _TABLES and (name == "__dict__" or nn_modules.is_module(m, value)):
        if name == "__dict__":
            _replace_table(m, value, new)
        else:
            registered.replace_registry(m, value, name, new)
        return
    if isinstance(value.cls, ClassValue):
        found = written(value.cls, name)
        if isinstance(found, Descriptor) and found.setter is not None:
            m.call(found.setter, [value, new], {})
            return
        if isinstance(found, Descriptor) and found.kind == "property" and not nn_modules.is_module(m, value):
            raise PyRaise("AttributeError", f"property '{name}' of '{value.cls.name}' object has no setter")
        if "__slots__" in value.cls.table and _left_out(value.cls, name):
            raise PyRaise("AttributeError", f"'{value.cls.name}' object has no attribute '{name}'")
        if is_descriptor(found, "__set__"):
            m.call(m.get_attribute(found, "__set__"), [value, new], {})
            return
    layer = value.layer
    if layer is not None and any(param.name == name and param.kind is not Kind.IGNORED for param in layer.op.params) and name != "bias":
        _change_layer(m, value, layer.op.changed(layer, name, raw(new)))  # a field that the layer reads when it runs
    elif layer is not None and name in layer.parameters() and _other_weight(layer.parameters()[name], name, new):
        _change_layer(m, value, None)
    if name == "training" and nn_modules.is_module(m, value):
        nn_modules.set_training(m, value, new)
        return
    m.heap.write(value.table, name, new)
    nn_modules.adopt(m, value, name, new)


def _replace_table(m: "Machine", value: Instance, new: Value) -> None:
    """``self.__dict__ = self``: from now on the attributes are the entries of a dict."""
    held = new.hidden.get("payload") if isinstance(new, Instance) else new
    if isinstance(held, DictObject) and held.opaque["rest"] is None and m.certain:
        value.table = held.table
    else:
        m.heap.write(value.hidden, "open", Unknown(Why.CONSTRUCT, "another __dict__"))


def _left_out(cls: ClassValue, name: str) -> bool:
    """Whether an attribute is none of the ``__slots__`` of a class all of whose bases have them."""
    for base in cls.mro:
        slots = base.table.get("__slots__") if isinstance(base, ClassValue) else None
        names = slots.table["items"] if isinstance(slots, ListObject) else (slots,) if isinstance(slots, str) else slots
        if not isinstance(names, tuple) or any(not isinstance(item, str) for item in names):
            return False
        if "__dict__" in names or any(mangled(item, base.name) == name for item in names):
            return False
    return not any(isinstance(base, ClassValue) and name in base.table for base in cls.mro)


def _change_layer(m: "Machine", instance: Instance, layer: "Layer | None") -> None:
    """The operator that a module runs from now on; None: it is not known any more."""
    m.heap.write(instance.hidden, "layer", layer)
    if layer is None:
        m.heap.write(instance.hidden, "replaced", True)


def _other_weight(shape: Shape, name: str, new: Value) -> bool:
    """Whether a parameter is replaced by one that changes what the layer does to shapes."""
    if new is None:
        return name != "bias"
    return not (isinstance(new, Tensor) and new.shape == shape)


def delete_attribute(m: "Machine", value: Value, name: str) -> None:
    """``del value.name``."""
    if isinstance(value, Instance) and isinstance(value.cls, ClassValue):
        own = written(value.cls, "__delattr__")
        if isinstance(own, FunctionValue):
            m.call(BoundMethod(own, value), [name], {})
            return
    delete_plainly(m, value, name)


def delete_plainly(m: "Machine", value: Value, name: str) -> None:
    """``object.__delattr__``."""
    if isinstance(value, Instance) and isinstance(value.cls, ClassValue):
        found = written(value.cls, name)
        if isinstance(found, Descriptor) and found.deleter is not None:
            m.call(found.deleter, [value], {})
            return
    if isinstance(value, (Instance, ClassValue)):
        m.heap.delete(value.table, name)


from . import branches, externals, layers, nn_modules, registered, tensors  # noqa: E402  (they read attributes in turn)

_TABLES = frozenset({"__dict__", *registered.REGISTRIES})

__all__ = ["delete_attribute", "external", "find_in_mro", "get_attribute", "has_attribute", "set_attribute"]
