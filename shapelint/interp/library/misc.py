"""The rest of the standard library that model code meets: warnings, logging, os, sys, random, time, string, contextlib, abc, types, json."""

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..abstract import look_again
from ..natives import NAMED_CONSTANTS
from ..values import ClassValue, Descriptor, External, FunctionValue, Instance, ListObject, Native, Unknown, Value, Why
from .support import REQUIRED, Args, Kwargs, apply, aside, bind, data, inert, lifted, listed, lost, method, native, returns

if TYPE_CHECKING:
    from ..machine import Machine


def inert_object(machine: "Machine", cls: str, methods: dict[str, Value], **attributes: Value) -> Instance:
    """An object of the standard library: these methods return these values, everything else about it is unknown."""
    made = Instance(External(cls))
    made.table.update({name: Native(f"{cls}.{name}", returns(value)) for name, value in methods.items()})
    made.table.update(attributes)
    made.hidden["open"] = aside(machine, cls, Why.CONSTRUCT)
    return made


def with_methods(cls: str, calls: dict[str, Callable[..., Value]]) -> Instance:
    """An object whose methods are these calls (without a receiver)."""
    made = Instance(External(cls))
    made.table.update({name: Native(f"{cls}.{name}", call) for name, call in calls.items()})
    return made


# --- saying things ---------------------------------------------------------------------------------------------------

_LEVELS = {"CRITICAL": 50, "FATAL": 50, "ERROR": 40, "WARNING": 30, "WARN": 30, "INFO": 20, "DEBUG": 10, "NOTSET": 0}
_SAYING = ("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log")
NAMED_CONSTANTS.update({f"logging.{name}": level for name, level in _LEVELS.items()})
inert(*(f"logging.{name}" for name in (*_SAYING, "basicConfig", "disable", "captureWarnings", "shutdown")))
inert("warnings.warn", "warnings.filterwarnings", "warnings.simplefilter", "warnings.warn_explicit", "warnings.resetwarnings", "pprint.pprint")
inert("gc.collect", "atexit.register", "faulthandler.enable", "sys.setrecursionlimit", "time.sleep", "random.seed")


