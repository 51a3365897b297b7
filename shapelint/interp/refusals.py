"""What torch refuses, as events with places; and how tracking goes on behind a refusal."""

import ast
from typing import TYPE_CHECKING

from ..dims import Dim
from ..ops import Layer, Operator, lookup
from ..ops.broadcasting import broadcast_onto
from ..ops.kinds import T
from ..ops.problems import Problem, ShapeError, Unread, follow
from ..shapes import Shape
from .arguments import raw
from .events import Application, InputSource, Refused
from .natives import PyRaise
from .origins import places
from .values import CallSite, Instance, ListObject, Place, Tensor, Trace, Unknown, Value, Why, is_size

if TYPE_CHECKING:
    from .machine import Frame, Machine, Site


def application_of(
    m: "Machine", op: Operator, name: str, instance: Instance | None, args: list[Value], kwargs: dict[str, Value], site: "Site | None",
    frames: "tuple[Frame, ...] | None" = None, certain: bool | None = None, source: InputSource | None = None,
) -> Application:
    params = op.forward_params if instance is not None else op.params
    call = places(site, [param.name for param in params]) if site is not None else CallSite(Place(m.any_file(), ast.Pass()), {})
    if site is not None and isinstance(site.node, ast.Call) and params and _is_method_call(site, args):
        call = CallSite(site.place, {**places_of_method(site, [param.name for param in params]), params[0].name: Place(site.file_scope.file, site.node.func.value)})  # type: ignore[attr-defined]
    tensors: dict[str, Tensor] = {}
    for param, value in (*zip([p.name for p in params], args, strict=False), *kwargs.items()):
        if isinstance(value, Tensor):
            tensors[param] = value
        items = value.table["items"] if isinstance(value, ListObject) else value
        if isinstance(items, tuple):
            for i, item in enumerate(items):
                if isinstance(item, Tensor):
                    tensors[f"{param}[{i}]"] = item
    values = dict(zip([p.name for p in params], map(raw, args), strict=False)) | {key: raw(value) for key, value in kwargs.items()}
    shown = instance
    if instance is not None and instance.hidden.get("site") is not None:
        shown = Instance(instance.cls, instance.hidden["site"])
        shown.table, shown.hidden = instance.table, instance.hidden
    now = certain is None
    made = Application(op, name, call, shown, tensors, values, m.stack(frames), m.source if now else source, m.certain if certain is None else certain)
    made.rest = tuple(args[len(params) :])
    return made


def _is_method_call(site: "Site", args: list[Value]) -> bool:
    node = site.node
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(args) == len(node.args) + 1 and isinstance(args[0], Tensor)


def places_of_method(site: "Site", names: list[str]) -> dict[str, Place]:
    return places(site, names[1:]).args
_OF_RANK = (Problem.RANK, Problem.AXIS, Problem.INDEX)


def _assumed_rank(m: "Machine", sizes: "Shape | None") -> bool:
    """Whether the number of axes rests on a layer's assumption that its input came in a batch."""
    return sizes is None or any(size in m.assumed_sizes for size in sizes)


def _rests_on_nobody(m: "Machine", application: Application, error: ShapeError) -> bool:
    """Whether only what nobody passed is refused: a method of an argument that may be a string, the tensors of a list that others may fill."""
    if error.problem is Problem.SIGNATURE:
        return any(tensor.assumed for tensor in application.tensors.values())
    return error.problem is Problem.JOIN and m.exploring and not application.tensors


_CORRECTABLE = (Problem.CHANNELS, Problem.FEATURES)


def refused(m: "Machine", application: Application, error: ShapeError, dtype: str | None, layer: Layer | None = None) -> Value:
    """Report the refusal, and go on with what the layer would give for the input it expects, so that later errors are found too."""
    m.count(application.op.name, True)
    if error.problem in _OF_RANK and (not application.tensors or any(_assumed_rank(m, tensor.shape) for tensor in application.tensors.values())):
        application.certain = False  # the input may have come without a batch axis, or is a number where the program means a tensor
    if _rests_on_nobody(m, application, error):
        application.certain = False
    event = Refused(application, error)
    if m.forks and not m.uncertain:  # on this side of a condition on sizes no size passes: those of other sides may
        m.facts.excluded(m.facts.region)
        _place(m, application)
        raise PyRaise("RuntimeError", error.message, place=application.call.place, refusal=event)
    _place(m, application)
    m.broken = m.broken or application.certain
    if not application.certain and not m.trying:
        m.facts.doubt()
    m.emit(event)
    if m.trying:
        raise exception_of(error, application.call.place)
    tensor = application.tensors.get(error.arg) or next(iter(application.tensors.values()), None)
    if error.problem is Problem.NORM_FEATURES and tensor is not None:
        return tensor  # a normalisation keeps its input's shape, whatever it was made for
    if layer is not None and error.problem in _CORRECTABLE and error.axis is not None and tensor is not None and tensor.shape is not None:
        corrected: list[Dim] = list(tensor.shape)
        if error.expected is not None and -len(corrected) <= error.axis < len(corrected):
            corrected[error.axis] = error.expected
            try:
                result = application.op.apply(layer, [T.of(tuple(corrected), tensor.dtype)], {})
            except (ShapeError, Unread):
                result = None
            if isinstance(result, tuple):
                return Tensor(result, dtype, Trace(application.name, application.op.short_name, None, result, application.call.place, None))
    return Tensor(None, dtype) if tensor is not None and application.op.gives_tensor else Unknown(Why.ERROR, application.name, application.call.place)


