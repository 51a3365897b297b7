"""The ``nn.Module`` protocol: children, calls, and the methods every module has."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..shapes import Shape
from . import hooks
from .events import InputSource, Refused
from .natives import METHODS, PyRaise, method, native
from .values import (
    Alternatives,
    BoundMethod,
    ClassValue,
    ContainerEntries,
    DictObject,
    External,
    FunctionValue,
    Instance,
    IteratorObject,
    Tensor,
    Unknown,
    Value,
    Why,
)

if TYPE_CHECKING:
    from .machine import Machine, Site

BUFFER = "buffer"  # (BUFFER, name) is an entry of what a module hides: whether the buffer is saved
MODULE, SEQUENTIAL, LIST, DICT = "torch.nn.Module", "torch.nn.Sequential", "torch.nn.ModuleList", "torch.nn.ModuleDict"


PARAMETERS = ("torch.nn.ParameterList", "torch.nn.ParameterDict")


_OTHER_FRAMEWORKS = ("mxnet.", "tensorflow.", "keras.", "paddle.", "flax.", "jax.", "mindspore.")  # whose tensors are none of torch's


def is_module(m: "Machine", value: Value) -> bool:
    """Whether a value is (taken to be) an ``nn.Module``."""
    if not isinstance(value, Instance):
        return False
    if "layer" in value.hidden or value.hidden.get("replaced"):
        return True
    cls = value.cls
    if isinstance(cls, External):
        return cls.name == MODULE or External(MODULE) in externals.external_bases(cls.name)
    if not isinstance(cls, ClassValue):
        return False
    if External(MODULE) in [base for base in cls.mro if isinstance(base, External)]:
        return True
    if any(isinstance(base, External) and base.name.startswith(_OTHER_FRAMEWORKS) for base in cls.mro):
        return False
    opaque = any(isinstance(base, Unknown) or (isinstance(base, External) and not base.name.startswith("typing")) for base in cls.mro)
    return opaque and any(isinstance(base, ClassValue) and "forward" in base.table for base in cls.mro)


def is_registered(m: "Machine", module: Instance, name: str) -> bool:
    """Whether an attribute of a module is a module or a parameter, which torch keeps apart from plain attributes."""
    held = module.table.get(name)
    if isinstance(held, Tensor):
        return held.is_parameter and is_module(m, module)
    return isinstance(held, Instance) and is_module(m, held) and is_module(m, module)


def adopt(m: "Machine", parent: Instance, name: str, child: Value) -> None:
    """Remember under which name a module was first registered."""
    if isinstance(child, Instance) and "name" not in child.hidden and child is not parent and is_module(m, child):
        m.heap.write(child.hidden, "name", name)
        m.heap.write(child.hidden, "owner", parent)


def call_module(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """``module(x)``."""
    if m.module_depth == 0 and not m.shadowing:
        return _outermost(m, instance, args, kwargs, site)
    return _noted(m, instance, args, kwargs, site)


def _noted(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    if instance.hidden.get(hooks.BEFORE) and _own_call(m, instance) is None:
        args, kwargs = hooks.before(m, instance, args, kwargs)
    if m.recorder is None:
        return _call(m, instance, args, kwargs, site)
    return m.recorder.call(m, instance, args, kwargs, lambda: _call(m, instance, args, kwargs, site))


def _outermost(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """The call of a whole model: where torch refuses something in it, the sizes of its input are asked about."""
    first, mark = len(m.events), m.heap.mark()
    m.start_following()
    raised: PyRaise | None = None
    try:
        return _noted(m, instance, args, kwargs, site)
    except PyRaise as error:
        raised = error if error.place is not None and m.certain else None
        raise
    finally:
        refusals = [event for event in m.events[first:] if isinstance(event, Refused) and event.application.certain]
        if refusals or raised is not None or (m.contracts and isinstance(instance.cls, ClassValue)):
            from .shadow import look_again  # few programs need it

            look_again(m, instance, args, kwargs, site, refusals, raised, mark)


def _call(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    outermost = m.module_depth == 0
    if outermost and site is not None and m.source_kind == "call":
        tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
        known = tuple(tensor.shape for tensor in tensors if not tensor.assumed)
        m.source = InputSource(known, m.source_kind, site.place) if known else m.source
    m.module_depth += 1
    try:
        value = _forward(m, instance, args, kwargs, site)
        if instance.hidden.get(hooks.AFTER) and _own_call(m, instance) is None:
            value = hooks.after(m, instance, args, kwargs, value)
        return value
    finally:
        m.module_depth -= 1
        if outermost and m.source_kind == "call":
            m.source = None


def _forward(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    if "forward" not in instance.table and isinstance(instance.cls, External) and instance.cls.name not in (SEQUENTIAL, LIST, DICT, MODULE) \
            and (instance.cls.name, "forward") not in METHODS:
        return layers.apply_layer(m, instance, args, kwargs, site)
    custom = _own_call(m, instance)
    if custom is not None:
        return m.call(custom, args, kwargs, site)
    forward = m.get_attribute(instance, "forward")
    if isinstance(forward, Unknown):
        return Tensor(None)
    return m.call(forward, args, kwargs, site)


def _own_call(m: "Machine", instance: Instance) -> BoundMethod | None:
    """A ``__call__`` that the user wrote, unless it is running already and calls torch's."""
    if not isinstance(instance.cls, ClassValue) or not m.has_attribute(instance, "__call__"):
        return None
    custom = m.get_attribute(instance, "__call__")
    return custom if isinstance(custom, BoundMethod) and not _is_native(custom) and not _runs(m, custom.function, instance) else None


