"""Declaring an operator: ``@module`` and ``@function`` put it in the table, from where everything else reads it.

Nothing is computed at import: signatures are read from annotations when an operator is first used, because a run
that lints one file needs a handful of several hundred.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..dims import Dim, Expr, unknown
from ..shapes import Shape, show
from .examples import Call, Example
from .kinds import UNREAD, Kind, Result, T
from .problems import Problem, ShapeError, Unread

_EMPTY = object()
_IGNORED_EVERYWHERE = frozenset({"device", "dtype", "layout", "requires_grad", "pin_memory", "memory_format", "out", "generator"})

Examples = Callable[..., Sequence[Example | Call]]


class Param:
    """One parameter of an operator: name, kind, default (``required`` when there is none) and how it is passed."""

    __slots__ = ("name", "kind", "default", "variadic", "keyword_only")

    def __init__(self, name: str, kind: Kind, default: Any = _EMPTY, variadic: bool = False, keyword_only: bool = False) -> None:
        self.name, self.kind, self.default, self.variadic, self.keyword_only = name, kind, default, variadic, keyword_only

    @property
    def required(self) -> bool:
        return self.default is _EMPTY and not self.variadic


class Operator:
    """One torch class or function: its names, signature, rule and examples."""

    __slots__ = ("name", "declared", "is_module", "n", "_good", "_bad", "dtype", "_params", "_forward")

    def __init__(
        self, name: str, declared: Any, is_module: bool, n: int | None, good: Examples | None, bad: Examples | None, dtype: str,
    ) -> None:
        self.name, self.declared, self.is_module, self.n = name, declared, is_module, n
        self._good, self._bad, self.dtype = good, bad, dtype
        self._params: tuple[Param, ...] | None = None
        self._forward: tuple[Param, ...] | None = None

    @property
    def short_name(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def doc(self) -> str:
        return (self.declared.__doc__ or "").strip()

    @property
    def params(self) -> tuple[Param, ...]:
        """Constructor parameters of a module, call parameters of a function, in torch's order."""
        if self._params is None:
            self._params = tuple(_class_params(self.declared)) if self.is_module else tuple(_function_params(self.declared))
        return self._params

    @property
    def forward_params(self) -> tuple[Param, ...]:
        """Parameters of a module's forward, without self."""
        if self._forward is None:
            self._forward = tuple(_function_params(self.declared.forward))[1:]
        return self._forward

    def examples(self, good: bool) -> list[Example]:
        made = self._good if good else self._bad
        if made is None:
            return []
        found = made(self.n) if self.n is not None else made()
        return [item if isinstance(item, Example) else item.on() for item in found]

    def construct(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The layer as torch's constructor leaves it. ShapeError where torch refuses, Unread where a value is missing."""
        layer = object.__new__(self.declared)
        layer.n = self.n
        layer.op = self
        for name, value in bind(self, self.params, args, kwargs, n=self.n).items():
            setattr(layer, name, value)
        layer.check()
        return layer

    def apply(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Result:
        """A constructed layer's forward."""
        bound = bind(self, self.forward_params, args, kwargs, n=self.n)
        return _invoke(layer.forward, self.forward_params, bound)

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Result:
        """A function's result."""
        bound = bind(self, self.params, args, kwargs, n=self.n)
        result: Result = _invoke(self.declared, self.params, bound, self.n)
        return result


def _invoke(body: Callable[..., Any], params: Sequence[Param], bound: dict[str, Any], n: int | None = None) -> Any:
    positional: list[Any] = []
    keyword = dict(bound)
    for param in params:
        if param.variadic:
            positional = [bound[p.name] for p in params[: params.index(param)]] + list(keyword.pop(param.name))
            for earlier in params[: params.index(param)]:
                keyword.pop(earlier.name)
    if n is not None:
        keyword["n"] = n
    return body(*positional, **keyword)


class Layer:
    """Base of module declarations. Fields are the constructor's parameters, in torch's order, with torch's defaults."""

    n: int
    op: Operator
    any_rank = False  # True: the leading axes do not matter, so a tensor of unknown rank can pass

    def check(self) -> None:
        """Raise ShapeError for what torch's constructor refuses."""

    def expected(self) -> Shape | None:
        """The input shape to assume where nothing is known of the input (unread sizes for free axes), or None."""
        return None

    def parameters(self) -> dict[str, Shape]:
        """Shapes of the learnable parameters, by name, as ``named_parameters()`` of a fresh torch module gives them."""
        return {}

    def buffers(self) -> dict[str, Shape]:
        """Shapes of the buffers, by name."""
        return {}

    def materialise(self, input: Shape) -> "Layer | None":
        """For lazy layers: the layer that the first input turns this one into."""
        return None


_TABLE: dict[str, Operator] = {}


def module(
    *names: str, n: Iterable[int] | None = None, good: Examples | None = None, bad: Examples | None = None, dtype: str = "same",
) -> Callable[[type], type]:
    """Declare a class as the rule of the modules ``names``; ``{n}`` in a name runs over ``n``.

    ``good`` and ``bad`` are functions (of ``n`` where given) to lists of examples that torch accepts and refuses.
    ``dtype`` is the result's: "same" as the first tensor argument's, or a coarse dtype.
    """

    def register(declared: type) -> type:
        for name in names:
            for size in n if n is not None else (None,):
                full = name.format(n=size)
                _TABLE[full] = Operator(full, declared, True, size, good, bad, dtype)
        return declared

    return register


def function(
    *names: str, n: Iterable[int] | None = None, good: Examples | None = None, bad: Examples | None = None, dtype: str = "same",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function as the rule of ``names``: functions (``torch.cat``) and methods (``torch.Tensor.view``) alike.

    With ``n`` the body receives the keyword ``n``.
    """

    def register(declared: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            for size in n if n is not None else (None,):
                full = name.format(n=size)
                _TABLE[full] = Operator(full, declared, False, size, good, bad, dtype)
        return declared

    return register


def table() -> Mapping[str, Operator]:
    """Every declared operator by qualified name. Filled once all modules of this package are imported (``ops.load``)."""
    return _TABLE


def _kind_of(annotation: Any) -> Kind | None:
    for extra in getattr(annotation, "__metadata__", ()):
        if isinstance(extra, Kind):
            return extra
    return None


def _class_params(declared: type) -> Iterable[Param]:
    seen: dict[str, Param] = {}
    for base in reversed(declared.__mro__):
        for name, annotation in _annotations(base).items():
            kind = _kind_of(annotation)
            if kind is not None:
                seen.pop(name, None)
                seen[name] = Param(name, kind, getattr(declared, name, _EMPTY))
    return seen.values()


def _annotations(declared: Any) -> dict[str, Any]:
    if isinstance(declared, type):
        own = declared.__dict__
        if "__annotations__" in own:
            return dict(own["__annotations__"])
        if "__annotate_func__" in own or "__annotate__" in own:  # Python 3.14: annotations are computed when asked for
            return dict(declared.__annotations__)
        return {}
    return dict(getattr(declared, "__annotations__", {}))


def _function_params(declared: Callable[..., Any]) -> Iterable[Param]:
    code = declared.__code__
    annotations = _annotations(declared)
    positional = code.co_varnames[: code.co_argcount]
    defaults = declared.__defaults__ or ()
    first_default = len(positional) - len(defaults)
    for i, name in enumerate(positional):
        if name == "n":
            continue
        kind = _kind_of(annotations.get(name)) or Kind.RAW
        yield Param(name, kind, defaults[i - first_default] if i >= first_default else _EMPTY)
    after = code.co_argcount + code.co_kwonlyargcount
    if code.co_flags & 0x04:
        name = code.co_varnames[after]
        yield Param(name, _kind_of(annotations.get(name)) or Kind.RAW, variadic=True)
    for name in code.co_varnames[code.co_argcount : after]:
        if name != "n":
            yield Param(name, _kind_of(annotations.get(name)) or Kind.RAW, (declared.__kwdefaults__ or {}).get(name, _EMPTY), keyword_only=True)


def bind(op: Operator, params: Sequence[Param], args: Sequence[Any], kwargs: Mapping[str, Any], n: int | None = None) -> dict[str, Any]:
    """Arguments by parameter name, converted by kind, defaults filled in."""
    given: dict[str, Any] = {}
    keyword = dict(kwargs)
    rest = list(args)
    for param in params:
        if param.variadic:
            if param.name in keyword and not rest:
                rest = [keyword.pop(param.name)]
            given[param.name], rest = tuple(rest), []
        elif rest and not param.keyword_only:
            given[param.name] = rest.pop(0)
            if param.name in keyword:
                raise ShapeError(Problem.SIGNATURE, f"{op.short_name}() got multiple values for argument '{param.name}'", arg=param.name)
        elif param.name in keyword:
            given[param.name] = keyword.pop(param.name)
        elif param.required:
            raise ShapeError(Problem.SIGNATURE, f"{op.short_name}() is missing the argument '{param.name}'", arg=param.name)
        else:
            given[param.name] = param.default
    if rest:
        raise ShapeError(Problem.SIGNATURE, f"{op.short_name}() takes {len(params)} arguments but {len(args)} were given", arg=params[-1].name if params else "input")
    for name in keyword:
        if name not in _IGNORED_EVERYWHERE:
            raise ShapeError(Problem.SIGNATURE, f"{op.short_name}() has no argument '{name}'", arg=name)
    return {param.name: _convert(param, given[param.name], n) for param in params}


def _convert(param: Param, value: Any, n: int | None) -> Any:
    kind = param.kind
    if kind is Kind.RAW or (value is None and kind is not Kind.IGNORED):
        return value
    if kind is Kind.IGNORED:
        return None if value is UNREAD else value
    if param.variadic:
        if len(value) == 1 and isinstance(value[0], (tuple, list)):
            value = tuple(value[0])
        if len(value) == 1 and value[0] is UNREAD:
            raise Unread(param.name)
        if kind is Kind.TENSORS:
            return tuple(_tensor(param, item) for item in value)
        return tuple((_size if kind is Kind.INTS else _axis)(param, item) for item in value)
    return _CONVERT[kind](param, value, n)


def _size(param: Param, value: Any) -> Dim:
    if isinstance(value, (int, Expr)):
        return int(value) if isinstance(value, bool) else value
    if value is UNREAD or isinstance(value, T):
        return unknown()
    if isinstance(value, float):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be an int, not {value!r}", arg=param.name, param=param.name)
    if isinstance(value, (str, tuple, list)):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be an int, not {_shown(value)}", arg=param.name, param=param.name)
    raise Unread(param.name)


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)) and all(isinstance(item, (int, Expr)) for item in value):
        return show(tuple(value))
    return repr(value)


def _sizes(param: Param, value: Any, n: int | None) -> tuple[Dim, ...]:
    if isinstance(value, (tuple, list)):
        sizes = tuple(_size(param, item) if item is not None else None for item in value)
        if n is not None and len(sizes) == 1:
            sizes = sizes * n
        if n is not None and len(sizes) != n:
            raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} needs one int or {n}, not {_shown(value)}", arg=param.name, param=param.name)
        return sizes  # type: ignore[return-value]
    if n is None:
        return (_size(param, value),)
    if value is UNREAD:
        return tuple(unknown() for _ in range(n))
    return (_size(param, value),) * n


def _sizes_or_text(param: Param, value: Any, n: int | None) -> tuple[Dim, ...] | str:
    return value if isinstance(value, str) else _sizes(param, value, n)


def _ints(param: Param, value: Any, n: int | None) -> tuple[Dim, ...]:
    if value is UNREAD:
        raise Unread(param.name)
    if isinstance(value, (tuple, list)):
        return tuple(_size(param, item) for item in value)
    return (_size(param, value),)


def _axis(param: Param, value: Any, n: int | None = None) -> int:
    if isinstance(value, int):
        return int(value)
    raise Unread(param.name)


def _axes(param: Param, value: Any, n: int | None) -> tuple[int, ...]:
    if isinstance(value, (tuple, list)):
        return tuple(_axis(param, item) for item in value)
    return (_axis(param, value),)


def _flag(param: Param, value: Any, n: int | None) -> bool:
    if isinstance(value, (bool, int)):
        return bool(value)
    raise Unread(param.name)


def _text(param: Param, value: Any, n: int | None) -> str:
    if isinstance(value, str):
        return value
    raise Unread(param.name)


def _number(param: Param, value: Any, n: int | None) -> float:
    if isinstance(value, (int, float)):
        return value
    raise Unread(param.name)


def _tensor(param: Param, value: Any, n: int | None = None) -> Shape:
    if isinstance(value, T) and value.shape is not None:
        return value.shape
    if isinstance(value, (bool, int, float, complex, Expr)):
        return ()
    raise Unread(param.name)


def _tensors(param: Param, value: Any, n: int | None) -> tuple[Shape, ...]:
    if isinstance(value, (tuple, list)):
        return tuple(_tensor(param, item) for item in value)
    raise Unread(param.name)


_CONVERT: dict[Kind, Callable[[Param, Any, int | None], Any]] = {
    Kind.SIZE: lambda param, value, n: _size(param, value), Kind.SIZES: _sizes, Kind.SIZES_OR_TEXT: _sizes_or_text, Kind.INTS: _ints,
    Kind.AXIS: _axis, Kind.AXES: _axes, Kind.FLAG: _flag, Kind.TEXT: _text, Kind.NUMBER: _number, Kind.TENSOR: _tensor, Kind.TENSORS: _tensors,
}
