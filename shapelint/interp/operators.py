"""Calling torch by name: functions, methods, constructors, and what only has a name."""

import ast
from typing import TYPE_CHECKING

from ..ops import Operator, lookup
from ..ops.problems import ShapeError, Unread, follow
from .arguments import first_tensor, held, raw, result_dtype, trace_of, without_empty, wrap
from .events import Misnamed
from .expressions import Rest
from .externals import CONTAINERS, canonical
from .handing_over import hand_over
from .layers import construct
from .natives import METHODS, NATIVES
from .nn_modules import hold_entries
from .operations import TENSOR_OPERATORS
from .refusals import application_of, refused
from .values import CallSite, External, Instance, ListObject, Place, Tensor, Unknown, Value, Why

if TYPE_CHECKING:
    from .machine import Machine, Site


_IN_PLACE_WRAPPERS = ("torch.nn.utils.weight_norm", "torch.nn.utils.spectral_norm",
                      "torch.nn.utils.remove_", "torch.compile", "torch.jit.script", "torch.jit.ignore", "torch.jit.unused", "torch.jit.export",
                      "torch.nn.DataParallel", "torch.nn.parallel.DistributedDataParallel", "torch.nn.SyncBatchNorm.convert_sync_batchnorm",
                      "torch.fx.wrap", "torch.quantization.prepare", "torch.no_grad", "torch.inference_mode", "torch.cuda.amp.autocast", "torch.jit._overload_method")
_RESHAPING_IN_PLACE = frozenset({
    "unsqueeze_", "squeeze_", "t_", "transpose_", "swapaxes_", "swapdims_", "resize_", "resize_as_", "as_strided_", "set_",
})


