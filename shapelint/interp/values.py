"""The values that the interpreter computes with.

Constants are themselves: None, bool, int, float, complex, str, bytes, Ellipsis; a symbolic int is an ``Expr``; a tuple is
a tuple of values; a range is a range. Everything else is one of the classes below. Lists, dicts, sets, instances,
classes and scopes are *heap objects*: compared by identity and changed only through :class:`~.heap.Heap`,
so that a branch can be undone and joined. All other values are immutable. What could not be read is :class:`Unknown`, with the reason.
"""

import ast
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from ..dims import Dim, Expr, ceildiv, floordiv, unknown
from ..dims.where import Condition
from ..formulas import scaled
from ..shapes import Shape
from ..source.text import SourceFile, Span

if TYPE_CHECKING:
    from ..ops.declare import Layer
    from .heap import Table


class Why(Enum):
    """Why a value is unknown."""

    ENTRY = "an argument nobody passes"
    IMPORT = "a package that is not read"
    OPERATOR = "an operator without a rule"
    ARGUMENT = "an argument that could not be read"
    NAME = "a name without a value"
    ATTRIBUTE = "an attribute without a value"
    DATA = "depends on data"
    JOIN = "differs between branches"
    CONSTRUCT = "Python that is not followed"
    ERROR = "follows an error"
    LIMIT = "a bound was reached"


class Place:
    """A node of a file: the span is computed only when somebody asks."""

    __slots__ = ("file", "node")

    def __init__(self, file: SourceFile, node: Any) -> None:
        self.file, self.node = file, node

    @property
    def span(self) -> Span:
        return self.file.span_of(self.node)

    @property
    def text(self) -> str:
        return self.file.segment(self.span) if getattr(self.node, "end_lineno", None) is not None else ""

    @property
    def line(self) -> str:
        """The whole source line where the node starts."""
        return self.file.line_text(getattr(self.node, "lineno", 0))


class Unknown:
    """A value that could not be read. ``what`` names the construct, operator or import."""

    __slots__ = ("place", "what", "why")

    def __init__(self, why: Why, what: str = "", place: Place | None = None) -> None:
        self.why, self.what, self.place = why, what, place

    def __repr__(self) -> str:
        return f"Unknown({self.why.name}, {self.what!r})"


class Informed(Unknown):
    """An unknown of which something is known, which does not hold for what is computed from it. ``methods`` is the type under whose name it has some."""

    __slots__ = ()
    methods = ""


class Undecided(Informed):
    """A truth value that depends on the sizes of an input: ``condition`` says for which sizes it is True."""

    __slots__ = ("condition",)

    def __init__(self, condition: Condition) -> None:
        super().__init__(Why.DATA, "a comparison of symbolic sizes")
        self.condition = condition


def unsettled(value: Unknown) -> Unknown:
    """What comes of an unknown: the truth of what is computed from a condition is not that of the condition."""
    return Unknown(value.why, value.what, value.place) if isinstance(value, Informed) else value


class Ratio(Informed):
    """The float ``size * scale``, or ``size / scale`` where ``scale`` is an int: a size again once it is rounded."""

    __slots__ = ("scale", "size")

    def __init__(self, size: Expr, scale: "int | float") -> None:
        super().__init__(Why.DATA, "a fraction of a symbolic size")
        self.size, self.scale = size, scale

    def floor(self) -> Dim:
        """``math.floor``, in doubles as Python computes it."""
        return floordiv(self.size, self.scale) if isinstance(self.scale, int) else scaled(self.size, self.scale)

    def ceil(self) -> Dim:
        """``math.ceil``."""
        return ceildiv(self.size, self.scale) if isinstance(self.scale, int) else unknown()


class Trace:
    """How a tensor came to be: the last step and what came before it. The first step has no ``before``."""

    __slots__ = ("after", "before", "name", "op", "place", "previous")

    def __init__(self, name: str, op: str, before: Shape | None, after: Shape | None, place: Place, previous: "Trace | None") -> None:
        self.name, self.op, self.before, self.after, self.place, self.previous = name, op, before, after, place, previous


class Elements(NamedTuple):
    """The numbers in a tensor, as nested lists (a number for rank 0), and the tensor whose memory they are in."""

    values: Any
    whole: "Tensor"


