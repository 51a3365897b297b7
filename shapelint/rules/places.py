"""Where a finding belongs: the constructor's argument that says otherwise, else the call's argument, else the call."""

import ast
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


def blame(application: Application, param: str | None, arg: str, whole: bool = False) -> Spot:
    """The place to report. ``param`` says what the layer was built with, ``arg`` which argument of the call does not fit it.

    With ``whole`` no argument of a function's call is singled out: where operands do not fit each other, neither is to blame.
    """
    created = application.layer.created if application.layer is not None else None
    if param is not None and created is not None and param in created.args:
        return Spot(created.args[param], CONSTRUCTOR, param)
    if whole and application.layer is None:
        return Spot(application.call.place, CALL, arg)
    for name in (param, arg):
        if name is not None and application.layer is None:
            found = _argument(application, name)
            if found is not None:
                return Spot(found, ARGUMENT, name)
    if application.layer is not None and created is not None and param is not None and param not in application.call.args:
        return Spot(created.place, CONSTRUCTOR, param)  # a default of the constructor is to blame
    found = _argument(application, arg)
    return Spot(found, ARGUMENT, arg) if found is not None else Spot(application.call.place, CALL, arg)


def arguments(application: Application) -> dict[str, Place]:
    """Where the call's arguments were written; the operands of ``a + b`` are called as those of ``torch.add``."""
    call = application.call
    node = call.place.node
    if not is_direct(application):
        return {}
    if isinstance(node, ast.BinOp) and not call.args:
        return {"input": Place(call.place.file, node.left), "other": Place(call.place.file, node.right)}
    return call.args


def _argument(application: Application, name: str) -> Place | None:
    """Where an argument of the call was written. A tensor counts only where it stands in the call: its origin is not what is wrong."""
    written = arguments(application)
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


def is_direct(application: Application) -> bool:
    """Whether the call that is shown is the layer's own, and not that of a sequence which holds the layer."""
    node = application.call.place.node
    function = node.func if isinstance(node, ast.Call) else None
    called = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else None
    *owners, last = application.name.split(".")
    if called is None or called == last or application.layer is None or last == application.op.short_name:
        return True
    return last.isdigit() and bool(owners) and called not in owners  # ``for layer in self.layers: x = layer(x)``


def received(application: Application, arg: str) -> str:
    """``receives (4, 576)``; a member of a sequence is named, because the call that is shown is the sequence's."""
    shape = shape_of(application, arg) or next((tensor.shape for tensor in application.tensors.values()), None)
    name = application.name
    who = "" if is_direct(application) else f"layer {name} " if name.isdigit() else f"{name} "
    return f"{who}receives {show(shape)}" if shape is not None else "called here"


def labels(application: Application, spot: Spot, arg: str) -> tuple[Label, ...]:
    """The other places that matter: the call of a layer with what it receives, or the other tensors of a function's call; and where the
    argument to blame was written for another function, the call that it came to."""
    created = application.layer.created if application.layer is not None else None
    if spot.kind == CONSTRUCTOR:
        call = Label(application.call.place.span, received(application, arg))
        return (call, *_elsewhere(spot, created.place if created is not None else None, "made here"))
    others = _other_tensors(application, spot)
    if created is not None and len(others) < 2:
        others += (Label(created.place.span, "made here"),)
    return (*others, *_elsewhere(spot, application.call.place, "called here"))


def _elsewhere(spot: Spot, call: Place | None, words: str) -> tuple[Label, ...]:
    return (Label(call.span, words),) if call is not None and not inside(spot.span, call.span) else ()


def _other_tensors(application: Application, spot: Spot) -> tuple[Label, ...]:
    found: list[Label] = []
    for name in arguments(application):
        place = _argument(application, name)
        words = described(application, name) if name in application.tensors or f"{name}[0]" in application.tensors else ""
        if words and place is not None and place.span != spot.span:
            found.append(Label(place.span, words))
    return tuple(found[:3])