def exception_of(error: ShapeError, place: Place | None = None) -> PyRaise:
    """What a handler around the call gets: Python itself refuses arguments that a function does not have."""
    return PyRaise("TypeError" if error.problem is Problem.SIGNATURE else "RuntimeError", error.message, place=place)


def _place(m: "Machine", application: Application) -> None:
    for finding in m.facts.take_fresh():
        finding.site, finding.certain = application, m.uncertain == 0


def refuse_index(m: "Machine", tensor: Tensor, error: ShapeError) -> Value:
    _refuse_here(m, "torch.select", "index", tensor, error)
    return Tensor(None, tensor.dtype)


def refuse_assignment(m: "Machine", target: Tensor, value: Value, error: ShapeError) -> None:
    _refuse_here(m, "torch.select", "assignment", value if isinstance(value, Tensor) else target, error)


def refuse_in_place(m: "Machine", target: Tensor, result: Value) -> None:
    """``x += y`` writes into x: the sum must have x's own shape."""
    if not isinstance(result, Tensor) or target.shape is None or result.shape is None or target.shape == result.shape:
        return
    before = follow(m.facts)
    try:
        broadcast_onto(result.shape, target.shape, Problem.BROADCAST, "an in-place result of shape {received} does not fit the tensor, {expected}")
        note_here(m, "torch.add", "in-place operator", target)
    except ShapeError as error:
        _refuse_here(m, "torch.add", "in-place operator", target, error)
    finally:
        follow(before)


def refuse_unpacking(m: "Machine", value: Value, count: int, wanted: int) -> bool:
    """``b, c, h, w = x.shape`` and ``a, b = x.chunk(3)``: sizes or tensors that do not fit the names."""
    tensors = [item for item in value if isinstance(item, Tensor)] if isinstance(value, tuple) else []
    what = "tensors" if tensors else "sizes"
    if isinstance(value, Tensor) or tensors or (isinstance(value, tuple) and value and all(is_size(item) for item in value) and _is_shape(m)):
        error = ShapeError(Problem.INDEX, f"{count} {'rows' if isinstance(value, Tensor) else what} are unpacked into {wanted} names", expected=wanted, received=count)
        _refuse_here(m, "torch.unbind", "unpacking", tensors[0] if tensors else value, error)
        return True
    return False


def _is_shape(m: "Machine") -> bool:
    """Whether the unpacked expression reads a shape: other tuples of ints are the program's own business."""
    line = m.site.place.line if m.site is not None else ""
    return ".shape" in line or ".size()" in line


def _refuse_here(m: "Machine", name: str, what: str, value: Value, error: ShapeError) -> None:
    sizes = value.shape or () if isinstance(value, Tensor) else value
    application = _here(m, name, what, value, m.certain and not _assumed_rank(m, sizes))
    if application is not None:
        _place(m, application)
        event = Refused(application, error)
        if m.forks and not m.uncertain:
            m.facts.excluded(m.facts.region)
            _place(m, application)
            raise PyRaise("RuntimeError", error.message, place=application.call.place, refusal=event)
        if not application.certain:
            m.facts.doubt()
        m.emit(event)


def note_here(m: "Machine", name: str, what: str, value: Value) -> None:
    """Say of requirements that the expression at hand made, where they stand."""
    application = _here(m, name, what, value, m.certain) if m.facts.fresh else None
    if application is not None:
        _place(m, application)


def _here(m: "Machine", name: str, what: str, value: Value, certain: bool) -> Application | None:
    op = lookup(name)
    if op is None or m.site is None:
        return None
    tensors = {"input": value} if isinstance(value, Tensor) else {}
    return Application(op, what, CallSite(m.site.place, {}), None, tensors, {}, m.stack(), m.source, certain)