class Tensor:
    """A tensor. ``shape`` is None where not even the rank is known; ``tail`` then holds trailing sizes that are.

    ``dtype`` is coarse: "float", "int", "bool", "complex", or None (not known). ``assumed`` marks an input nobody passed.
    """

    __slots__ = ("assumed", "dtype", "elements", "is_parameter", "shape", "tail", "trace")

    def __init__(
        self, shape: Shape | None, dtype: str | None = None, trace: Trace | None = None, *, tail: Shape = (), is_parameter: bool = False,
        assumed: bool = False,
    ) -> None:
        self.shape, self.dtype, self.trace, self.tail, self.is_parameter, self.assumed = shape, dtype, trace, tail, is_parameter, assumed
        self.elements: Elements | None = None

    def __repr__(self) -> str:
        return f"Tensor{self.shape}" if self.shape is not None else f"Tensor(..., {self.tail})"


class SliceValue:
    """``slice(start, stop, step)``."""

    __slots__ = ("start", "step", "stop")

    def __init__(self, start: "Value", stop: "Value", step: "Value") -> None:
        self.start, self.stop, self.step = start, stop, step


class Growing(dict[Any, Any]):
    """The table of a list: what was appended one by one is put with the other items when somebody asks for them.

    The trail of writes need not keep every list there was on the way: a longer one is cut.
    """

    __slots__ = ("_appended",)

    def __init__(self, items: "tuple[Value, ...] | Unknown") -> None:
        super().__init__(items=items)
        self._appended: list[Value] = []

    @property
    def length(self) -> int | None:
        """How many items there are; None where they are not known."""
        found = super().__getitem__("items")
        return len(found) + len(self._appended) if isinstance(found, tuple) else None

    def append(self, value: "Value") -> None:
        """One more item of a list whose items are known."""
        self._appended.append(value)

    def cut(self, length: int | None) -> None:
        """Only the first ``length`` items."""
        self["items"] = self["items"][:length]

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        if self._appended:
            found = (*found, *self._appended)
            self["items"] = found
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        self._appended = []
        super().__setitem__(key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key]


class ListObject:
    """A list: ``table["items"]`` is the tuple of its items, or Unknown. ``kind`` is "list" or "deque", which may have a ``maxlen``."""

    __slots__ = ("kind", "maxlen", "table")

    def __init__(self, items: "tuple[Value, ...] | Unknown" = (), kind: str = "list") -> None:
        self.table = Growing(items)
        self.kind = kind
        self.maxlen: int | None = None


class SetObject:
    """A set: ``table["items"]`` is the tuple of its distinct items in insertion order, or Unknown.

    ``index`` is the same tuple as a set of Python, while it is that tuple, and whether all are ints: who adds one item after the other need not
    look at all of them.
    """

    __slots__ = ("frozen", "index", "table")

    def __init__(self, items: "tuple[Value, ...] | Unknown" = (), frozen: bool = False) -> None:
        self.table: Table = {"items": items}
        self.frozen = frozen
        self.index: tuple[tuple[Value, ...], set[Value], bool] | None = None


class DictEntries(dict[Any, Any]):
    """The table of a dict of the program, whose keys it can ask about."""

    __slots__ = ()


class ContainerEntries(dict[Any, Any]):
    """The table of a container of modules, ``owner``: what it holds is iterated and counted."""

    __slots__ = ("owner",)

    def __init__(self, owner: "Instance") -> None:
        super().__init__()
        self.owner = owner


class MaybeMissing(Unknown):
    """An entry of a dict that only one of two branches made; ``value`` is what is there, if it is there."""

    __slots__ = ("value",)

    def __init__(self, value: "Value") -> None:
        super().__init__(Why.JOIN, "an entry that one branch makes")
        self.value = value


class DictObject:
    """A dict: ``table`` maps hashable constant keys (see ``key_of``) to values, in insertion order.

    ``opaque`` is the single-entry table whose ``"rest"`` is None, or the Unknown that says why further keys may exist.
    ``default`` is the factory of a defaultdict. ``shared``: the entries are another object's own table.
    """

    __slots__ = ("default", "kind", "opaque", "table")

    def __init__(self, entries: "Table | None" = None, rest: "Unknown | None" = None, kind: str = "dict", default: "Value" = None, shared: bool = False) -> None:
        self.table: Table = entries if shared and entries is not None else DictEntries(entries or ())
        self.opaque: Table = {"rest": rest}
        self.kind, self.default = kind, default


