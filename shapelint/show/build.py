"""From one run to what there is to show: rows up to the failing layer, totals, the contract, the peak of memory, and what was lost."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..diagnostics import Diagnostic, Severity
from ..dims import Dim, Expr, prod
from ..interp.contract import made_contract
from ..interp.events import Applied, Refused
from ..interp.events import Lost as LostEvent
from ..interp.nn_modules import closed, container_kind, own_tensors, walk, why_open
from ..interp.recorder import LayerCall, tensors_in
from ..interp.values import ClassValue, DictObject, Instance, ListObject, Tensor, Unknown, Value
from ..ops.cost import macs_of_function
from ..rules import by_code
from ..rules.wording import spoken
from .graph import Graph, tensors_of
from .memory import peak_of
from .receptive import ReceptiveFields, is_unbatched
from .samples import confirmed
from .summary import Lost, Memory, ModelSummary, Row, is_known

if TYPE_CHECKING:
    from ..check import Result
    from ..interp.contract import Contract
    from ..interp.targets import TargetRun

_NEAR = 224  # the size of the second figure for memory: what most image models are trained on


def summary_of(run: "TargetRun", result: "Result", numbers: Mapping[int, int]) -> ModelSummary:
    """``result`` holds the findings about the run's events, ``numbers`` which event each is about."""
    made = ModelSummary(run.target.text)
    made.inputs, made.result, made.diagnostics = run.inputs, result, list(result.diagnostics)
    errors = [found for found in made.diagnostics if found.severity is Severity.ERROR]
    stop = min((numbers[id(found)] for found in errors), default=len(run.events))
    if run.raised is not None and not errors:
        raised = _raised(run)
        made.diagnostics.append(raised)
        errors.append(raised)
    _Builder(run, made, stop, errors).build()
    return made


def _raised(run: "TargetRun") -> Diagnostic:
    """The exception of the program itself as a finding."""
    error = run.raised
    assert error is not None
    place = error.place or error.during or run.shown_place()
    text = place.text.partition("\n")[0].strip() if error.place is not None else error.message
    where = f" in {path}" if run.recorder is not None and run.recorder.raised and (path := run.recorder.raised[1].path) else ""
    when = f"{where} for this input" if run.recorder is not None else " when it makes the model"
    return by_code("SHP007").at(place.span, f"the program raises {error.name}{when}: {text}{run.hint}")


