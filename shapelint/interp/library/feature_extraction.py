"""``torchvision.models.feature_extraction``: a model cut after the nodes whose values somebody wants.

torchvision traces the model with ``torch.fx``. Nodes are calls of leaf modules, named by their path, and functions, named by the path of the module that calls
them and their own name; a name that comes again gets ``_1``, ``_2`` .... A query stands for the last node below it. What comes after the last node that
is wanted is not run, and modules that are not called are gone. Checked against torchvision 0.29.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ..events import Applied, Event
from ..natives import PyRaise
from ..nn_modules import MODULE, SEQUENTIAL, is_module, own_tensors, register, walk
from ..values import ClassValue, DictObject, External, Instance, ListObject, Unknown, Value, Why
from .support import REQUIRED, Args, Kwargs, bind, lost, method, native

if TYPE_CHECKING:
    from ..machine import Machine
    from ..recorder import Recorder

GRAPH = "torch.fx.GraphModule"
_PLACE = "torchvision.models.feature_extraction"


class _Enough(Exception):
    """Every node that is wanted has its value."""


class _Tracer:
    """Names what a run of the model computes, while another recorder goes on; with ``wanted`` the run ends at the last of these nodes."""

    def __init__(self, m: "Machine", model: Instance, inner: "Recorder | None", wanted: "frozenset[str]" = frozenset()) -> None:
        self._m, self._inner, self._wanted = m, inner, wanted
        self._paths = {id(module): path for path, module in walk(m, model)}
        self._level = (m.uncertain, m.forks)
        self._module, self._in_leaf = "", 0
        self.nodes: list[str] = []
        self.called: dict[str, int] = {}  # path of a module: how many nodes there were when it was first called
        self.values: dict[str, Value] = {}
        self.failed_in: str | None = None
        self._counts: dict[str, int] = {}

    # What a recorder does:

    def call(self, m: "Machine", instance: Instance, args: list[Value], kwargs: dict[str, Value], run: Callable[[], Value]) -> Value:
        inner, path = self._inner, self._paths.get(id(instance))
        go = run if inner is None else lambda: inner.call(m, instance, args, kwargs, run)
        if path is None or self._in_leaf:
            return go()
        leaf, before, self._module = _is_leaf(instance), self._module, path
        self._in_leaf += leaf
        self.called.setdefault(path, len(self.nodes))
        try:
            value = go()
        except PyRaise:
            self.failed_in = path if self.failed_in is None else self.failed_in
            raise
        finally:
            self._module = before
            self._in_leaf -= leaf
        if leaf:
            self._add(path, value)
        return value

    def saw(self, m: "Machine", event: Event) -> None:
        if self._inner is not None:
            self._inner.saw(m, event)
        if isinstance(event, Applied) and not self._in_leaf:
            self._add(f"{self._module}.{event.op.short_name}" if self._module else event.op.short_name, event.outputs)

    def mark(self, m: "Machine") -> tuple[int, int]:
        return self._inner.mark(m) if self._inner is not None else (0, 0)

    def compare(self, m: "Machine", first: tuple[int, int], second: tuple[int, int]) -> None:
        if self._inner is not None:
            self._inner.compare(m, first, second)

    def _add(self, name: str, value: Value) -> None:
        base = re.sub(r"(?<=.)_[0-9]+$", "", name)
        count = self._counts.get(base, 0)
        self._counts[base] = count + 1
        full = f"{base}_{count}" if count else base
        self.nodes.append(full)
        open_condition = (self._m.uncertain, self._m.forks) != self._level
        if full in self._wanted:
            self.values[full] = Unknown(Why.JOIN, f"whether {full} is computed") if open_condition else value
        if self._wanted and len(self.values) == len(self._wanted) and not open_condition:
            raise _Enough


def _is_leaf(instance: Instance) -> bool:
    """Whether the tracer does not look into a module: torch's own, but for Sequential, and torchvision's operators."""
    if isinstance(instance.cls, External):
        return instance.cls.name not in (SEQUENTIAL, MODULE)
    return isinstance(instance.cls, ClassValue) and instance.cls.scope.module_name.startswith("torchvision.ops.")


@native(f"{_PLACE}.create_feature_extractor")
def create_feature_extractor(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    model, nodes, train, evaluation, *others = bind(
        "create_feature_extractor", args, kwargs, model=REQUIRED, return_nodes=None, train_return_nodes=None, eval_return_nodes=None, tracer_kwargs=None,
        suppress_diff_warning=False, concrete_args=None)
    wanted = [_queries(nodes if one is None else one) for one in (train, evaluation)]
    if not isinstance(model, Instance) or not is_module(machine, model) or None in wanted or others[0] is not None or others[2] is not None:
        return lost(machine, "create_feature_extractor", model, nodes)
    made = Instance(External(GRAPH))
    made.hidden.update(model=model, wanted=tuple(wanted))
    if "training" in model.hidden:
        made.hidden["training"] = model.hidden["training"]
    _plant(machine, made, _leaves(machine, model))
    return made


def _queries(nodes: Value) -> "dict[str, str] | None":
    """The name that is asked for, to the name that it gets."""
    if isinstance(nodes, ListObject) and isinstance(nodes.table["items"], tuple):
        found = {name: name for name in nodes.table["items"]}
    elif isinstance(nodes, DictObject) and nodes.opaque["rest"] is None:
        found = dict(nodes.table)
    else:
        return None
    return {name: str(to) for name, to in found.items()} if all(isinstance(part, (str, int)) for pair in found.items() for part in pair) else None


def _leaves(m: "Machine", model: Instance) -> list[tuple[str, Instance]]:
    found: list[tuple[str, Instance]] = []
    for path, module in walk(m, model):
        if path and _is_leaf(module) and not any(path.startswith(f"{above}.") for above, _ in found):
            found.append((path, module))
    return found


def _plant(m: "Machine", root: Instance, leaves: list[tuple[str, Instance]]) -> None:
    """Hang modules under the root by their paths; what hung there goes."""
    for name in [name for name, value in root.table.items() if is_module(m, value)]:
        m.heap.delete(root.table, name)
    for path, module in leaves:
        above, _, name = path.rpartition(".")
        register(m, _below(m, root, above), name, module)


def _plant_tensors(m: "Machine", root: Instance, modules: list[tuple[str, Instance]]) -> None:
    """Parameters and buffers of modules that are traced through."""
    for path, module in modules:
        for name, tensor in own_tensors(m, module):
            m.heap.write(_below(m, root, path).table, name, tensor)


def _below(m: "Machine", root: Instance, path: str) -> Instance:
    """The module at a path; what is missing on the way is made."""
    for step in path.split(".") if path else ():
        if not isinstance(root.table.get(step), Instance):
            register(m, root, step, Instance(External(MODULE)))
        root = root.table[step]
    return root


@method(GRAPH, "forward")
def forward(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Run once to see which nodes there are, then up to the last that is wanted."""
    extractor = args[0] if args else None
    if not isinstance(extractor, Instance) or "model" not in extractor.hidden:
        return lost(machine, "a module that torch.fx made", *args)
    model = extractor.hidden["model"]
    training = machine.truth(extractor.hidden.get("training", machine.training_default))
    queries: dict[str, str] = extractor.hidden["wanted"][not training]
    whole = _Tracer(machine, model, None)
    with machine.isolated(), suppress(PyRaise):
        _run(machine, whole, model, args[1:], kwargs, training)
    found = {query: _last(whole.nodes, query) for query in queries}
    missing = next((query for query, number in found.items() if number is None), None)
    if whole.failed_in is not None and (missing is not None or any(_is_below(whole.failed_in, query) for query in queries)):
        return machine.call(model, args[1:], kwargs)  # it raises before the cut
    if missing is not None:
        return lost(machine, f"the node {missing}")
    order = sorted((number, query) for query, number in found.items() if number is not None)
    last = order[-1][0] if order else -1
    kept = {path for path, number in whole.called.items() if number <= last}
    # A leaf that is not called may still lend its parameters to the module that holds it.
    lent = {path for path, _ in _leaves(machine, model) if path not in whole.called and path.rpartition(".")[0] in kept - {""}}
    _plant(machine, extractor, [(path, module) for path, module in _leaves(machine, model) if path in kept | lent])
    _plant_tensors(machine, extractor, [(path, module) for path, module in walk(machine, model) if path in kept and not _is_leaf(module)])
    tracer = _Tracer(machine, model, machine.recorder, frozenset(whole.nodes[number] for number, _ in order))
    _run(machine, tracer, model, args[1:], kwargs, training)
    absent = Unknown(Why.JOIN, "a node that some sizes do not reach")
    return DictObject({queries[query]: tracer.values.get(whole.nodes[number], absent) for number, query in order})


def _run(m: "Machine", tracer: _Tracer, model: Instance, args: Args, kwargs: Kwargs, training: bool | None) -> None:
    before = m.recorder
    for _, module in walk(m, model):
        if not _is_leaf(module) and module.hidden.get("training", m.training_default) is not training:
            m.heap.write(module.hidden, "training", training)
    m.recorder = tracer  # type: ignore[assignment]
    try:
        m.call(model, args, kwargs)
    except _Enough:
        pass
    finally:
        m.recorder = before


def _last(nodes: list[str], query: str) -> int | None:
    depth = query.count(".") + 1
    return max((number for number, name in enumerate(nodes) if ".".join(name.split(".")[:depth]) == query), default=None)


def _is_below(path: str, query: str) -> bool:
    return path == query or path.startswith(f"{query}.")