class UnreadKeys(Informed):
    """Why a dict is open: entries were made under keys that could not be read. ``values`` are all that ``owner`` may hold there, as far as they differ."""

    __slots__ = ("owner", "values")

    def __init__(self, owner: DictObject, values: "tuple[Value, ...]") -> None:
        super().__init__(Why.DATA, "a dict key")
        self.owner, self.values = owner, values


class IteratorObject:
    """An iterator (``iter(x)``, ``zip`` ...): ``table["items"]`` are those left to come, or Unknown.

    One with a ``source`` makes its items on demand (see :mod:`.lazy`): nobody may read ``table["items"]``, which is Unknown.
    """

    __slots__ = ("source", "table")

    def __init__(self, items: "tuple[Value, ...] | Unknown") -> None:
        self.table: Table = {"items": items}
        self.source: Any = None


class Scope:
    """Names of a module, class body, function call or comprehension."""

    __slots__ = ("file", "globals_", "is_class", "is_comprehension", "module_name", "namespace", "nonlocals", "parent", "stars", "table")
    namespace: DictObject  # of a class body: what ``locals()`` has given there

    def __init__(self, file: SourceFile, module_name: str, parent: "Scope | None" = None, is_class: bool = False) -> None:
        self.table: Table = {}
        self.file, self.module_name, self.parent, self.is_class = file, module_name, parent, is_class
        self.globals_: frozenset[str] = frozenset()
        self.nonlocals: frozenset[str] = frozenset()
        self.is_comprehension = False
        self.stars: list[str] = []  # external packages whose names were imported with *


FunctionNode = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]


class FunctionValue:
    """A function the user wrote. ``owner`` is the class whose body defines it (for ``super()``); ``wraps`` names what a decorator wrapped."""

    __slots__ = ("defaults", "kw_defaults", "name", "node", "owner", "scope", "table")

    def __init__(self, name: str, node: FunctionNode, scope: Scope, defaults: "tuple[Value, ...]", kw_defaults: "dict[str, Value]") -> None:
        self.name, self.node, self.scope, self.defaults, self.kw_defaults = name, node, scope, defaults, kw_defaults
        self.owner: ClassValue | None = None
        self.table: Table = {}


class ClassValue:
    """A class the user wrote. ``bases`` are values; ``mro`` holds ClassValues and the External/Native bases it reaches."""

    __slots__ = ("abstract", "bases", "kind", "meta", "mro", "name", "place", "scope", "table")

    def __init__(self, name: str, bases: "tuple[Value, ...]", mro: "tuple[Value, ...]", place: Place, scope: Scope) -> None:
        self.name, self.bases, self.mro, self.place, self.scope = name, bases, mro, place, scope
        self.table: Table = {}
        self.meta: ClassValue | None = None  # the user's metaclass
        self.abstract: frozenset[str] | None = None  # the abstract methods left, of a class made by ABCMeta
        self.kind = ""  # "dataclass", "namedtuple", "enum", "typed dict" once recognised


class CallSite:
    """Where a call stands, and where each argument was written: ``args`` maps parameter names to places."""

    __slots__ = ("args", "place")

    def __init__(self, place: Place, args: dict[str, Place]) -> None:
        self.place, self.args = place, args


class Instance:
    """An object: of a user's class, of a torch module class (``layer`` holds the constructed operator), or of both.

    ``table`` holds its attributes; for modules, children are the attributes that are modules, in the order of registration.
    ``hidden`` holds what is not an attribute: "layer", "name" (under which it was registered first), "payload" (items of a
    tuple subclass or Enum value).
    """

    __slots__ = ("cls", "created", "hidden", "table")

    def __init__(self, cls: "Value", created: CallSite | None = None) -> None:
        self.cls, self.created = cls, created
        self.table: Table = {}
        self.hidden: dict[Any, Any] = {}

    @property
    def layer(self) -> "Layer | None":
        found = self.hidden.get("layer")
        return None if isinstance(found, Unknown) else found


