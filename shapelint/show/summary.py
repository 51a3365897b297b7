"""What there is to show of one model: rows, totals, and the sizes as text. Nothing here knows about output formats."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..dims import Dim, Expr, SizeSet
from ..dims.shortest import nice
from ..interp.values import Tensor

if TYPE_CHECKING:
    from ..check import Result
    from ..diagnostics import Diagnostic

Sizes = Mapping[str, SizeSet]
JsonShape = list["int | str"]
JsonOutput = list[Any]


class Row:
    """One call of a layer. ``leaf`` is False for a layer whose children torch does not call (an attention).

    ``certain`` is False where the call stands on a path that may not run: behind a condition that is not known, say.
    ``field`` is the receptive field as text; ``inputs`` and ``outputs`` are tensors, where None stands for a result that is not known.
    """

    __slots__ = ("certain", "error", "field", "inputs", "leaf", "macs", "op", "outputs", "params", "path")

    def __init__(self, path: str, op: str, inputs: tuple[Tensor, ...], outputs: tuple[Tensor | None, ...], leaf: bool = True) -> None:
        self.path, self.op, self.inputs, self.outputs, self.leaf = path, op, inputs, outputs, leaf
        self.certain = True
        self.params: Dim | None = 0
        self.macs: Dim | None = 0
        self.field = "-"
        self.error = ""


class Lost:
    """Why something is not known, and where."""

    __slots__ = ("file", "line", "reason", "what")

    def __init__(self, reason: str, what: str, file: str, line: int) -> None:
        self.reason, self.what, self.file, self.line = reason, what, file, line

    @property
    def key(self) -> tuple[str, str, str, int]:
        return self.reason, self.what, self.file, self.line


class Memory:
    """The peak of the activations of one sample: bytes, at which sizes of the input, and at which row."""

    __slots__ = ("at", "bytes", "path")

    def __init__(self, bytes: int, at: Mapping[str, int], path: str) -> None:
        self.bytes, self.at, self.path = bytes, dict(at), path


class ModelSummary:
    """One target. ``status`` is "ok", "error" (torch or the program raises) or "unknown" (something could not be followed)."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.status = "unknown"
        self.wrong = ""  # what the user has to mend before anything can be shown
        self.inputs: tuple[Tensor, ...] = ()
        self.rows: list[Row] = []
        self.failed: Row | None = None
        self.output: Any = None  # a tensor, None, or a list of these
        self.lost: list[Lost] = []
        self.result: Result | None = None
        self.diagnostics: list[Diagnostic] = []
        self.contract: dict[str, Any] = {}
        self.contract_text = ""
        self.sizes: Sizes = {}
        self.params: Dim | None = None
        self.macs: Dim | None = None
        self.function_macs: Dim | None = None
        self.uncounted: tuple[str, ...] = ()
        self.depends: tuple[str, ...] = ()  # what runs on some paths only, so that what a run costs is not known
        self.memory: list[Memory] = []
        self.sample: dict[str, int] = {}  # the sizes of the input at which long formulas are shown as numbers

    def size(self, size: Dim | None) -> "int | str":
        """A size as a number or as text: restricted to the sizes that the model accepts, "?" where it is not known."""
        if size is None or (isinstance(size, Expr) and size.unread):
            return "?"
        return size if isinstance(size, int) else nice(size, self.sizes)

    def shape(self, tensor: Tensor | None) -> JsonShape:
        """The sizes of a tensor; "..." for axes whose number is not known."""
        if tensor is None:
            return ["..."]
        if tensor.shape is None:
            return ["...", *map(self.size, tensor.tail)]
        return [self.size(size) for size in tensor.shape]

    def shape_text(self, tensor: Tensor | None) -> str:
        """``N x 64 x H/2 x W/2`` as the table shows it."""
        return f"({', '.join(map(str, self.shape(tensor)))}{',' if tensor is not None and tensor.shape is not None and len(tensor.shape) == 1 else ''})"

    def nested(self, value: Any) -> JsonOutput:
        """The result of the model: a shape for a tensor, a list of these for what holds several."""
        return [self.nested(item) for item in value] if isinstance(value, list) else self.shape(value)


def is_known(tensor: Tensor | None) -> bool:
    """Whether every size of a tensor is known."""
    return tensor is not None and tensor.shape is not None and not any(isinstance(size, Expr) and size.unread for size in tensor.shape)
