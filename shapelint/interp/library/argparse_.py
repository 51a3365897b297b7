"""``argparse``: a parser remembers what it was told, and ``parse_args`` gives the defaults that were stated.

What the command line may change is taken at its default; an argument without one is unknown.
"""

from typing import TYPE_CHECKING

from ..natives import PyRaise
from ..values import DictObject, External, Instance, ListObject, Value, Why
from .misc import with_methods
from .support import Args, Kwargs, aside, lost, method, native, returns

if TYPE_CHECKING:
    from ..machine import Machine

_FLAGS = {"store_true": False, "store_false": True, "count": None}


@native("argparse.ArgumentParser", is_type=True)
def argument_parser(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _parser(DictObject())


def _parser(defaults: DictObject) -> Instance:
    made = with_methods("argparse.ArgumentParser", {
        "add_argument": lambda machine, args, kwargs: _add(machine, defaults, args, kwargs),
        "set_defaults": lambda machine, args, kwargs: _set_defaults(machine, defaults, kwargs),
        "get_default": lambda machine, args, kwargs: defaults.table.get(args[0], lost(machine, "get_default")),
        "parse_args": lambda machine, args, kwargs: _parsed(machine, defaults, args, kwargs),
        "parse_known_args": lambda machine, args, kwargs: (_parsed(machine, defaults, args, kwargs), aside(machine, "the command line")),
        "add_argument_group": lambda machine, args, kwargs: _parser(defaults),
        "add_mutually_exclusive_group": lambda machine, args, kwargs: _parser(defaults),
        "add_subparsers": lambda machine, args, kwargs: _subparsers(),
        "print_help": returns(None), "print_usage": returns(None), "error": _error,
    })
    return made


def _parsed(machine: "Machine", defaults: DictObject, args: Args, kwargs: Kwargs) -> Value:
    """The namespace; what a command line given in the code changes is not followed."""
    given = args[0] if args else kwargs.get("args")
    target = args[1] if len(args) > 1 else kwargs.get("namespace")
    if target is not None:
        return _parsed_into(machine, defaults, target, given)
    if given is None or (isinstance(given, ListObject) and given.table["items"] == ()):
        return _namespace(machine, defaults)
    return _namespace(machine, DictObject({name: aside(machine, f"the argument {name}") for name in defaults.table}, defaults.opaque["rest"]))


def _parsed_into(machine: "Machine", defaults: DictObject, target: Value, given: Value) -> Value:
    """``parse_args(namespace=target)``: an attribute that the object has is its default."""
    if isinstance(target, Instance):
        for name, default in defaults.table.items():
            certain = given is None and machine.has_attribute(target, name) is False
            machine.set_attribute(target, name, default if certain else aside(machine, f"the argument {name}"))
        if defaults.opaque["rest"] is not None:
            machine.heap.write(target.hidden, "open", defaults.opaque["rest"])
    return target


def _subparsers() -> Instance:
    """The arguments of a subcommand are not those of the parser: which one is chosen is not known."""
    return with_methods("argparse._SubParsersAction", {"add_parser": lambda machine, args, kwargs: _parser(DictObject())})


def _error(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    raise PyRaise("SystemExit", "parser.error")


def _destination(args: Args, kwargs: Kwargs) -> str | None:
    if isinstance(kwargs.get("dest"), str):
        return str(kwargs["dest"])
    names = [arg for arg in args if isinstance(arg, str)]
    if len(names) != len(args) or not names:
        return None
    name = next((name for name in names if name.startswith("--")), names[0])
    return name.lstrip("-").replace("-", "_")


def _add(machine: "Machine", defaults: DictObject, args: Args, kwargs: Kwargs) -> Value:
    name = _destination(args, kwargs)
    if name is None:
        machine.heap.write(defaults.opaque, "rest", lost(machine, "add_argument", *args))
    else:
        machine.heap.write(defaults.table, name, _default(machine, name, kwargs))
    return with_methods("argparse.Action", {})


def _default(machine: "Machine", name: str, kwargs: Kwargs) -> Value:
    action = kwargs.get("action")
    if "default" not in kwargs:
        return _FLAGS[action] if isinstance(action, str) and action in _FLAGS else aside(machine, f"the command-line argument {name}", Why.ENTRY)
    default, convert = kwargs["default"], kwargs.get("type")
    if isinstance(default, str) and convert is not None:
        try:
            return machine.call(convert, [default], {})
        except PyRaise:
            return aside(machine, f"the command-line argument {name}", Why.ENTRY)
    return default


def _set_defaults(machine: "Machine", defaults: DictObject, kwargs: Kwargs) -> Value:
    for name, value in kwargs.items():
        machine.heap.write(defaults.table, name, value)
    return None


def _namespace(machine: "Machine", defaults: DictObject) -> Instance:
    made = Instance(External("argparse.Namespace"))
    made.table.update(defaults.table)
    made.hidden["open"] = aside(machine, "a command-line argument", Why.ENTRY)
    return made


@native("argparse.Namespace", is_type=True)
def namespace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External("argparse.Namespace"))
    made.table.update(kwargs)
    return made


@method("argparse.Namespace", "__contains__", least=2)
def contains(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return isinstance(args[1], str) and machine.has_attribute(args[0], args[1])
