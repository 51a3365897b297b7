"""Strings: methods of str and bytes, and turning values into text (``str``, ``repr``, f-strings, ``%``, ``format``)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import limits
from ..metaclasses import written
from ..natives import NATIVES, PyRaise
from ..raising import is_exception
from ..values import Alternatives, ClassValue, FunctionValue, Instance, Native, Unknown, Value
from .support import (
    RAISED,
    REQUIRED,
    Args,
    Kwargs,
    NotConstant,
    apply,
    bind,
    listed,
    lost,
    method,
    native,
    over_options,
    own,
    to_python,
    too_much,
    unsaid,
)

if TYPE_CHECKING:
    from ..machine import Machine

_PLAIN = (
    "lower", "upper", "title", "capitalize", "swapcase", "casefold", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "partition",
    "rpartition", "startswith", "endswith", "find", "rfind", "index", "rindex", "count", "isdigit", "isalpha", "isalnum", "isnumeric", "isdecimal",
    "isidentifier", "islower", "isupper", "isspace", "istitle", "isascii", "isprintable", "removeprefix", "removesuffix", "encode", "translate",
    "__len__", "__contains__", "__eq__", "__ne__", "__add__", "__lt__",
)
_GROWING = ("center", "ljust", "rjust", "zfill", "expandtabs", "__mul__", "__rmul__")


def _lift(name: str, function: Callable[..., Any], kind: str = "str") -> None:
    @method(kind, name)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        return apply(machine, f"{kind}.{name}", function, map(own, args), kwargs)


def _grow(name: str, function: Callable[..., Any]) -> None:
    @method("str", name)
    def call(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if any(isinstance(arg, int) and arg > limits.TEXT_LENGTH for arg in args):
            return too_much(machine, f"str.{name}")
        return apply(machine, f"str.{name}", function, [own(args[0]), *args[1:]], kwargs)


for _name in _PLAIN:
    _lift(_name, getattr(str, _name))
for _name in _GROWING:
    _grow(_name, getattr(str, _name))
for _name in ("decode", "startswith", "endswith", "hex", "split", "strip", "find", "__len__"):
    _lift(_name, len if _name == "__len__" else getattr(bytes, _name), "bytes")
native("builtins.str.maketrans")(lambda machine, args, kwargs: apply(machine, "str.maketrans", str.maketrans, args, kwargs))


@method("str", "replace")
def replace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    lengths = [len(arg) for arg in args if isinstance(arg, str)]
    if len(lengths) == 3 and (lengths[0] + 1) * lengths[2] > limits.TEXT_LENGTH * 10:
        return too_much(machine, "str.replace")
    return apply(machine, "str.replace", str.replace, [own(args[0]), *args[1:]], kwargs)


@method("str", "join")
def join_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    separator, iterable = bind("join", args, kwargs, self=REQUIRED, iterable=REQUIRED)
    items = listed(machine, iterable)
    if items is None:
        return lost(machine, "str.join", iterable)
    if sum(len(item) for item in (*items, separator) if isinstance(item, str)) > limits.TEXT_LENGTH:
        return too_much(machine, "str.join")
    return apply(machine, "str.join", lambda between, parts: between.join(parts), [own(separator), tuple(map(own, items))])


@method("str", "__getitem__", least=2)
def getitem(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return machine.get_item(own(args[0]), args[1])


# --- text of values ------------------------------------------------------------------------------------------------


def text(machine: "Machine", value: Value, how: str) -> "str | Unknown":
    """``str(value)`` (``how="s"``) or ``repr(value)`` ("r")."""
    if isinstance(value, str) and how == "s":
        return value
    if isinstance(value, Instance):
        return _text_of_object(machine, value, how)
    if isinstance(value, Native) and value.is_type and value.name.startswith("builtins."):
        return f"<class '{value.name.partition('.')[2]}'>"
    if isinstance(value, ClassValue) and value.meta is None and value.kind != "enum" and value.scope.parent is not None and value.scope.parent.parent is None:
        return f"<class '{value.scope.module_name}.{value.name}'>"
    if isinstance(value, Alternatives):
        found: Any = over_options(value, lambda option: text(machine, option, how))
        return found if isinstance(found, str) else unsaid(machine, "the text of a value")
    try:
        made = str(to_python(value, sets=False)) if how == "s" else repr(to_python(value, sets=False))
    except NotConstant:
        return unsaid(machine, "the text of a value", value)
    except ValueError as error:  # an int of too many digits
        raise PyRaise("ValueError", str(error)) from error
    return made if len(made) <= limits.TEXT_LENGTH else too_much(machine, "text")


def _text_of_object(machine: "Machine", value: Instance, how: str) -> "str | Unknown":
    payload = value.hidden.get("payload")
    names = ("__repr__",) if how != "s" else ("__str__",) if isinstance(payload, str) else ("__str__", "__repr__")
    for name in names:
        own_text = _written(machine, value, name)
        if own_text is not None:
            made = machine.call(own_text, [value], {})
            return made if isinstance(made, str) else unsaid(machine, "the text of an object", made)
    if isinstance(value.hidden.get("path"), str):
        path: str = value.hidden["path"]
        return path if how == "s" else f"PosixPath({path!r})"
    if getattr(value.cls, "kind", "") == "" and (isinstance(payload, (str, int, float, tuple)) or getattr(payload, "kind", "") in ("list", "dict")):
        return text(machine, payload, how)  # of a subclass of a built-in type
    arguments = value.table.get("args")
    if isinstance(arguments, tuple) and is_exception(value.cls):
        return _text_of_exception(machine, value.cls, arguments, how)
    return unsaid(machine, "the text of an object")


def _text_of_exception(machine: "Machine", cls: Value, arguments: tuple[Value, ...], how: str) -> "str | Unknown":
    bases = cls.mro if isinstance(cls, ClassValue) else (cls,)
    single = len(arguments) == 1
    if how == "s" and single and NATIVES["builtins.KeyError"] not in bases:
        return text(machine, arguments[0], "s")
    if how == "s" and not single:
        return text(machine, arguments, "r") if arguments else ""
    inner = text(machine, arguments[0] if single else arguments, "r")
    if how == "s" or isinstance(inner, Unknown):
        return inner
    return f"{cls.name.rpartition('.')[2]}{f'({inner})' if single else inner}"


def _written(machine: "Machine", value: Instance, name: str) -> Value:
    if not isinstance(value.cls, ClassValue):
        return None
    try:
        return machine.class_lookup(value.cls, name)
    except KeyError:
        return None


def format_value(machine: "Machine", value: Value, spec: str, conversion: str = "") -> "str | Unknown":
    """One ``{value!conversion:spec}`` of an f-string."""
    if conversion in ("r", "s"):
        value = text(machine, value, conversion)
    elif conversion == "a":
        found = text(machine, value, "r")
        value = ascii(found)[1:-1] if isinstance(found, str) else found
    if isinstance(value, Instance) and isinstance(value.hidden.get("payload"), str) and getattr(value.cls, "kind", "") == "enum":
        return unsaid(machine, "the text of an enum, which differs between versions of Python")
    if isinstance(value, Instance) and isinstance(value.cls, ClassValue) and isinstance(written(value.cls, "__format__"), FunctionValue):
        made = machine.call(machine.get_attribute(value, "__format__"), [spec], {})
        return made if isinstance(made, (str, Unknown)) else unsaid(machine, "format")
    if not spec:
        return text(machine, value, "s")
    if _is_wide(spec):
        return too_much(machine, "format")
    payload = own(value)
    made = apply(machine, "format", format, [payload, spec])
    return made if isinstance(made, (str, Unknown)) else unsaid(machine, "format")


_WIDEST = 9_999  # characters of a formatted value, where a format takes its width from a value


def _is_wide(template: str) -> bool:
    """Whether a number of more than four digits stands in a format."""
    run = 0
    for character in template:
        run = run + 1 if character.isdigit() else 0
        if run > 4:
            return True
    return False


def _takes_width(template: str) -> bool:
    """Whether a width may be one of the values: ``%*d``, ``{:{}}``."""
    depth = 0
    for character in template:
        depth += (character == "{") - (character == "}")
        if depth > 1 or character == "*":
            return True
    return False


@native("builtins.format")
def format_(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    value, spec = bind("format", args, kwargs, value=REQUIRED, format_spec="")
    return format_value(machine, value, spec) if isinstance(spec, str) else unsaid(machine, "format", spec)


# --- templates -------------------------------------------------------------------------------------------------------


def _printable(machine: "Machine", value: Value) -> Any:
    """A Python object that prints like ``value``. NotConstant where it cannot be known."""
    try:
        return to_python(own(value), sets=False)
    except NotConstant:
        found = text(machine, value, "s")
        if isinstance(found, str):
            return found
        raise


def _filled(machine: "Machine", template: Value, parts: list[Value], named: dict[str, Value], fill: Callable[[Any, list[Any], dict[str, Any]], Any]) -> Value:
    template = own(template)
    if not isinstance(template, str):
        return unsaid(machine, "a template", template)
    try:
        plain = [_printable(machine, part) for part in parts]
        keyword = {name: _printable(machine, part) for name, part in named.items()}
    except NotConstant:
        return unsaid(machine, "a formatted text", *parts, *named.values())
    if _is_wide(template) or (_takes_width(template) and any(type(part) is int and abs(part) > _WIDEST for part in (*plain, *keyword.values()))):
        return too_much(machine, "a formatted text")
    try:
        made = fill(template, plain, keyword)
    except RAISED as error:
        raise PyRaise(type(error).__name__, str(error)) from error
    return made if len(made) <= limits.TEXT_LENGTH else too_much(machine, "a formatted text")


@method("str", "format")
def format_method(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _filled(machine, args[0], args[1:], kwargs, lambda template, parts, named: template.format(*parts, **named))


@method("str", "format_map")
def format_map(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _filled(machine, args[0], args[1:], {}, lambda template, parts, named: template.format_map(*parts))


@method("str", "__mod__", least=2)
def percent(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``template % parts``."""
    parts = args[1]
    if isinstance(parts, tuple):
        return _filled(machine, args[0], list(parts), {}, lambda template, plain, named: template % tuple(plain))
    return _filled(machine, args[0], [parts], {}, lambda template, plain, named: template % (plain[0] if isinstance(plain[0], dict) else (plain[0],)))
