"""Declaring an operator: ``@module`` and ``@function`` put it in the table, from where everything else reads it.

Nothing is computed at import: signatures are read from annotations when an operator is first used, because a run
that lints one file needs a handful of several hundred.
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args

from ..dims import Dim, Expr, unknown
from ..shapes import Shape, show
from .dtypes import DERIVED, result_dtype
from .examples import Call, Example
from .kinds import ABSENT, UNREAD, Foreign, Kind, Result, T
from .problems import Problem, ShapeError, Unread

_EMPTY = object()
_NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}
_IGNORED_EVERYWHERE = frozenset({"device", "dtype", "layout", "requires_grad", "pin_memory", "memory_format", "out", "generator"})

Examples = Callable[..., Sequence[Example | Call]]
Declared = TypeVar("Declared", bound=Callable[..., Any])


class Param:
    """One parameter of an operator: name, kind, default (``required`` when there is none) and how it is passed.

    ``collects`` is a ``**`` parameter: it takes the keywords that no other parameter has.
    """

    __slots__ = ("name", "kind", "default", "variadic", "keyword_only", "collects", "takes_none", "takes_numbers")

    def __init__(
        self, name: str, kind: Kind, default: Any = _EMPTY, variadic: bool = False, keyword_only: bool = False, collects: bool = False,
    ) -> None:
        self.name, self.kind, self.default, self.variadic, self.keyword_only = name, kind, default, variadic, keyword_only
        self.collects = collects
        self.takes_none = kind in (Kind.RAW, Kind.IGNORED, Kind.CHECKED, Kind.SWITCH) or default is None
        self.takes_numbers = True  # a number is a tensor of no axes

    @classmethod
    def annotated(cls, name: str, annotation: Any, default: Any = _EMPTY, **how: bool) -> "Param":
        """A parameter of the kind that its annotation states."""
        made = cls(name, _kind_of(annotation) or Kind.RAW, default, **how)
        made.takes_none = made.takes_none or type(None) in get_args(getattr(annotation, "__origin__", None))
        return made

    @property
    def required(self) -> bool:
        return self.default is _EMPTY and not self.variadic and not self.collects


# Constructor arguments that torch keeps under their own names and reads at each call, so that programs may change them afterwards.
_WINDOW = ("kernel_size", "stride", "padding", "ceil_mode")
_READ_BY_FORWARD = {
    "Conv": ("stride", "padding", "dilation"), "ConvTranspose": ("stride", "padding", "dilation", "output_padding"), "AvgPool": _WINDOW,
    "MaxPool": (*_WINDOW, "dilation"), "AdaptiveAvgPool": ("output_size",), "AdaptiveMaxPool": ("output_size",),
}


class Operator:
    """One torch class or function: its names, signature, rule and examples."""

    __slots__ = ("name", "declared", "is_module", "n", "_good", "_bad", "dtype", "dtype_rule", "short_name", "_params", "_forward")

    def __init__(
        self, name: str, declared: Any, is_module: bool, n: int | None, good: Examples | None, bad: Examples | None, dtype: str | None,
    ) -> None:
        self.name, self.declared, self.is_module, self.n = name, declared, is_module, n
        self._good, self._bad, self.dtype_rule = good, bad, dtype
        self.dtype = DERIVED.get(dtype, dtype)
        self.short_name = name.rpartition(".")[2]
        self._params: tuple[Param, ...] | None = None
        self._forward: tuple[Param, ...] | None = None

    @property
    def keeps_shape(self) -> bool:
        """Whether the result has the first argument's shape, whatever that is: true even of a tensor of unknown rank."""
        return bool(getattr(self.declared, "keeps_shape", False))

    @property
    def gives_tensor(self) -> bool:
        """Whether the result is one tensor whatever the arguments are, as the annotation of the rule says."""
        rule = self.declared.forward if self.is_module else self.declared
        return bool(_annotations(rule).get("return") == Shape)

    @property
    def doc(self) -> str:
        return (self.declared.__doc__ or "").strip()

    @property
    def params(self) -> tuple[Param, ...]:
        """Constructor parameters of a module, call parameters of a function, in torch's order."""
        if self._params is None:
            self._params = tuple(_class_params(self.declared)) if self.is_module else tuple(_function_params(self.declared, self.n is not None))
        return self._params

    @property
    def forward_params(self) -> tuple[Param, ...]:
        """Parameters of a module's forward, without self."""
        if self._forward is None:
            self._forward = tuple(_function_params(self.declared.forward))[1:]
            for first in self._forward[:1]:
                first.takes_numbers = False  # no layer computes with a plain number
        return self._forward

    def result_dtype(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
        """The coarse dtype of the result for raw arguments, as far as torch's promotion decides it."""
        return result_dtype(self.dtype_rule, (*args, *kwargs.values()))

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
        bound = {} if self.declared.any_arguments else bind(self, self.params, args, kwargs, n=self.n)
        for name, value in bound.items():
            setattr(layer, name, value)
        layer.check()
        return layer

    def changed(self, layer: Any, name: str, value: Any) -> Any:
        """A copy of the layer after ``layer.name = value``. None for what torch reads in other places too, and for values it would refuse."""
        kind = self.short_name.removeprefix("Lazy").rstrip("123d")
        if name not in _READ_BY_FORWARD.get(kind, ()) or getattr(layer, "padding_mode", "zeros") != "zeros":
            return None
        made = copy.copy(layer)
        try:
            setattr(made, name, bind(self, [param for param in self.params if param.name == name], [], {name: value}, n=self.n)[name])
            made.check()
        except (ShapeError, Unread):
            return None
        return made

    def apply(self, layer: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Result:
        """A constructed layer's forward."""
        bound = bind(self, self.forward_params, args, kwargs, n=self.n)
        result: Result = _invoke(layer.forward, self.forward_params, bound)
        return result

    def call(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Result:
        """A function's result."""
        bound = bind(self, self.params, args, kwargs, n=self.n)
        result: Result = _invoke(self.declared, self.params, bound, self.n)
        return result


def _invoke(body: Callable[..., Any], params: Sequence[Param], bound: dict[str, Any], n: int | None = None) -> Any:
    positional: list[Any] = []
    keyword = dict(bound)
    for param in params:
        if param.collects:
            keyword.update(keyword.pop(param.name))
        elif param.variadic:
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
    written: tuple[tuple[Any, ...], dict[str, Any]]  # the constructor's arguments, of layers in examples only
    any_rank = False  # True: the leading axes do not matter, so a tensor of unknown rank can pass
    gives_back = False  # True: what is no tensor passes as it is (nn.Identity)
    training = True  # as in a fresh torch module; the caller sets it where train() or eval() is known to have been called
    keyword_only: tuple[str, ...] = ()  # fields that torch takes by name only
    collects = ""  # the field that takes all other keywords, where the constructor has a ** parameter
    any_arguments = False  # True: the constructor takes whatever it is given and ignores it (nn.Identity)

    def check(self) -> None:
        """Raise ShapeError for what torch's constructor refuses."""

    def expected(self) -> Shape | None:
        """The input shape to assume where nothing is known of the input (unread sizes for free axes), or None."""
        return None

    def parameters(self) -> dict[str, Shape]:
        """Shapes of the learnable parameters, by name, as ``named_parameters()`` of a fresh torch module gives them.

        What depends on an argument that was not read is left out: see :meth:`unread`.
        """
        return {}

    def buffers(self) -> dict[str, Shape]:
        """Shapes of the buffers, by name."""
        return {}

    def unread(self) -> tuple[str, ...]:
        """Arguments that were not read: where there are any, ``parameters()`` need not be complete."""
        return tuple(param.name for param in self.op.params if getattr(self, param.name, None) is UNREAD)

    def macs(self, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> Dim:
        """Multiply-accumulates of one call: those of products of matrices and of convolutions; additions and element-wise work do not count."""
        return 0

    def materialise(self, input: Shape) -> "Layer | None":
        """For lazy layers: the layer that the first input turns this one into."""
        return None


_TABLE: dict[str, Operator] = {}


def module(
    *names: str, n: Iterable[int] | None = None, good: Examples | None = None, bad: Examples | None = None, dtype: str | None = "same",
) -> Callable[[Declared], Declared]:
    """Declare a class as the rule of the modules ``names``; ``{n}`` in a name runs over ``n``.

    ``good`` and ``bad`` are functions (of ``n`` where given) to lists of examples that torch accepts and refuses.
    ``dtype`` is the result's: "same" as the first tensor argument's, a coarse dtype, a rule of :mod:`.dtypes`, or None: not known.
    """

    def register(declared: Declared) -> Declared:
        for name in names:
            for size in n if n is not None else (None,):
                full = name.format(n=size)
                _TABLE[full] = Operator(full, declared, True, size, good, bad, dtype)
        return declared

    return register


def function(
    *names: str, n: Iterable[int] | None = None, good: Examples | None = None, bad: Examples | None = None, dtype: str | None = "same",
) -> Callable[[Declared], Declared]:
    """Declare a function as the rule of ``names``: functions (``torch.cat``) and methods (``torch.Tensor.view``) alike.

    With ``n`` the body receives the keyword ``n``.
    """

    def register(declared: Declared) -> Declared:
        for name in names:
            for size in n if n is not None else (None,):
                full = name.format(n=size)
                _TABLE[full] = Operator(full, declared, False, size, good, bad, dtype)
        return declared

    return register


def keeps_shape(declared: Declared) -> Declared:
    """Mark a function whose result has the shape of its first argument."""
    declared.keeps_shape = True  # type: ignore[attr-defined]
    return declared


def table() -> Mapping[str, Operator]:
    """Every declared operator by qualified name. Filled once all modules of this package are imported (``ops.load``)."""
    return _TABLE


def known(value: Any) -> bool:
    """Whether a switch is known to be on: ``parameters()`` leaves out what hangs on a switch that was not read."""
    return value is not UNREAD and bool(value)


def built(name: str, *args: Any, **kwargs: Any) -> Layer:
    """A layer that is an argument of another one's constructor, in examples."""
    layer: Layer = _TABLE[name].construct(args, kwargs)
    layer.written = (args, kwargs)
    return layer


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
                how = {"keyword_only": name in getattr(declared, "keyword_only", ()), "collects": name == getattr(declared, "collects", "")}
                seen[name] = Param.annotated(name, annotation, getattr(declared, name, _EMPTY), **how)
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


def _function_params(declared: Callable[..., Any], numbered: bool = False) -> Iterable[Param]:
    code = declared.__code__
    annotations = _annotations(declared)
    positional = code.co_varnames[: code.co_argcount]
    defaults = declared.__defaults__ or ()
    first_default = len(positional) - len(defaults)
    for i, name in enumerate(positional):
        if name == "n" and numbered:
            continue
        yield Param.annotated(name, annotations.get(name), defaults[i - first_default] if i >= first_default else _EMPTY)
    after = code.co_argcount + code.co_kwonlyargcount
    if code.co_flags & 0x04:
        name = code.co_varnames[after]
        yield Param.annotated(name, annotations.get(name), variadic=True)
    for name in code.co_varnames[code.co_argcount : after]:
        if name != "n" or not numbered:
            yield Param.annotated(name, annotations.get(name), (declared.__kwdefaults__ or {}).get(name, _EMPTY), keyword_only=True)
    if code.co_flags & 0x08:
        name = code.co_varnames[after + (1 if code.co_flags & 0x04 else 0)]
        yield Param.annotated(name, annotations.get(name), keyword_only=True, collects=True)


def bind(op: Operator, params: Sequence[Param], args: Sequence[Any], kwargs: Mapping[str, Any], n: int | None = None) -> dict[str, Any]:
    """Arguments by parameter name, converted by kind, defaults filled in."""
    given: dict[str, Any] = {}
    keyword = _torch_names(op, params, kwargs)
    rest = list(args)
    for param in params:
        if param.collects:
            given[param.name], keyword = keyword, {}
        elif param.variadic:
            if param.name in keyword and not rest:
                rest = [keyword.pop(param.name)]
            if not rest and param.kind in (Kind.INTS, Kind.AXES):
                raise ShapeError(Problem.SIGNATURE, f"{op.short_name}() is missing the argument '{param.name}'", arg=param.name)
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


def _torch_names(op: Operator, params: Sequence[Param], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Keywords by torch's names: torch's own functions take NumPy's names too, its Python ones do not."""
    if op.is_module or not op.name.startswith("torch.") or op.name.startswith("torch.nn."):
        return dict(kwargs)
    if not any(name in _NUMPY_NAMES for name in kwargs):
        return dict(kwargs)
    names = {param.name for param in params}
    return {_NUMPY_NAMES[name] if name not in names and _NUMPY_NAMES.get(name) in names else name: value for name, value in kwargs.items()}


def _convert(param: Param, value: Any, n: int | None) -> Any:
    if param.collects:
        single = Param(param.name, param.kind)
        return {name: _convert(single, item, n) for name, item in value.items()}
    kind = param.kind
    if value is ABSENT:
        return value
    if kind is Kind.RAW:
        return _without_foreign(value)
    if value is None and kind is not Kind.IGNORED:
        if kind is Kind.TENSOR and param.required:
            raise _no_tensor(param, value)
        if not param.takes_none:
            raise Unread(param.name)  # torch refuses most of these, but not all
        return None
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


def _without_foreign(value: Any) -> Any:
    if isinstance(value, (tuple, list)) and any(isinstance(item, Foreign) for item in value):
        return type(value)(map(_without_foreign, value))
    return UNREAD if isinstance(value, Foreign) else value


def _size(param: Param, value: Any) -> Dim:
    if isinstance(value, (int, Expr)):
        return int(value) if isinstance(value, bool) else value
    if param.name == "num_features" and isinstance(value, (T, Foreign, tuple, list)):
        raise Unread(param.name)  # nothing of this size may be made
    if isinstance(value, T) and value.shape is not None and any(isinstance(size, int) and size > 1 for size in value.shape):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be an int, not a tensor of shape {show(value.shape)}", arg=param.name, param=param.name)
    if value is UNREAD or isinstance(value, T):
        return unknown()
    if isinstance(value, float):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be an int, not {value!r}", arg=param.name, param=param.name)
    if isinstance(value, (str, tuple, list, Foreign)):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be an int, not {_shown(value)}", arg=param.name, param=param.name)
    raise Unread(param.name)


def _count(param: Param, value: Any, n: int | None) -> Dim:
    if isinstance(value, bool):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be an int, not {value}", arg=param.name, param=param.name)
    return _size(param, value)


def _shown(value: Any) -> str:
    if isinstance(value, (tuple, list)) and all(isinstance(item, (int, Expr)) for item in value):
        return show(tuple(value))
    return repr(value)


def _sizes(param: Param, value: Any, n: int | None) -> tuple[Dim, ...]:
    if isinstance(value, (tuple, list)):
        sizes = tuple(_size(param, item) for item in value)
        if n is not None and len(sizes) == 1:
            sizes = sizes * n
        if n is not None and len(sizes) != n:
            raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} needs one int or {n}, not {_shown(value)}", arg=param.name, param=param.name)
        return sizes
    if n is None:
        return (_size(param, value),)
    if value is UNREAD:
        return tuple(unknown() for _ in range(n))
    return (_size(param, value),) * n


def _sizes_or_text(param: Param, value: Any, n: int | None) -> tuple[Dim, ...] | str:
    return value if isinstance(value, str) else _sizes(param, value, n)


def _as_written(param: Param, value: Any, n: int | None) -> Any:
    if isinstance(value, (tuple, list)):
        return tuple(None if item is None else _size(param, item) for item in value)
    return value if isinstance(value, str) else _size(param, value)


def _ints(param: Param, value: Any, n: int | None) -> tuple[Dim, ...]:
    if value is UNREAD:
        raise Unread(param.name)
    if isinstance(value, (tuple, list)):
        return tuple(_size(param, item) for item in value)
    return (_size(param, value),)


def read_ints(param: Param, value: Any) -> tuple[Dim, ...]:
    """An int or a sequence of ints as a tuple: for bodies that take a raw argument because the two mean different things."""
    return _ints(param, value, None)


def _int_tuple(param: Param, value: Any, n: int | None) -> tuple[Dim, ...]:
    return _ints(param, _no_single(param, value), n)


def _axis_tuple(param: Param, value: Any, n: int | None) -> tuple[int, ...]:
    return _axes(param, _no_single(param, value), n)


def _no_single(param: Param, value: Any) -> Any:
    if isinstance(value, (int, Expr)):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be a tuple of ints, not {value}", arg=param.name, param=param.name)
    return value


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


def _switch(param: Param, value: Any, n: int | None) -> Any:
    return bool(value) if isinstance(value, (bool, int)) else UNREAD


def _text(param: Param, value: Any, n: int | None) -> str:
    if isinstance(value, str):
        return value
    raise Unread(param.name)


def _number(param: Param, value: Any, n: int | None) -> float:
    if isinstance(value, (int, float)):
        return value
    raise Unread(param.name)


def _passed(param: Param, value: Any, n: int | None = None) -> Shape:
    if isinstance(value, T) and value.shape is not None:
        return value.shape
    if isinstance(value, (bool, int, float, complex, Expr)):
        return ()
    raise Unread(param.name)


def _tensor(param: Param, value: Any, n: int | None = None) -> Shape:
    if isinstance(value, (tuple, list, str, Foreign)) and not param.variadic:
        raise _no_tensor(param, value)
    if isinstance(value, (bool, int, float, complex)) and not param.takes_numbers:
        raise _no_tensor(param, value)
    return _passed(param, value)


def _no_tensor(param: Param, value: Any, what: str = "a tensor") -> ShapeError:
    return ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must be {what}, not {_kind(value)}", arg=param.name, param=param.name)


def _kind(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return "a tensor" if isinstance(value, T) else "None" if value is None else _shown(value)


def _checked(param: Param, value: Any, n: int | None) -> Any:
    return value.shape if isinstance(value, T) and value.shape is not None else UNREAD


def _tensors(param: Param, value: Any, n: int | None) -> tuple[Shape, ...]:
    if isinstance(value, (tuple, list)):
        return tuple(_item(param, item) for item in value)
    if isinstance(value, (T, int, float, str, Foreign)):
        raise _no_tensor(param, value, "a sequence of tensors")
    raise Unread(param.name)


def _item(param: Param, value: Any) -> Shape:
    if value is None or isinstance(value, (int, float)):
        raise ShapeError(Problem.HYPER_PARAMETER, f"{param.name} must hold tensors, not {_kind(value)}", arg=param.name, param=param.name)
    return _tensor(param, value)


_CONVERT: dict[Kind, Callable[[Param, Any, int | None], Any]] = {
    Kind.SIZE: lambda param, value, n: _size(param, value), Kind.COUNT: _count, Kind.SIZES: _sizes, Kind.SIZES_OR_TEXT: _sizes_or_text,
    Kind.AS_WRITTEN: _as_written, Kind.INTS: _ints,
    Kind.AXIS: _axis, Kind.AXES: _axes, Kind.FLAG: _flag, Kind.TEXT: _text, Kind.NUMBER: _number, Kind.TENSOR: _tensor, Kind.TENSORS: _tensors, Kind.PASSED: _passed,
    Kind.SWITCH: _switch, Kind.CHECKED: _checked, Kind.LAYER: lambda param, value, n: value if isinstance(value, Layer) else UNREAD,
    Kind.INT_TUPLE: _int_tuple, Kind.AXIS_TUPLE: _axis_tuple,
}
