"""Calling values: the user's functions and classes, natives, torch operators, modules."""

import ast
from typing import TYPE_CHECKING, Any

from . import limits
from .abstract import refuse_abstract
from .branches import Signal, choose, settle
from .caches import CachedFunction
from .expressions import Rest
from .extent import bounded, length
from .externals import makes_tensors
from .generators import can_be_followed, generator, yields
from .handing_over import hand_over
from .join import join
from .metaclasses import called_by_metaclass
from .natives import NATIVES, PyRaise
from .values import (
    Alternatives,
    BoundMethod,
    CallSite,
    ClassValue,
    Descriptor,
    DictObject,
    External,
    FunctionValue,
    Instance,
    IteratorObject,
    ListObject,
    Native,
    Partial,
    Place,
    Scope,
    Unknown,
    Value,
    Why,
)

if TYPE_CHECKING:
    from .machine import Machine, Site


def call(m: "Machine", function: Value, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """``function(*args, **kwargs)``; ``site`` is where the call is written."""
    if isinstance(function, FunctionValue):
        return call_function(m, function, args, kwargs, site)
    if isinstance(function, BoundMethod):
        return _call_bound(m, function, args, kwargs, site)
    if isinstance(function, Native):
        return call_native(m, function, args, kwargs)
    if isinstance(function, External):
        return operators.call_external(m, function.name, args, kwargs, site)
    if isinstance(function, ClassValue):
        return instantiate(m, function, args, kwargs, site)
    if isinstance(function, Instance):
        return _call_instance(m, function, args, kwargs, site)
    if isinstance(function, Partial):
        return call(m, function.function, [*function.args, *args], {**function.kwargs, **kwargs}, site)
    if isinstance(function, Alternatives):
        options = [option for option in function.options if option is not None]
        if len(options) == 1:
            return call(m, options[0], args, kwargs, site)
        return choose(m, *(lambda option=option: call(m, option, list(args), dict(kwargs), site) for option in options))
    if isinstance(function, Descriptor) and function.kind == "staticmethod":
        return call(m, function.function, args, kwargs, site)
    if isinstance(function, Unknown):
        hand_over(m, (*args, *kwargs.values()))
        return function
    return Unknown(Why.CONSTRUCT, "a call of something that is not callable")


def call_native(m: "Machine", function: Native, args: list[Value], kwargs: dict[str, Value]) -> Value:
    for arg in args:
        if isinstance(arg, Rest):
            if function.name.endswith(".__init__") and isinstance(args[0], Instance):
                m.heap.write(args[0].hidden, "open", arg.unknown)
                return None
            return m.unknown(arg.unknown.why, arg.unknown.what)
        if isinstance(arg, (tuple, str, ListObject)) and (items := length(arg)) > limits.ITEMS_PER_STEP:
            m.step(items // limits.ITEMS_PER_STEP)
    return function.call(m, args, kwargs)


def _call_bound(m: "Machine", method: BoundMethod, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    function, receiver = method.function, method.receiver
    if isinstance(function, FunctionValue):
        return call_function(m, function, [receiver, *args], kwargs, site, bound=1)
    if isinstance(function, External):
        return operators.call_method(m, function.name, receiver, args, kwargs, site)
    return call(m, function, [receiver, *args], kwargs, site)


def _call_instance(m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    if nn_modules.is_module(m, instance):
        return nn_modules.call_module(m, instance, args, kwargs, site)
    if m.has_attribute(instance, "__call__"):
        return call(m, m.get_attribute(instance, "__call__"), args, kwargs, site)
    return m.unknown(Why.CONSTRUCT, "a call of an object")


def call_function(
    m: "Machine", function: FunctionValue, args: list[Value], kwargs: dict[str, Value], site: "Site | None", bound: int = 0,
) -> Value:
    """Run a user's function in a new frame."""
    m.step()
    if type(function) is not FunctionValue and isinstance(function, CachedFunction):
        return function.result(m, args, kwargs, lambda: call_function(m, function.function, args, kwargs, site, bound))
    decided = m.certain or (m.uncertain <= m.trying and not m.forks)  # a try around it leaves no branch open
    deepest = limits.SAME_FUNCTION_DEPTH if decided else 1 if _says_nothing(args, kwargs) else limits.UNCERTAIN_RECURSION
    if len(m.frames) >= limits.CALL_DEPTH or _depth(m, function) >= deepest:
        return m.unknown(Why.LIMIT, f"recursion in {function.name}")
    scope = Scope(function.scope.file, function.scope.module_name, function.scope)
    bind(m, function, args, kwargs, scope)
    frame = machine.Frame(function, scope, site, bound, m.heap.mark(), m.uncertain, m.forks)
    m.reached.add(id(function.node))
    if isinstance(function.node, ast.FunctionDef) and is_generator(function.node) and can_be_followed(function.node):
        return generator(m, frame)
    m.frames.append(frame)
    loops, m.loops = m.loops, []
    site_before = m.site
    try:
        return _run(m, function, frame)
    finally:
        m.site = site_before
        m.loops = loops
        m.frames.pop()
        m.uncertain, m.forks = frame.uncertain_before, frame.forks_before


def _says_nothing(args: list[Value], kwargs: dict[str, Value]) -> bool:
    """Whether nothing is known of what a function is passed: one call of it within another then finds nothing new."""
    return bool(args) and all(isinstance(value, Unknown) for value in args) and all(isinstance(value, Unknown) for value in kwargs.values())


def _depth(m: "Machine", function: FunctionValue) -> int:
    node, depth = function.node, 0
    for frame in m.frames:
        if frame.function.node is node:
            depth += 1
    return depth


def _run(m: "Machine", function: FunctionValue, frame: Any) -> Value:
    node = function.node
    if isinstance(node, ast.Lambda):
        try:
            return m.evaluate(node.body, frame.scope)
        except PyRaise as error:
            error.during = error.during or Place(frame.scope.file, node.body)
            raise
    m.enter_function(function, frame.scope)
    signal: Signal | None = None
    try:
        signal = statements.execute(m, node.body, frame.scope)
    except PyRaise:
        if not frame.returns:
            raise
        m.heap.undo(frame.mark)
        changes, value = frame.returns.pop()
        m.heap.apply(changes)
        if m.uncertain > frame.uncertain_before:
            m.facts.doubt()  # the exception may be the one that happens
        signal = Signal("return", value)
    if is_generator(node):
        items = tuple(frame.yields)
        lost = next((item.unknown for item in items if isinstance(item, Rest)), None)
        return IteratorObject(items if lost is None else lost)
    value = signal.value if signal is not None else None
    met = settle(m, frame.mark, [changes for changes, _ in frame.returns])
    for where, (_, other) in zip(met, frame.returns, strict=True):
        value = join(value, other, where)
    m.declarations.leave(m, function, value)
    return value


def is_generator(node: Any) -> bool:
    """Whether a function's own body yields."""
    found: bool | None = getattr(node, "is_generator", None)
    if found is None:
        found = any(map(yields, node.body))
        setattr(node, "is_generator", found)  # noqa: B010  (an attribute of ours)
    return found


class _Parameters:
    """What the signature of a function says, read once: ``positional`` names without those of ``keyword_only``."""

    __slots__ = ("by_name", "every", "kwarg", "positional", "vararg")

    def __init__(self, spec: ast.arguments) -> None:
        self.positional = [arg.arg for arg in (*spec.posonlyargs, *spec.args)]
        keyword_only = [arg.arg for arg in spec.kwonlyargs]
        self.by_name = [*self.positional[len(spec.posonlyargs) :], *keyword_only]
        self.every = [*self.positional, *keyword_only]
        self.vararg = spec.vararg.arg if spec.vararg is not None else None
        self.kwarg = spec.kwarg.arg if spec.kwarg is not None else None


def _parameters(spec: ast.arguments) -> _Parameters:
    found: _Parameters | None = getattr(spec, "parameters", None)
    if found is None:
        found = _Parameters(spec)
        setattr(spec, "parameters", found)  # noqa: B010  (an attribute of ours)
    return found


def bind(m: "Machine", function: FunctionValue, args: list[Value], kwargs: dict[str, Value], scope: Scope) -> None:
    """Arguments to parameters, as Python does it; after a :class:`Rest` everything not given is unknown."""
    spec = _parameters(function.node.args)
    table, names = scope.table, spec.positional
    at = next((i for i, arg in enumerate(args) if isinstance(arg, Rest)), None)
    further, given = (None, args) if at is None else (args[at], args[:at])
    rest = further.unknown if further is not None else None
    table.update(zip(names, given, strict=False))
    if spec.vararg is not None:
        table[spec.vararg] = rest if rest is not None else bounded(tuple(given[len(names) :]))
    elif len(given) > len(names):
        raise PyRaise("TypeError", f"{function.name}() takes {len(names)} positional arguments but {len(given)} were given")
    keyword = dict(kwargs)
    for name in spec.by_name if keyword else ():
        if name in keyword:
            if name in table:
                raise PyRaise("TypeError", f"{function.name}() got multiple values for argument '{name}'")
            table[name] = keyword.pop(name)
    if spec.kwarg is not None:
        table[spec.kwarg] = DictObject(keyword, rest)
    elif keyword:
        raise PyRaise("TypeError", f"{function.name}() got an unexpected keyword argument '{next(iter(keyword))}'")
    if len(table) < len(spec.every) + (spec.vararg is not None) + (spec.kwarg is not None):
        _fill_defaults(function, table, spec, None if further is None or further.extra_only else rest)


def _fill_defaults(function: FunctionValue, table: dict[Any, Any], spec: _Parameters, rest: Unknown | None) -> None:
    first, positional = len(spec.positional) - len(function.defaults), len(spec.positional)
    for i, name in enumerate(spec.every):
        if name in table:
            continue
        if rest is not None:
            table[name] = rest
        elif first <= i < positional:
            table[name] = function.defaults[i - first]
        elif name in function.kw_defaults:
            table[name] = function.kw_defaults[name]
        else:
            raise PyRaise("TypeError", f"{function.name}() missing argument '{name}'")


def instantiate(m: "Machine", cls: ClassValue, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """A call of a user's class."""
    if cls.kind == "enum":
        return classes.enum_member(m, cls, args)
    if cls.kind == "typed dict":
        return m.call(NATIVES["builtins.dict"], args, kwargs)
    found = called_by_metaclass(m, cls, args, kwargs, site) if cls.meta is not None else None
    return make(m, cls, args, kwargs, site) if found is None else found[0]


def make(m: "Machine", cls: ClassValue, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """An object of a user's class."""
    if makes_tensors(cls):
        hand_over(m, (*args, *kwargs.values()))
        return m.unknown(Why.CONSTRUCT, f"{cls.name}, a class of tensors")
    try:
        maker = classes.class_lookup(m, cls, "__new__")
        if isinstance(maker, FunctionValue):
            return _made_by_new(m, cls, maker, args, kwargs, site)
    except KeyError:
        pass
    if cls.abstract and not m.exploring:
        refuse_abstract(cls)
    instance = blank(m, cls, site)
    initialise(m, cls, instance, args, kwargs, site)
    return instance


def blank(m: "Machine", cls: ClassValue, site: "Site | None") -> Instance:
    """An object whose ``__init__`` has not run."""
    instance = nn_modules.hold_entries(Instance(cls, created=call_site(site)))
    m.reached.add(id(cls.place.node))
    m.instances.append(instance)
    return instance


def _made_by_new(m: "Machine", cls: ClassValue, maker: FunctionValue, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    made = call_function(m, maker, [cls, *args], kwargs, site, bound=1)
    if isinstance(made, Instance) and isinstance(made.cls, ClassValue) and cls in made.cls.mro:
        initialise(m, made.cls, made, args, kwargs, site)
    elif isinstance(made, Unknown):
        made = nn_modules.hold_entries(Instance(cls, created=call_site(site)))
        initialise(m, cls, made, args, kwargs, site)
    return made


def initialise(m: "Machine", cls: ClassValue, instance: Instance, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> None:
    found = attributes.find_in_mro(m, cls.mro, "__init__")
    if isinstance(found, FunctionValue):
        call_function(m, found, [instance, *args], kwargs, site, bound=1)
    elif isinstance(found, BoundMethod):
        call(m, found.function, [instance, *args], kwargs, site)
    elif found is not None and not isinstance(found, Unknown):
        call(m, BoundMethod(found, instance), args, kwargs, site)


def call_site(site: "Site | None") -> CallSite | None:
    """The places of a call and of its named arguments. Positional ones are named by :func:`argument_places`."""
    if site is None:
        return None
    return CallSite(site.place, {})


from . import attributes, classes, machine, nn_modules, operators, statements  # noqa: E402  (they call in turn)

__all__ = ["ListObject", "bind", "call", "call_function", "call_native", "call_site", "initialise", "instantiate", "is_generator"]