def call_external(m: "Machine", name: str, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """A call of something outside the user's files, by its dotted name."""
    name = canonical(name)
    known = NATIVES.get(name)
    if known is not None:
        return m.call_native(known, args, kwargs)
    rest = next((arg for arg in args if isinstance(arg, Rest)), None)
    op = lookup(name)
    if op is None and name.startswith("torch.Tensor.") and name.count(".") == 2:
        op = _as_function(name)
    if op is not None:
        if rest is not None:
            return unread_call(m, op, "arguments", args, kwargs)
        return construct(m, op, args, kwargs, site) if op.is_module else call_function(m, op, args, kwargs, site)
    if _returns_its_argument(name):
        return args[0] if args else Unknown(Why.CONSTRUCT, name)
    if name in CONTAINERS or name == "torch.nn.Module":
        return _container(m, name, args, kwargs, site)
    _check_name(m, name, site)
    hand_over(m, (*args, *kwargs.values()))
    why = Why.OPERATOR if name.startswith("torch.") else Why.IMPORT
    return m.unknown(why, name)


def _returns_its_argument(name: str) -> bool:
    return name.startswith(_IN_PLACE_WRAPPERS) or (name.startswith("torch.nn.init.") and name.endswith("_"))


def is_known(name: str) -> bool:
    """Whether a call of this dotted name is anything but an operator without a rule, or a package that is not read."""
    name = canonical(name)
    declared = name in NATIVES or lookup(name) is not None or name in CONTAINERS or _returns_its_argument(name)
    return declared or (name.startswith("torch.Tensor.") and _as_function(name) is not None)


def _as_function(name: str) -> Operator | None:
    """``x.foo(...)`` is ``torch.foo(x, ...)`` and ``x.foo_(...)`` is ``x.foo(...)`` where nothing else is declared."""
    short = name.rpartition(".")[2]
    plain = short.rstrip("_") if not short.startswith("__") else short
    return lookup(f"torch.Tensor.{plain}") or lookup(f"torch.{plain}") or lookup(f"torch.nn.functional.{plain}")


def call_method(m: "Machine", name: str, receiver: Value, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    """A tensor method."""
    if isinstance(receiver, Tensor) and name.endswith("_") and not name.endswith("__"):
        _forget_elements(m, receiver)
        if name.rpartition(".")[2] in _RESHAPING_IN_PLACE:
            changed = call_external(m, name.rstrip("_"), [receiver, *args], kwargs, site)
            m.become(receiver, changed if isinstance(changed, Tensor) else Tensor(None, receiver.dtype))
            return changed
        call_external(m, name, [receiver, *args], kwargs, site)
        return receiver
    return call_external(m, name, [receiver, *args], kwargs, site)


def _forget_elements(m: "Machine", receiver: Tensor) -> None:
    if receiver.elements is not None:
        from .elements import changed

        changed(m, receiver)


def _container(m: "Machine", name: str, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Instance:
    instance = hold_entries(Instance(External(name), None if site is None else CallSite(site.place, {})))
    init = METHODS.get((name, "__init__"))
    if init is not None:
        rest = next((arg for arg in args if isinstance(arg, Rest)), None)
        if rest is not None:
            instance.hidden["open"] = rest.unknown
        else:
            init.call(m, [instance, *args], kwargs)
    return instance


def _check_name(m: "Machine", name: str, site: "Site | None") -> None:
    from .names import near_names

    near = near_names(name)
    if near and site is not None:
        node = site.node.func if isinstance(site.node, ast.Call) else site.node
        m.emit(Misnamed(name, near, Place(site.file_scope.file, node), m.certain))


def call_function(m: "Machine", op: Operator, args: list[Value], kwargs: dict[str, Value], site: "Site | None") -> Value:
    args = m.solid(args)
    raws = [raw(arg) for arg in args]
    raw_kwargs = {key: raw(value) for key, value in kwargs.items()}
    first = first_tensor(args, kwargs)
    dtype = result_dtype(op, args, kwargs)
    before = follow(m.facts)
    try:
        result = op.call(raws, raw_kwargs)
    except Unread as unread:
        if first is not None and first.shape is None:
            return _through_unknown_rank(m, op, first, args, kwargs, dtype)
        m.settle_unread()
        return unread_call(m, op, unread.param, args, kwargs)
    except ShapeError as error:
        follow(before)
        application = application_of(m, op, _function_name(op, site), None, args, kwargs, site)
        return refused(m, application, error, dtype)
    finally:
        follow(before)
    trace = trace_of(m, _function_name(op, site), op, first, result, site)
    value = wrap(result, dtype, trace)
    args = [held(arg) for arg in args]
    m.applied(op, None, result, value, lambda *when: application_of(m, op, _function_name(op, site), None, args, kwargs, site, *when))
    value = without_empty(op, result, value, first)
    return _with_numbers(m, op, args, kwargs, value) if first is not None and _have_numbers(args, kwargs) else value


def _have_numbers(args: list[Value], kwargs: dict[str, Value]) -> bool:
    """Whether an argument is a tensor of known numbers, or a list of such."""
    for value in (*args, *kwargs.values()):
        if isinstance(value, ListObject):
            value = value.table["items"]
        if isinstance(value, tuple):
            value = value[0] if value else None
        if isinstance(value, Tensor) and value.elements is not None:
            return True
    return False


def _with_numbers(m: "Machine", op: Operator, args: list[Value], kwargs: dict[str, Value], value: Value) -> Value:
    from .element_calls import computed  # few programs need it

    return computed(m, op.short_name, args, kwargs, value)


_SYMBOLS = {name: symbol for symbol, name in reversed(TENSOR_OPERATORS.items())}


def _function_name(op: Operator, site: "Site | None") -> str:
    node = site.node if site is not None else None
    if isinstance(node, (ast.BinOp, ast.Compare, ast.AugAssign)):
        return _SYMBOLS.get(op.name, op.short_name)
    return op.name if not op.name.startswith("torch.Tensor.") else op.short_name


def _through_unknown_rank(m: "Machine", op: Operator, first: Tensor, args: list[Value], kwargs: dict[str, Value], dtype: str | None) -> Value:
    """A function of a tensor of unknown rank: known trailing sizes survive what keeps every shape (activations, dropout)."""
    alone = op.keeps_shape and sum(isinstance(arg, Tensor) for arg in (*args, *kwargs.values())) == 1
    if not alone:
        m.coverage.lost += 1
        m.premature = True
    if not op.gives_tensor:
        return Unknown(Why.DATA, f"the results of {op.short_name}")
    if first.tail and alone:
        return Tensor(None, dtype, first.trace, tail=first.tail)
    return Tensor(None, dtype, first.trace)


def unread_call(m: "Machine", op: Operator, param: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    m.count(op.name, False)
    value = m.unknown(Why.ARGUMENT, f"{op.short_name}({param})")
    first = first_tensor(args, kwargs)
    return value if first is None or op.is_module or not op.gives_tensor else Tensor(None, first.dtype, first.trace)