class ModuleValue:
    """A Python module of the user's files; its body is run when something asks for a name."""

    __slots__ = ("name", "scope")

    def __init__(self, name: str, scope: Scope) -> None:
        self.name, self.scope = name, scope


class External:
    """A dotted name outside the user's files: ``torch.nn``, ``torch.nn.Conv2d``, ``numpy.prod``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"External({self.name})"


class Native:
    """A function or type that is implemented here: ``call(interp, args, kwargs)`` returns a value. ``is_type`` marks int, str, list ...

    ``is_class_method`` marks a method that receives the class it is looked up in.
    """

    __slots__ = ("call", "is_class_method", "is_type", "name")

    def __init__(self, name: str, call: "Callable[[Any, list[Value], dict[str, Value]], Value]", is_type: bool = False) -> None:
        self.name, self.call, self.is_type = name, call, is_type
        self.is_class_method = False

    def __repr__(self) -> str:
        return f"Native({self.name})"


class BoundMethod:
    """A function with its first argument: a user's method, a native method, or a tensor method."""

    __slots__ = ("function", "receiver")

    def __init__(self, function: "Value", receiver: "Value") -> None:
        self.function, self.receiver = function, receiver


class Partial:
    """``functools.partial``."""

    __slots__ = ("args", "function", "kwargs")

    def __init__(self, function: "Value", args: "tuple[Value, ...]", kwargs: "dict[str, Value]") -> None:
        self.function, self.args, self.kwargs = function, args, kwargs


class Descriptor:
    """``property``, "cached" (a ``cached_property``), ``staticmethod`` or ``classmethod`` around a function; a property has a ``setter`` and a ``deleter``."""

    __slots__ = ("deleter", "function", "kind", "setter")

    def __init__(self, kind: str, function: "Value", setter: "Value" = None, deleter: "Value" = None) -> None:
        self.kind, self.function, self.setter, self.deleter = kind, function, setter, deleter


class SuperValue:
    """``super()``: attributes are looked up in the MRO of ``receiver`` after ``after``."""

    __slots__ = ("after", "receiver")

    def __init__(self, after: ClassValue, receiver: "Value") -> None:
        self.after, self.receiver = after, receiver


class Alternatives:
    """One of several values, where branches that could not be decided were joined."""

    __slots__ = ("options",)

    def __init__(self, options: "tuple[Value, ...]") -> None:
        self.options = options


# The values, as listed in this module's docstring. To mypy it is Any: natives and operators narrow with isinstance at run time, and a
# union of Python's own types with twenty classes would be simplified anew at every join of two branches, which takes it minutes.
Value = Any

CONSTANTS = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))


def is_constant(value: Value) -> bool:
    """Whether ``value`` is a plain Python constant, or a tuple or range of them."""
    if isinstance(value, tuple):
        return all(is_constant(item) for item in value)
    return isinstance(value, (*CONSTANTS, range))


def holds_tensor(value: Value) -> bool:
    """Whether a value is a tensor or a tuple with one in it."""
    return isinstance(value, Tensor) or (isinstance(value, tuple) and any(map(holds_tensor, value)))


def is_size(value: Value) -> bool:
    """An int (not a bool) or a symbolic int."""
    return isinstance(value, Expr) or (isinstance(value, int) and not isinstance(value, bool))


__all__ = [
    "CONSTANTS",
    "Alternatives",
    "BoundMethod",
    "CallSite",
    "ClassValue",
    "Descriptor",
    "DictEntries",
    "DictObject",
    "Dim",
    "External",
    "FunctionNode",
    "FunctionValue",
    "Informed",
    "Instance",
    "IteratorObject",
    "ListObject",
    "MaybeMissing",
    "ModuleValue",
    "Native",
    "Partial",
    "Place",
    "Ratio",
    "Scope",
    "SetObject",
    "SliceValue",
    "SuperValue",
    "Tensor",
    "Trace",
    "Undecided",
    "Unknown",
    "Value",
    "Why",
    "holds_tensor",
    "is_constant",
    "is_size",
    "unsettled",
]