class _Builder:
    def __init__(self, run: "TargetRun", made: ModelSummary, stop: int, errors: list[Diagnostic]) -> None:
        self.run, self.made, self.stop, self.errors = run, made, stop, errors
        self.calls: list[LayerCall] = [call for call in run.recorder.calls if call.events[1] <= stop] if run.recorder is not None else []

    def build(self) -> None:
        made = self.made
        made.rows = [self.row(call) for call in self.calls]
        self.failing()
        made.output = _nested(self.run.output) if self.run.finished and not self.errors else []
        self.contract()
        if isinstance(self.run.model, Instance):
            self.totals(self.run.model)
            self.flow()
        self.status()

    def row(self, call: LayerCall) -> Row:
        outputs = tuple(output if isinstance(output, Tensor) else None for output in call.outputs)
        row = Row(call.path, call.op, call.inputs, outputs, call.leaf)
        row.certain = call.certain
        shapes = [[tensor.shape for tensor in side if tensor is not None and tensor.shape is not None] for side in (call.inputs, outputs)]
        layer = call.part.layer if call.part is not None else call.instance.layer
        if call.part is not None:
            row.params = sum((prod(shape) for shape in call.part.layer.parameters().values()), start=0)
        else:
            row.params = total(tensor.shape for _, tensor in own_tensors(self.run.machine, call.instance))
        if layer is not None and shapes[0] and len(shapes[1]) == len(outputs):
            row.macs = layer.macs(shapes[0], shapes[1])
        elif layer is None:
            row.macs = self.macs_between(*call.events)
        else:
            row.macs = None
        return row

    def macs_between(self, first: int, last: int) -> Dim | None:
        """Of the functions that were called meanwhile; None where one of them is not known, or may not be called."""
        events = [event for event in self.run.events[first:last] if isinstance(event, Applied) and event.layer is None]
        found = [macs if macs == 0 or event.application.certain else None for event in events for macs in [_macs_of(event)]]
        return None if any(macs is None for macs in found) else sum((macs for macs in found if macs is not None), start=0)

    def failing(self) -> None:
        """The layer in which the error lies."""
        if not self.errors or self.run.recorder is None:
            return
        call = next((call for call in self.run.recorder.calls if call.events[0] <= self.stop < call.events[1]), None)
        if call is None and self.run.recorder.raised is not None and self.run.recorder.raised[0] is self.run.raised:
            call = self.run.recorder.raised[1]
        if call is None:
            event = self.run.events[self.stop] if self.stop < len(self.run.events) else None
            if isinstance(event, Refused):  # between the layers
                self.made.failed = Row("", spoken(event.application.name), tuple(event.application.tensors.values()), ())
                self.made.failed.error = self.errors[0].message
            return
        self.made.failed = Row(call.path, call.op, call.inputs, ())
        self.made.failed.error = self.errors[0].message

    def contract(self) -> None:
        names = [name for tensor in self.run.inputs for size in tensor.shape or () if isinstance(size, Expr) for name in sorted(size.names)]
        self.symbolic = bool(names)
        made = self.run.contract or made_contract(self.run.machine, list(dict.fromkeys(names)), bool(self.errors), self.run.finished or bool(self.errors))
        self.found: Contract = made
        self.made.contract = made.as_json()
        self.made.contract_text = made.summary() if made.names else ""
        self.made.sizes = {} if self.errors or not names else {name: sizes for name, sizes in made.sizes().items() if sizes}

    # --- totals -----------------------------------------------------------------------------------------------

    def totals(self, model: Instance) -> None:
        m, made = self.run.machine, self.made
        own = {id(tensor): tensor for _, module in walk(m, model) for _, tensor in own_tensors(m, module)}
        made.params = total(tensor.shape for tensor in own.values())
        # Of a call that may not happen nobody knows what it adds: two branches are not both taken.
        made.macs = _sum(row.macs if row.macs == 0 or call.certain else None for call, row in zip(self.calls, made.rows, strict=True))
        inside = [False] * (len(self.run.events) + 1)
        for call in self.calls:
            inside[call.events[0] : call.events[1]] = [True] * (call.events[1] - call.events[0])
        applied = [(number, event) for number, event in enumerate(self.run.events[: self.stop]) if number >= self.run.called_from and isinstance(event, Applied)]
        rest = [(event, _macs_of(event)) for number, event in applied if not inside[number] and event.layer is None]
        known = [(event, macs) for event, macs in rest if macs is not None]
        made.function_macs = _sum(macs if macs == 0 or event.application.certain else None for event, macs in known)
        made.uncounted = tuple(dict.fromkeys(event.op.short_name for event, macs in rest if macs is None))
        unsure = [call.path or "(model)" for call in self.calls if not call.certain]
        maybe = [(number, event) for number, event in applied if not event.application.certain]
        functions = [event.op.short_name for number, event in maybe if not inside[number]]
        within = [call.path or "(model)" for call in self.calls if any(call.events[0] <= number < call.events[1] for number, _ in maybe)]
        made.depends = tuple(dict.fromkeys([*unsure, *within, *functions]))

    # --- what flows -------------------------------------------------------------------------------------------

    def flow(self) -> None:
        graph = Graph(self.run, self.stop)
        batch = self.batch(graph)
        candidates = self.points()
        points = [at for at in candidates if confirmed(graph, self.run.machine.facts.undecided if self.symbolic else (), at)]
        # Without a size that is confirmed, an operator that depends on it says so itself, and the layers before it keep their fields.
        fields = ReceptiveFields(graph, (points or candidates)[-1])
        for call, row in zip(self.calls, self.made.rows, strict=True):
            found = [fields.of(graph.value_of(output)) for output in call.outputs if isinstance(output, Tensor)] if call.part is None else []
            if found and found[0] is not None:
                row.field = found[0].text()
            elif call.part is not None:
                row.field = "all"
        if self.errors:
            return
        self.made.sample = {name: size for name, size in points[-1].items() if name in self.shown_names} if points else {}
        for at in points if not self.made.depends else ():
            peak = peak_of(graph, at, batch)
            if peak is not None:
                event = self.run.events[peak.event]
                path = next((call.path for call in self.calls if call.events[0] <= peak.event < call.events[1]), "")
                path = path or (event.op.name if isinstance(event, Applied) else "")
                self.made.memory.append(Memory(peak.bytes, {name: size for name, size in at.items() if name in self.shown_names}, path))

    def batch(self, graph: Graph) -> Dim | None:
        """The size of the batch, which counts as one sample. A symbol is put to 1 instead, wherever it stands."""
        shape = self.run.inputs[0].shape if self.run.inputs else None
        return shape[0] if shape and isinstance(shape[0], int) and len(shape) > 1 and not is_unbatched(graph) else None

    def points(self) -> list[dict[str, int]]:
        """Sizes to evaluate at: the smallest that the model accepts, and the nearest to 224."""
        first = self.run.inputs[0].shape if self.run.inputs else None
        samples = first[0].names if first and isinstance(first[0], Expr) else frozenset[str]()
        names = list(self.found.names) if self.symbolic else []
        self.shown_names = [name for name in names if name not in samples]
        if not self.shown_names:
            return [dict.fromkeys(names, 1)]
        smallest = dict.fromkeys(names, 1) | (self.found.smallest or {}) | dict.fromkeys(samples, 1)
        asked = dict.fromkeys(self.shown_names, _NEAR)
        good = self.found.good(asked)
        near = min(good, key=lambda sizes: sum(abs(size - _NEAR) for size in sizes.values()), default={})
        large = smallest | asked | near | dict.fromkeys(samples, 1)
        if self.found.accepted and large not in self.found.accepted:
            return [smallest]
        return [smallest] if large == smallest else [smallest, large]

    # --- the verdict ------------------------------------------------------------------------------------------

    def status(self) -> None:
        made = self.made
        made.lost = [] if self.errors else list({lost.key: lost for lost in self.losses()}.values())
        made.status = "error" if self.errors else "unknown" if made.lost else "ok"
        if made.lost:
            told = {lost.key: lost for event in self.run.events if isinstance(event, LostEvent) for lost in [_lost(event.unknown, event.place)]}
            made.lost = [*({lost.key: lost for lost in made.lost} | told).values()]

    def losses(self) -> Iterable[Lost]:
        """Whatever keeps the table from being what torch would do."""
        run, here = self.run, self.run.shown_place()
        if not isinstance(run.model, Instance):
            yield _lost(run.model, here) if isinstance(run.model, Unknown) else Lost("differs between branches", run.target.text, here.span.file, here.span.line)
            return
        if not run.finished:
            yield Lost("a bound was reached", run.target.text, here.span.file, here.span.line)
        for path, module in walk(run.machine, run.model):
            if container_kind(module) and not closed(module):
                why = why_open(module)
                yield _lost(Unknown(why.why, f"{path}: {why.what}", why.place), module.created.place if module.created is not None else here)
        for call, row in zip(self.calls, self.made.rows, strict=True):
            place = call.place or here
            if not call.certain:
                yield Lost("differs between branches", f"whether {call.path} is called", place.span.file, place.span.line)
            if not all(map(is_known, (*row.inputs, *row.outputs))):
                reason = next((output for output in call.outputs if isinstance(output, Unknown)), None)
                yield Lost(reason.why.value if reason is not None else "a size that is not known", f"{call.op} {call.path}", place.span.file, place.span.line)
        for call in run.recorder.unfollowed if run.recorder is not None else ():
            yield Lost("an argument that could not be read", f"{call.op} {call.path}", *_where(call, here))
        if run.finished and not _all_known(self.made.output):
            unknown = next((item for item in tensors_in(run.output, unknown_too=True) if isinstance(item, Unknown)), None)
            yield _lost(unknown, here) if unknown is not None else Lost("a size that is not known", "the output", here.span.file, here.span.line)


