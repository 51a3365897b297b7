"""``click``, ``typer`` and ``fire``: functions that the command line calls, with the defaults that were stated.

As with ``argparse``, what the command line may change is taken at its default, and an argument without one is unknown.
"""

import ast
from typing import TYPE_CHECKING

from ..natives import PyRaise
from ..values import BoundMethod, Descriptor, External, FunctionValue, Instance, Native, Value, Why
from .misc import with_methods
from .support import Args, Kwargs, aside, inert, method, native

if TYPE_CHECKING:
    from ..machine import Machine

COMMAND = "click.Command"
_PASSING = ("pass_context", "pass_obj")


def _command(function: Value) -> Instance:
    made = Instance(External(COMMAND))
    made.hidden.update({"function": function, "options": {}, "first": ()})
    return made


def _under(value: Value) -> Instance:
    """A command, or a function on its way to become one."""
    return value if isinstance(value, Instance) and value.cls == External(COMMAND) else _command(value)


def _name(args: Args) -> str:
    """The parameter of an option: a name without dashes, else the longest one."""
    names = [arg for arg in args if isinstance(arg, str)]
    plain = [name for name in names if not name.startswith("-") and name.isidentifier()]
    flags = [name.partition("/")[0].lstrip("-") for name in sorted(names, key=lambda name: not name.startswith("--"))]
    return (plain or flags or [""])[0].replace("-", "_").lower()


def _default(machine: "Machine", name: str, args: Args, kwargs: Kwargs) -> Value:
    if "default" not in kwargs:
        flag = kwargs.get("is_flag") is True or any(isinstance(arg, str) and "/" in arg for arg in args)
        return False if flag else aside(machine, f"the command-line argument {name}", Why.ENTRY)
    default, convert = kwargs["default"], kwargs.get("type")
    if not isinstance(default, str) or convert is None or (isinstance(convert, Instance)):
        return default
    try:
        return machine.call(convert, [default], {})
    except PyRaise:
        return aside(machine, f"the command-line argument {name}", Why.ENTRY)


@native("click.option", "click.argument")
def option(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    name = _name(args)

    def decorate(machine: "Machine", given: Args, _: Kwargs) -> Value:
        made = _under(given[0])
        made.hidden["options"] = {**made.hidden["options"], name: _default(machine, name, args, kwargs)}
        return made

    return Native("click.option", decorate)


@native("click.command")
def command(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if args and not isinstance(args[0], str) and args[0] is not None:
        return _under(args[0])
    return Native("click.command", lambda machine, given, _: _under(given[0]))


@native("click.group")
def group(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Which of its commands runs is not known."""
    def made() -> Instance:
        return with_methods("click.Group", {
            "command": lambda machine, args, kwargs: command(machine, args, kwargs), "group": lambda machine, args, kwargs: group(machine, args, kwargs),
            "add_command": lambda machine, args, kwargs: None, "__call__": lambda machine, args, kwargs: None,
        })

    return made() if args and isinstance(args[0], (FunctionValue, Instance)) else Native("click.group", lambda machine, given, _: made())


for _name_ in _PASSING:
    @native(f"click.{_name_}")
    def passing(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        if not args:
            return aside(machine, "a decorator")
        made = _under(args[0])
        made.hidden["first"] = (aside(machine, "a click context"),)
        return made


inert("click.echo", "click.secho")


@method(COMMAND, "__call__", "main")
def invoke(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``main()``: the command line is not known, so every option has its default."""
    made = args[0]
    if not isinstance(made, Instance) or "function" not in made.hidden:
        return aside(machine, "a command")
    return _with_defaults(machine, made.hidden["function"], list(made.hidden["first"]), dict(made.hidden["options"]))


@method(COMMAND, "callback")
def callback(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    found = args[0].hidden.get("function") if isinstance(args[0], Instance) else None
    return machine.call(found, args[1:], kwargs) if found is not None else aside(machine, "a command")


def _with_defaults(machine: "Machine", function: Value, first: Args, given: Kwargs) -> Value:
    """Call a function; what it asks for beyond that is unknown."""
    found = function
    while isinstance(found, (BoundMethod, Descriptor)):
        found = found.function
    if isinstance(found, FunctionValue):
        spec, skip = found.node.args, len(first) + isinstance(function, BoundMethod)
        required = [arg.arg for arg in (*spec.posonlyargs, *spec.args)][skip : len(spec.posonlyargs) + len(spec.args) - len(spec.defaults)]
        required += [arg.arg for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if default is None]
        for name in required:
            given.setdefault(name, aside(machine, f"the command-line argument {name}", Why.ENTRY))
        if isinstance(found.node, ast.Lambda) or spec.kwarg is None:
            names = {arg.arg for arg in (*spec.args, *spec.kwonlyargs)}
            given = {name: value for name, value in given.items() if name in names}
    return machine.call(function, first, given)


@native("typer.run", "fire.Fire")
def run(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The function with its defaults. ``fire.Fire`` of anything else offers what the command line chooses."""
    return _with_defaults(machine, args[0], [], {}) if args and isinstance(args[0], FunctionValue) else None


@native("typer.Option", "typer.Argument")
def typed(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    default = args[0] if args else kwargs.get("default", ...)
    return aside(machine, "a command-line argument", Why.ENTRY) if default is ... else default
