"""Shapes that people wrote down: comments and annotations, as claims to check and as sources of sizes."""

import ast
from typing import TYPE_CHECKING, Any

from ..dims import substitute, unknown, variables
from ..shapes import Shape
from ..source.comments import ShapeComment, read_comments
from ..source.text import SourceFile, Span
from ..spec import Spec, SpecError, parse_spec
from .events import Declared
from .values import CallSite, FunctionValue, Instance, Place, Scope, Tensor, Value

if TYPE_CHECKING:
    from .machine import Machine

_ARRAY_TYPES = frozenset({
    "Float", "Float16", "Float32", "Float64", "BFloat16", "Int", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt", "Integer", "Bool", "Num",
    "Shaped", "Inexact", "Real", "Complex", "Key", "Annotated",
})


def spec_of(text: str | None) -> Spec | None:
    """The one shape that ``text`` states, or None where it is not a shape after all."""
    if not text:
        return None
    try:
        specs = parse_spec(text)
    except SpecError:
        return None
    return specs[0] if len(specs) == 1 else None


class Declarations:
    """Shape comments by file and line, and what annotations say."""

    def __init__(self) -> None:
        self._comments: dict[int, tuple[SourceFile, dict[int, ShapeComment]]] = {}

    def comment(self, file: SourceFile, line: int) -> ShapeComment | None:
        """The shape comment at the end of a line."""
        found = self._comments.get(id(file))
        if found is None:
            comments = {comment.line: comment for comment in read_comments(file).shapes} if "#" in file.text else {}
            found = self._comments[id(file)] = (file, comments)
        return found[1].get(line)

    # --- claims --------------------------------------------------------------------------------------------------

    def observe(self, m: "Machine", node: ast.stmt, value: Tensor, scope: Scope, annotation: ast.expr | None) -> None:
        """A statement's value against the comment behind it, or the annotation of its target."""
        if annotation is not None:
            self._claim(m, scope.file, value, shape_text(annotation), annotation)
        line = node.end_lineno or node.lineno
        comment = self.comment(scope.file, line)
        if comment is not None and node.lineno == line and not isinstance(node, ast.For) and comment.name in (None, *_target_names(node)):
            self._compare(m, value, comment.output, comment.output_span, "comment")

    def applied(self, m: "Machine", instance: Instance | None, result: Any, value: Value) -> None:
        """A layer's input and output against the comment at its constructor."""
        created = _creation(instance)
        if instance is None or created is None:
            return
        node = created.place.node
        line = getattr(node, "end_lineno", None)
        comment = self.comment(created.place.file, line) if line is not None else None
        if comment is None or not isinstance(value, Tensor) or value.trace is None:
            return
        before = value.trace.before
        if before is not None and comment.input is not None:
            self._compare(m, Tensor(before), comment.input, comment.input_span, "comment")
        if comment.input is not None:
            self._compare(m, value, comment.output, comment.output_span, "comment")

    def _claim(self, m: "Machine", file: SourceFile, value: Value, text: str | None, node: ast.expr) -> None:
        if isinstance(value, Tensor) and text is not None:
            self._compare(m, value, text, file.span_of(node), "annotation")

    def _compare(self, m: "Machine", value: Tensor, text: str | None, span: Span | None, how: str) -> None:
        spec = spec_of(text)
        if spec is None or span is None or value.shape is None or spec.open_rank:
            return
        m.emit(Declared(spec.shape, _meant(m, spec.shape, how), value.shape, how, span, text or "", m.certain and not m.broken))

    # --- sources --------------------------------------------------------------------------------------------------

    def leave(self, m: "Machine", function: FunctionValue, value: Value) -> None:
        """The annotation of what a function returns."""
        returns = getattr(function.node, "returns", None)
        if returns is not None and isinstance(value, Tensor) and value.shape is not None:
            self._claim(m, function.scope.file, value, shape_text(returns), returns)

    def _comment_of_parameter(self, m: "Machine", function: FunctionValue, scope: Scope) -> None:
        """``def forward(self, x):  # x: (N, 3, 32, 32)``: the comment names a parameter, or there is only one."""
        names = [arg.arg for arg in function.node.args.args if isinstance(scope.table.get(arg.arg), Tensor)]
        comment = self.comment(function.scope.file, function.node.lineno) if names else None
        if comment is None:
            return
        text = comment.input or (comment.output if comment.name in names else None)
        name = comment.name if comment.name in names else names[0] if len(names) == 1 else None
        spec = spec_of(text)
        value = scope.table.get(name) if name is not None else None
        if spec is not None and not spec.open_rank and isinstance(value, Tensor) and value.shape is None:
            m.heap.write(scope.table, name, Tensor(spec.shape, value.dtype or "float", value.trace))
            m.say_source((spec.shape,), "comment", Place(function.scope.file, function.node))

    def enter(self, m: "Machine", function: FunctionValue, scope: Scope) -> None:
        """Annotated parameters: check what was passed, and read the shape where nothing was."""
        if "#" in function.scope.file.text:
            self._comment_of_parameter(m, function, scope)
        for arg, annotation, text in _stated(function.node.args):
            value = scope.table.get(arg.arg)
            if not isinstance(value, Tensor):
                continue
            if value.shape is None:
                spec = spec_of(text)
                if spec is not None and not spec.open_rank:
                    m.heap.write(scope.table, arg.arg, Tensor(spec.shape, value.dtype or "float", value.trace))
                    m.say_source((spec.shape,), "annotation", Place(function.scope.file, arg))
            else:
                self._claim(m, function.scope.file, value, text, annotation)

    def assumed_input(self, m: "Machine", instance: Instance) -> Shape | None:
        """The input that the comment at a layer's constructor states."""
        created = _creation(instance)
        for place in (created.place if created is not None else None, m.place):
            line = getattr(place.node, "end_lineno", None) if place is not None else None
            comment = self.comment(place.file, line) if place is not None and line is not None else None
            spec = spec_of(comment.input) if comment is not None else None
            if place is not None and spec is not None and not spec.open_rank:
                m.say_source((spec.shape,), "comment", place)
                return spec.shape
        return None