def _where(call: LayerCall, here: Any) -> tuple[str, int]:
    span = (call.place or here).span
    return span.file, span.line


def _lost(unknown: Unknown, place: Any) -> Lost:
    span = (unknown.place or place).span
    return Lost(unknown.why.value, unknown.what, span.file, span.line)


def _macs_of(event: Applied) -> Dim | None:
    tensors = {name: tensor.shape for name, tensor in tensors_of(event).items() if tensor.shape is not None}
    output = event.result if isinstance(event.result, tuple) else None
    return macs_of_function(event.op.short_name, tensors, event.application.values, output)


def total(shapes: "Iterable[tuple[Dim, ...] | None]") -> Dim | None:
    """Elements of all parameters; None where a shape is not known."""
    found: Dim = 0
    for shape in shapes:
        if shape is None:
            return None
        found = found + prod(shape)
    return found


def _sum(sizes: "Iterable[Dim | None]") -> Dim | None:
    found: Dim = 0
    for size in sizes:
        if size is None:
            return None
        found = found + size
    return found


def _nested(value: Value) -> Any:
    """The result of a model: a tensor, None for what is not known, or a list of these: of the entries of an object that is a tuple, a list or a
    dict, or of the fields of a dataclass."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Instance):
        fields = tuple(value.table.values()) if isinstance(value.cls, ClassValue) and value.cls.kind == "dataclass" else value
        value = value.hidden.get("payload", fields)
    if isinstance(value, ListObject):
        value = value.table["items"]
    if isinstance(value, DictObject):
        value = tuple(value.table.values()) if value.opaque["rest"] is None else None
    if isinstance(value, tuple):
        return [_nested(item) for item in value if not isinstance(item, (str, bool, int, float)) and item is not None]
    return None


def _all_known(value: Any) -> bool:
    return all(map(_all_known, value)) if isinstance(value, list) else is_known(value)