@native("logging.getLogger", "logging.Logger")
def get_logger(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    names = (*_SAYING, "setLevel", "addHandler", "removeHandler", "addFilter", "removeFilter")
    return inert_object(machine, "logging.Logger", dict.fromkeys(names))


@native("logging.getLevelName")
def level_name(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return apply(machine, "logging.getLevelName", lambda level: {value: name for name, value in _LEVELS.items()}[level], args)


# --- the machine it runs on --------------------------------------------------------------------------------------------

for _name in ("join", "basename", "dirname", "split", "splitext", "normpath", "isabs", "commonprefix"):
    native(f"os.path.{_name}")(lifted(f"os.path.{_name}", getattr(posixpath, _name)))
for _name in ("os.name", "sys.argv", "sys.platform", "sys.version", "sys.version_info", "sys.stdout", "sys.stderr"):
    NAMED_CONSTANTS[_name] = Unknown(Why.DATA, _name)
NAMED_CONSTANTS.update({"os.sep": "/", "os.path.sep": "/", "os.linesep": "\n", "sys.maxsize": (1 << 63) - 1, "sys.byteorder": "little"})
inert("os.makedirs", "os.mkdir", "os.remove")
data("os.getcwd", "os.path.expanduser", "os.cpu_count", "os.walk", "os.scandir", "platform.system", "platform.python_version", "socket.gethostname")
data(*(f"time.{name}" for name in ("time", "perf_counter", "monotonic", "process_time", "time_ns", "strftime", "localtime", "ctime")))
data(*(f"random.{name}" for name in (
    "random", "randint", "uniform", "choice", "choices", "sample", "gauss", "normalvariate", "randrange", "betavariate", "getrandbits", "getstate",
)))
data("datetime.datetime.now", "datetime.datetime.today", "datetime.date.today", "uuid.uuid4", "inspect.getmembers", "inspect.getsource")


# --- the environment ---------------------------------------------------------------------------------------------------

NAMED_CONSTANTS["os.environ"] = Instance(External("os.environ"))


def _variable(machine: "Machine", name: Value, default: Value) -> Value:
    """A variable of the environment that the model would run in, where somebody said that it is known."""
    known = machine.imports.environment
    return aside(machine, "os.environ") if known is None or not isinstance(name, str) else known.get(name, default)


@native("os.getenv", "os.environ.get")
def getenv(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _variable(machine, *bind("getenv", args, kwargs, key=REQUIRED, default=None))


@method("os.environ", "get")
def environ_get(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return getenv(machine, args[1:], kwargs)


@method("os.environ", "__getitem__", least=2)
def environ_item(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return _variable(machine, args[1], aside(machine, "os.environ"))


@method("os.environ", "__contains__", least=2)
def environ_contains(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    known = machine.imports.environment
    return aside(machine, "os.environ") if known is None or not isinstance(args[1], str) else args[1] in known


@method("os.environ", "__setitem__", least=3)
def environ_set(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    known = machine.imports.environment
    if known is not None and isinstance(args[1], str):
        known[args[1]] = args[2] if isinstance(args[2], str) else aside(machine, "os.environ")
    return None


@method("os.environ", "setdefault", least=3)
def environ_default(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if machine.truth(environ_contains(machine, args[:2], {})) is not True:
        environ_set(machine, args, kwargs)
    return _variable(machine, args[1], aside(machine, "os.environ"))


@native("random.shuffle", least=1)
def shuffle(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The list keeps its length, but which item is where is not known."""
    items = listed(machine, args[0]) if isinstance(args[0], ListObject) else None
    if items is not None:
        unknown = aside(machine, "random.shuffle")
        machine.heap.write(args[0].table, "items", (unknown,) * len(items))
    return None


@native("sys.exit", "builtins.exit", "builtins.quit", "os._exit")
def leave(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    from ..natives import PyRaise

    raise PyRaise("SystemExit", "sys.exit()")


# --- constants and data --------------------------------------------------------------------------------------------------

_LOWER, _UPPER, _DIGITS, _SPACE = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789", " \t\n\r\x0b\x0c"
_PUNCTUATION = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""
NAMED_CONSTANTS.update({
    "string.ascii_lowercase": _LOWER, "string.ascii_uppercase": _UPPER, "string.ascii_letters": _LOWER + _UPPER, "string.digits": _DIGITS,
    "string.hexdigits": _DIGITS + "abcdefABCDEF", "string.octdigits": "01234567", "string.punctuation": _PUNCTUATION, "string.whitespace": _SPACE,
    "string.printable": _DIGITS + _LOWER + _UPPER + _PUNCTUATION + _SPACE,
})


def _load_json(text: str) -> Any:
    import json

    return json.loads(text)


def _dump_json(value: Any, **options: Any) -> str:
    import json

    return json.dumps(value, **options)


native("json.loads")(lifted("json.loads", _load_json))
native("json.dumps")(lifted("json.dumps", _dump_json))
data("pickle.load", "pickle.loads")
inert("json.dump", "pickle.dump", "yaml.dump")


@native("ast.literal_eval")
def literal_eval(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    from ast import literal_eval as read

    def safely(text: str) -> Any:
        try:
            return read(text)
        except SyntaxError as error:
            raise ValueError(str(error)) from error

    return apply(machine, "ast.literal_eval", safely, args, kwargs)


# --- contexts and classes ------------------------------------------------------------------------------------------------


@native("abc.abstractmethod", "abc.abstractclassmethod", "abc.abstractstaticmethod", least=1)
def abstractmethod(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    function = args[0].function if isinstance(args[0], Descriptor) else args[0]
    if isinstance(function, FunctionValue):
        machine.heap.write(function.table, "__isabstractmethod__", True)
    return args[0]


@native("abc.update_abstractmethods", least=1)
def update_abstractmethods(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    if isinstance(args[0], ClassValue) and args[0].abstract is not None:
        look_again(args[0])
    return args[0]


@native("types.SimpleNamespace", is_type=True)
def simple_namespace(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External("types.SimpleNamespace"))
    made.table.update(kwargs)
    made.hidden["open"] = bool(args)  # a mapping, which Python takes from 3.13 on
    return made


@native("types.MappingProxyType")
def mapping_proxy(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    return bind("MappingProxyType", args, kwargs, mapping=REQUIRED)[0]


@native("types.MethodType")
def method_type(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    from ..values import BoundMethod

    return BoundMethod(args[0], args[1]) if len(args) == 2 else lost(machine, "types.MethodType", *args)
