"""Where a finding belongs: the constructor's argument that says otherwise, else the call's argument, else the call."""

from typing import NamedTuple

from ..diagnostics import Label
from ..interp.events import Application
from ..interp.values import Place
from ..shapes import Shape, show
from ..source.text import Span

CONSTRUCTOR, ARGUMENT, CALL = "constructor", "argument", "call"
_LISTED = 4  # tensors of a list that are spelt out


class Spot(NamedTuple):
    """A place to blame: a ``CONSTRUCTOR``'s or call's ``ARGUMENT``, or the ``CALL`` itself. ``argument`` names the parameter."""

    place: Place
    kind: str
    argument: str

    @property
    def span(self) -> Span:
        return self.place.span


def blame(application: Application, param: str | None, arg: str) -> Spot:
    """The place to report. ``param`` says what the layer was built with, ``arg`` which argument of the call does not fit it."""
    created = application.layer.created if application.layer is not None else None
    if param is not None and created is not None and param in created.args:
        return Spot(created.args[param], CONSTRUCTOR, param)
    for name in (param, arg):
        if name is not None and application.layer is None:
            found = _argument(application, name)
            if found is not None:
                return Spot(found, ARGUMENT, name)
    if application.layer is not None and created is not None and param is not None and param not in application.call.args:
        return Spot(created.place, CONSTRUCTOR, param)  # a default of the constructor is to blame
    found = _argument(application, arg)
    return Spot(found, ARGUMENT, arg) if found is not None else Spot(application.call.place, CALL, arg)


def _argument(application: Application, name: str) -> Place | None:
    """Where an argument of the call was written. A tensor counts only where it stands in the call: its origin is not what is wrong."""
    written = application.call.args
    base = name.partition("[")[0]
    found = written.get(name) or written.get(base)
    is_tensor = name in application.tensors or any(key.startswith(base + "[") for key in application.tensors)
    if found is None or (is_tensor and not inside(found.span, application.call.place.span)):
        return None
    return found


def inside(inner: Span, outer: Span) -> bool:
    """Whether one span lies in another."""
    start, end = (inner.line, inner.column), (inner.end_line, inner.end_column)
    return inner.file == outer.file and (outer.line, outer.column) <= start and end <= (outer.end_line, outer.end_column)


def shape_of(application: Application, arg: str) -> Shape | None:
    """The shape of a tensor argument, where it is known."""
    tensor = application.tensors.get(arg)
    return tensor.shape if tensor is not None else None


def described(application: Application, arg: str) -> str:
    """What is known about a tensor argument: ``is (4, 576)``, or for a list ``holds (4, 8, 8), (4, 8, 7)``."""
    shape = shape_of(application, arg)
    base = arg.partition("[")[0]
    listed = [tensor.shape for name, tensor in application.tensors.items() if name.startswith(base + "[")]
    if listed and all(item is not None for item in listed):
        texts = [show(item) for item in listed[:_LISTED] if item is not None]
        return "holds " + ", ".join(texts) + (", ..." if len(listed) > _LISTED else "")
    return f"is {show(shape)}" if shape is not None else ""


def labels(application: Application, spot: Spot, arg: str) -> tuple[Label, ...]:
    """The other places that matter: the call of a layer with what it receives, or the other tensors of a function's call."""
    call = application.call
    if spot.kind == CONSTRUCTOR:
        shape = shape_of(application, arg) or next((tensor.shape for tensor in application.tensors.values()), None)
        return (Label(call.place.span, f"receives {show(shape)}" if shape is not None else "called here"),)
    if application.layer is not None:
        created = application.layer.created
        return (Label(created.place.span, "made here"),) if created is not None else ()
    found: list[Label] = []
    for name in call.args:
        place = _argument(application, name)
        words = described(application, name) if name in application.tensors or f"{name}[0]" in application.tensors else ""
        if words and place is not None and place.span != spot.span:
            found.append(Label(place.span, words))
    return tuple(found[:3])