def _stated(spec: ast.arguments) -> list[tuple[ast.arg, ast.expr, str]]:
    """The parameters whose annotation states a shape; found once and kept with the signature."""
    found: list[tuple[ast.arg, ast.expr, str]] | None = getattr(spec, "stated", None)
    if found is None:
        annotated = [(arg, arg.annotation) for arg in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs) if arg.annotation is not None]
        found = [(arg, annotation, text) for arg, annotation in annotated if (text := shape_text(annotation)) is not None]
        setattr(spec, "stated", found)  # noqa: B010  (an attribute of ours)
    return found


def _meant(m: "Machine", shape: Shape, how: str) -> Shape:
    """Without the names that stand for any size: in ``# (N, C, H, W)`` H is this map's height, in ``# (N, 64, H/4, W/4)`` the input's,
    unless nobody named the input's."""
    if how != "comment":
        return shape
    related = {name for size in shape for name in variables(size) if str(size) != name} if not m.unstated else set()
    free = {name: unknown(name) for size in shape for name in variables(size) if name not in related}
    return tuple(substitute(size, free) for size in shape)


def _target_names(node: ast.stmt) -> tuple[str, ...]:
    """Names that a statement binds, and what people call the value of a return."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, (ast.AnnAssign, ast.AugAssign)) else []
    return ("out", "output", *(target.id for target in targets if isinstance(target, ast.Name)))


def _creation(instance: Instance | None) -> CallSite | None:
    if instance is None:
        return None
    site: CallSite | None = instance.hidden.get("site") or instance.created
    return site


def shape_text(annotation: ast.expr) -> str | None:
    """The shape in ``Float[Tensor, "n 3 h w"]`` or ``Annotated[Tensor, "n 3 h w"]``."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple) or len(annotation.slice.elts) < 2:
        return None
    name = annotation.value.attr if isinstance(annotation.value, ast.Attribute) else annotation.value.id if isinstance(annotation.value, ast.Name) else ""
    text = annotation.slice.elts[1]
    if name in _ARRAY_TYPES and isinstance(text, ast.Constant) and isinstance(text.value, str):
        return text.value
    return None