def _runs(m: "Machine", function: Value, instance: Instance) -> bool:
    """Whether a method of this very object is running."""
    return isinstance(function, FunctionValue) and any(
        frame.function.node is function.node and next(iter(frame.scope.table.values()), None) is instance for frame in m.frames
    )


@native("shapelint.module_call", "torch.nn.Module.__call__")
def _module_call(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``super().__call__(x)`` in a ``__call__`` of the program's own: the hooks and ``forward``."""
    if not args or not isinstance(args[0], Instance):
        return Unknown(Why.CONSTRUCT, "Module.__call__")
    instance, given = args[0], args[1:]
    if instance.hidden.get(hooks.BEFORE):
        given, kwargs = hooks.before(m, instance, given, kwargs)
    value = _forward(m, instance, given, kwargs, m.site)
    return hooks.after(m, instance, given, kwargs, value) if instance.hidden.get(hooks.AFTER) else value


def _is_native(value: BoundMethod) -> bool:
    return type(value.function).__name__ == "Native"


def children(m: "Machine", instance: Instance, once: bool = True) -> list[tuple[str, Instance]]:
    """Direct children in the order of registration; each module once, or under each of its names."""
    found: list[tuple[str, Instance]] = []
    seen = {id(instance)}
    for name, value in instance.table.items():
        if isinstance(value, Alternatives):
            value = next((option for option in value.options if isinstance(option, Instance)), None)
        if isinstance(name, str) and isinstance(value, Instance) and id(value) not in seen and is_module(m, value):
            if once:
                seen.add(id(value))
            found.append((name, value))
    return found


def walk(m: "Machine", instance: Instance, prefix: str = "", once: bool = True) -> Iterator[tuple[str, Instance]]:
    """``named_modules()``; where ``once`` is not asked for, a module comes under each of its names."""
    if not once:
        yield from _under_each_name(m, instance, prefix, ())
        return
    seen: set[int] = set()
    ahead = [(prefix, instance)]
    while ahead:
        path, module = ahead.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        yield path, module
        ahead += [(f"{path}.{name}" if path else name, child) for name, child in reversed(children(m, module))]


def _under_each_name(m: "Machine", module: Instance, path: str, above: tuple[Instance, ...]) -> Iterator[tuple[str, Instance]]:
    m.step()
    yield path, module
    for name, child in children(m, module, once=False):
        if child not in above and child is not module:  # torch would not come back from a module that holds itself
            yield from _under_each_name(m, child, f"{path}.{name}" if path else name, (*above, module))


@native("shapelint.object_init")
def _object_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


@native("shapelint.object_setattr", "object.__setattr__", "builtins.object.__setattr__", "torch.nn.Module.__setattr__")
def _object_setattr(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if len(args) != 3:
        raise PyRaise("TypeError", "__setattr__() takes an object, a name and a value")
    instance, name, new = args
    if isinstance(instance, Instance) and isinstance(name, str):
        attributes.set_plainly(m, instance, name, new)
    return None


@native("shapelint.object_delattr", "object.__delattr__", "builtins.object.__delattr__", "torch.nn.Module.__delattr__")
def _object_delattr(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if len(args) != 2:
        raise PyRaise("TypeError", "__delattr__() takes an object and a name")
    if isinstance(args[1], str):
        attributes.delete_plainly(m, args[0], args[1])
    return None


@native("shapelint.object_new")
def _object_new(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """``super().__new__(cls)``."""
    if not args or not isinstance(args[0], ClassValue):
        return Unknown(Why.CONSTRUCT, "object.__new__")
    from .calls import blank

    return blank(m, args[0], m.site)


@native("shapelint.module_getattr")
def _module_getattr(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance, name = args
    if isinstance(instance, Instance) and name in instance.table:
        return instance.table[name]
    raise PyRaise("AttributeError", str(name))


@native("shapelint.object_getattribute", "object.__getattribute__", "builtins.object.__getattribute__", "torch.nn.Module.__getattribute__")
def _object_getattribute(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    if len(args) != 2:
        raise PyRaise("TypeError", "__getattribute__() takes an object and a name")
    instance, name = args
    if isinstance(instance, Instance) and isinstance(name, str):
        return attributes.instance_attribute(m, instance, name)
    return m.get_attribute(instance, name) if isinstance(name, str) else Unknown(Why.ATTRIBUTE, "an attribute")


@method(MODULE, "__init__")
def _module_init(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


def register(m: "Machine", instance: Instance, name: str, child: Value) -> None:
    m.heap.write(instance.table, name, child)
    adopt(m, instance, name, child)


def container_kind(instance: Instance) -> str:
    """Which torch container an instance is, or "" ."""
    names = [base.name for base in (instance.cls.mro if isinstance(instance.cls, ClassValue) else (instance.cls,)) if isinstance(base, External)]
    return next((name for name in names if name in (SEQUENTIAL, LIST, DICT, *PARAMETERS)), "")


def hold_entries(instance: Instance) -> Instance:
    """A new object, whose table knows that it is a container's where it is one."""
    if container_kind(instance):
        instance.table = ContainerEntries(instance)
    return instance


def why_open(instance: Instance) -> Unknown:
    why = instance.hidden.get("open")
    return why if isinstance(why, Unknown) else Unknown(Why.DATA, "a container's content")


def closed(instance: Instance) -> bool:
    return not instance.hidden.get("open")


@method(MODULE, "add_module", "register_module")
def _add_module(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    instance = args[0]
    name = args[1] if len(args) > 1 else kwargs.get("name")
    child = args[2] if len(args) > 2 else kwargs.get("module")
    if isinstance(name, str):
        register(m, instance, name, child)
    else:
        lose(m, instance, name)
    return None


@method(MODULE, "register_buffer")
def _register_buffer(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    name = args[1] if len(args) > 1 else kwargs.get("name")
    value = args[2] if len(args) > 2 else kwargs.get("tensor")
    if isinstance(name, str):
        m.heap.write(args[0].table, name, value)
        kept = args[3] if len(args) > 3 else kwargs.get("persistent", True)
        m.heap.write(args[0].hidden, (BUFFER, name), m.truth(kept))  # of None too: a tensor that is set later is a buffer
    return None


@method(MODULE, "register_parameter")
def _register_parameter(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    name = args[1] if len(args) > 1 else kwargs.get("name")
    if isinstance(name, str):
        m.heap.write(args[0].table, name, args[2] if len(args) > 2 else kwargs.get("param"))
    return None


@method(MODULE, "children")
def _children(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(child for _, child in children(m, args[0])) if closed(args[0]) else why_open(args[0]))


@method(MODULE, "named_children")
def _named_children(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(children(m, args[0])) if closed(args[0]) else why_open(args[0]))


@method(MODULE, "modules")
def _modules(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(tuple(module for _, module in walk(m, args[0])))


@method(MODULE, "named_modules")
def _named_modules(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = dict(zip(("memo", "prefix", "remove_duplicate"), args[1:], strict=False)) | kwargs
    prefix, once = given.get("prefix", ""), m.truth(given.get("remove_duplicate", True))
    if not isinstance(prefix, str) or once is None or given.get("memo") is not None:
        return IteratorObject(Unknown(Why.ARGUMENT, "the modules of a module"))
    return IteratorObject(tuple(walk(m, args[0], prefix, once)))


@method(MODULE, "get_submodule")
def _get_submodule(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    found = args[0]
    if len(args) < 2 or not isinstance(args[1], str):
        return Unknown(Why.ARGUMENT, "get_submodule")
    for part in args[1].split(".") if args[1] else []:
        found = m.get_attribute(found, part)
    return found


def parameter_of(instance: Instance, name: str, shape: Shape) -> Tensor:
    """A parameter of a torch layer: the same tensor each time, so that one that two layers share is seen to be one."""
    owner, made = instance.hidden.get("parameters", (0, {}))
    if owner != id(instance):  # the layer is a copy of another one
        owner, made = instance.hidden["parameters"] = (id(instance), {})
    found: Tensor | None = made.get(name)
    if found is None or found.shape != shape:
        found = made[name] = Tensor(shape, "float", is_parameter=True)
    return found


def own_tensors(m: "Machine", instance: Instance) -> list[tuple[str, Value]]:
    """The parameters of a module itself, by name; one that the program replaced, or took away, as it is now."""
    layer = instance.layer
    own: dict[str, Value] = {name: parameter_of(instance, name, shape) for name, shape in layer.parameters().items()} if layer else {}
    for name, value in instance.table.items():
        if name in own and not isinstance(value, Tensor):
            del own[name]
        elif isinstance(value, Tensor) and value.is_parameter:
            own[str(name)] = value
    return list(own.items())


def own_buffers(instance: Instance, saved: bool = False) -> list[tuple[str, Value]]:
    """The buffers of a module itself, by name; with ``saved`` those that its state holds."""
    made: dict[str, Value] = {}
    if instance.layer is not None and "buffers" not in instance.hidden:
        instance.hidden["buffers"] = {name: Tensor(shape, "float", None) for name, shape in instance.layer.buffers().items()}
    made.update(instance.hidden.get("buffers", {}))
    made.update({name: value for name, value in instance.table.items() if (BUFFER, name) in instance.hidden and isinstance(value, Tensor)})
    return [(name, value) for name, value in made.items() if not saved or instance.hidden.get((BUFFER, name)) is not False]


Named = Callable[[Instance], list[tuple[str, Value]]]


def _all_named(m: "Machine", own: Named, args: list[Value], kwargs: dict[str, Value]) -> "tuple[tuple[str, Value], ...] | Unknown":
    """What modules have, by their names: ``named_parameters(prefix, recurse, remove_duplicate)``."""
    given = dict(zip(("prefix", "recurse", "remove_duplicate"), args[1:], strict=False)) | kwargs
    prefix, recurse, once = given.get("prefix", ""), m.truth(given.get("recurse", True)), m.truth(given.get("remove_duplicate", True))
    if not isinstance(prefix, str) or recurse is None or once is None:
        return Unknown(Why.ARGUMENT, "the parameters of a module")
    found, seen = [], set()
    for path, module in walk(m, args[0], prefix, once) if recurse else [(prefix, args[0])]:
        for name, tensor in own(module):
            if not once or id(tensor) not in seen:
                seen.add(id(tensor))
                found.append((f"{path}.{name}" if path else name, tensor))
    return tuple(found)


@method(MODULE, "named_parameters")
def _named_parameters(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(_all_named(m, lambda module: own_tensors(m, module), args, kwargs))


@method(MODULE, "parameters")
def _parameters(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    found = _all_named(m, lambda module: own_tensors(m, module), [args[0], "", *args[1:]], kwargs)
    return IteratorObject(found if isinstance(found, Unknown) else tuple(tensor for _, tensor in found))


@method(MODULE, "named_buffers")
def _named_buffers(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return IteratorObject(why_open(args[0]) if not _all_closed(m, args[0]) else _all_named(m, own_buffers, args, kwargs))


@method(MODULE, "buffers")
def _buffers(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    found = why_open(args[0]) if not _all_closed(m, args[0]) else _all_named(m, own_buffers, [args[0], "", *args[1:]], kwargs)
    return IteratorObject(found if isinstance(found, Unknown) else tuple(tensor for _, tensor in found))


def _all_closed(m: "Machine", instance: Instance) -> bool:
    """Whether it is known of every module what it holds."""
    return all(closed(module) and (isinstance(module.cls, ClassValue) or module.layer is not None or container_kind(module)) for _, module in walk(m, instance))


@method(MODULE, "state_dict")
def _state_dict(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    given = [args[0], kwargs.get("prefix", ""), True, False]
    found = _all_named(m, lambda module: [*own_tensors(m, module), *own_buffers(module, saved=True)], given, {})
    rest = None if _all_closed(m, args[0]) else Unknown(Why.CONSTRUCT, "buffers of a state_dict")
    return DictObject(rest=found) if isinstance(found, Unknown) else DictObject(dict(found), rest, kind="OrderedDict")


@method(MODULE, "get_parameter", "get_buffer")
def _get_tensor(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _get_submodule(m, args, kwargs)


@method(MODULE, "apply")
def _apply(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Children come before the module that holds them; one that two modules hold is met twice."""
    for _, child in children(m, args[0]):
        m.call(m.get_attribute(child, "apply"), [args[1]], {})
    m.call(args[1], [args[0]], {})
    return args[0]


@method(MODULE, "train")
def _train(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    mode = args[1] if len(args) > 1 else kwargs.get("mode", True)
    answer = m.truth(mode)
    for _, module in walk(m, args[0]):
        if answer is True and module.hidden.get("training") is False:
            m.heap.delete(module.hidden, "training")  # back to what it was before: nobody has chosen a mode
        else:
            m.heap.write(module.hidden, "training", Unknown(Why.DATA, "training") if answer is None else answer)
    return args[0]


def set_training(m: "Machine", module: Instance, mode: Value) -> None:
    """``module.training = mode``: for this module alone. True is what it is anyway, where nobody has chosen a mode."""
    if mode is not True:
        m.heap.write(module.hidden, "training", mode)
    elif "training" in module.hidden:
        m.heap.delete(module.hidden, "training")


@method(MODULE, "_get_name")
def _get_name(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return m.get_attribute(m.type_of(args[0]), "__name__")


@method(MODULE, "eval")
def _eval(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return _train(m, [args[0], False], {})


@method(MODULE, "to", "cuda", "cpu", "float", "double", "half", "bfloat16", "type", "requires_grad_", "share_memory", "to_empty", "compile", "xpu")
def _itself(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return args[0]


@method(MODULE, "zero_grad", "load_state_dict", "register_backward_hook", "register_full_backward_hook",
        "register_load_state_dict_post_hook", "_register_load_state_dict_pre_hook", "register_state_dict_pre_hook", "extra_repr",
        "save_hyperparameters", "log", "log_dict", "print", "__setstate__", "reset_parameters")
def _ignored(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
    return None


def lose(m: "Machine", instance: Instance, why: Value) -> None:
    m.heap.write(instance.hidden, "open", why if isinstance(why, Unknown) else Unknown(Why.DATA, "a container's content"))


from . import attributes, externals, layers  # noqa: E402  (layers are modules in turn)
