"""Running a program: a file's module body, then everything that nothing called, and the inputs that people stated."""

import ast
import os
from collections.abc import Callable, Iterable
from functools import partial
from time import thread_time
from typing import TYPE_CHECKING

from ..dims import is_unknown, sym
from ..shapes import Shape, show
from ..source.comments import InputDirective, read_comments
from ..source.text import SourceFile, Span
from ..spec import Spec, SpecError, parse_spec
from . import limits
from .coverage import Coverage
from .events import Event, InputSource
from .expressions import Rest
from .externals import MODULE, external_bases
from .growing import open_what_others_fill
from .imports import Imports
from .machine import Exhausted, Machine, Site
from .natives import PyRaise
from .nn_modules import is_module
from .operations import ASSUMED, ASSUMED_NAMES
from .values import ClassValue, External, FunctionValue, Instance, Place, Scope, Tensor, Unknown, Value, Why, holds_tensor

if TYPE_CHECKING:
    from ..source.environment import Installed


class Options:
    """What a run is told from outside: ``inputs`` for models that nothing calls (texts in the notation of :mod:`..spec`), and ``targets``,
    calls with their input (``"pkg.models:UNet(3, 2)"`` to ``"N 3 256 256"``). ``contracts``: say what every model accepts. ``installed``: packages that are followed as the user's own files are."""

    __slots__ = ("contracts", "inputs", "installed", "targets")

    def __init__(
        self, inputs: tuple[str, ...] = (), targets: "dict[str, str] | None" = None, contracts: bool = False, installed: "Installed | None" = None,
    ) -> None:
        self.inputs, self.targets, self.contracts, self.installed = inputs, targets or {}, contracts, installed


class Program:
    """The user's files, interpreted one by one as the main program; modules they import are run once."""

    def __init__(self, roots: Iterable[str], options: Options | None = None) -> None:
        from . import autograd, data, displays, elements, nn_containers, supers, tensors
        from .library import load

        load()
        self.options = options or Options()
        self.imports = Imports(list(roots))
        self.imports.installed = self.options.installed
        self.coverage = Coverage()
        self.sizes: list[tuple[Span, str, str]] = []
        self.machine: Machine | None = None
        self.main_scope: Scope | None = None
        self.reached: set[int] = set()  # nodes of functions and classes that some file entered
        self._runs: dict[int, Run] = {}
        assert autograd and data and displays and elements and nn_containers and supers and tensors

    @property
    def place(self) -> Place | None:
        """Where the interpreter stands: for the report of a crash."""
        return self.machine.place if self.machine is not None else None

    def offer(self, sources: Iterable[SourceFile]) -> None:
        """The files to be checked: imports of them use these texts and trees, and none is read twice."""
        for source in sources:
            self.imports.offer(source)
            root = package_root(os.path.abspath(source.path))
            if root not in self.imports.roots:
                self.imports.roots.append(root)

    def run(self, source: SourceFile) -> list[Event]:
        """Everything that is noticed while running ``source`` as the main program and exploring what it does not call."""
        self.offer([source])
        return [*self.begin(source), *self.finish(source)]

    def begin(self, source: SourceFile) -> list[Event]:
        """Run ``source`` as the main program, and its models on stated inputs."""
        self.machine = Machine(self.imports, source, self.reached)
        self.machine.contracts = self.options.contracts
        run = self._runs[id(source)] = Run(self.machine, source, self.options)
        self.main_scope = run.scope
        run.program()
        return self._events(run)

    def enter(self, source: SourceFile) -> "Run":
        """Run only the module body of ``source`` as the main program: for somebody who will call what it defines."""
        self.offer([source])
        run = self._entered(source, None)
        stated, run.directives = run.directives, {}
        run.module()
        run.directives = stated
        return run

    def enter_module(self, dotted: str) -> "Run | None":
        """As :meth:`enter`, for a module that is imported by its name. None where there is no such module."""
        module = self.imports.named(dotted)
        if module is None:
            return None
        run = self._entered(module.scope.file, module.scope)
        run.lost = not run.guarded(partial(self.imports.run, run.m, module), steps=limits.STEPS_PER_TARGET)
        return run

    def _entered(self, source: SourceFile, scope: Scope | None) -> "Run":
        self.machine = Machine(self.imports, source, self.reached)
        return Run(self.machine, source, self.options, scope)

    def finish(self, source: SourceFile) -> list[Event]:
        """Explore the classes and functions of ``source`` that no file called, once every file has been run."""
        run = self._runs.pop(id(source), None)
        if run is None:  # it crashed before
            return []
        self.machine = run.m
        run.explore()
        self.coverage.add(run.m.coverage)
        self.sizes += [(place.span, name, shown(value)) for place, name, value in run.m.sizes]
        return self._events(run)

    @staticmethod
    def _events(run: "Run") -> list[Event]:
        events, run.m.events = run.m.events, []
        return events


def shown(value: Value) -> str:
    """The shapes of a value for display."""
    if isinstance(value, Tensor):
        return "?" if value.shape is None else show(value.shape)
    return ", ".join(shown(item) for item in value if holds_tensor(item)) if isinstance(value, tuple) else ""


def package_root(path: str) -> str:
    """The folder that holds the outermost package of a file: what Python would have on its path."""
    folder = os.path.dirname(path)
    while os.path.isfile(os.path.join(folder, "__init__.py")) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return folder


class Run:
    """One file as the main program."""

    def __init__(self, machine: Machine, source: SourceFile, options: Options, scope: Scope | None = None) -> None:
        self.m, self.source, self.options = machine, source, options
        self.scope = scope or Scope(source, "__main__")
        self.spent = 0  # steps of the module body and of stated inputs
        self.explored = self.end = 0  # steps spent on what nothing calls, and at which step that has to end
        self.deadline = thread_time() + limits.SECONDS_PER_FILE
        self.lost = False  # some part of the module body was not run to its end
        self.bound = ""  # what ended it, or another entry point
        self.raised: dict[str, PyRaise] = {}  # what kept a name of the module from being bound
        comments = read_comments(source) if "#" in source.text else None
        self.directives: dict[int, InputDirective] = {item.line: item for item in comments.inputs} if comments is not None else {}

    def program(self) -> None:
        """The module body, then the inputs that people stated."""
        self.module()
        self.stated()

    def explore(self) -> None:
        """What nothing called."""
        self.deadline = thread_time() + limits.SECONDS_PER_FILE
        self.uncalled_modules()
        self.uncalled_functions()

    # --- the program itself -------------------------------------------------------------------------------------

    def module(self) -> None:
        """The module body. Where a statement raises, Python would stop; we go on with the next one, as its names may not matter."""
        from .statements import execute

        self.scope.table.update({"__name__": "__main__", "__file__": self.source.path})
        for node in self.source.tree.body:
            if not self.guarded(partial(execute, self.m, [node], self.scope), node, file_budget=True):
                self._lose(node)
            directive = self.directives.get(node.lineno)
            if directive is not None and isinstance(node, (ast.Assign, ast.AnnAssign)):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name):
                    action = partial(self._apply, self.scope.table.get(target.id), directive.spec, "comment", directive)
                    self.guarded(action, node, file_budget=True)

    def _lose(self, node: ast.stmt) -> None:
        """A statement of the module body was not run to its end: what it binds is not known, and nothing after it is certain."""
        self.lost = True
        for name in bound_names(node):
            self.scope.table[name] = Unknown(Why.LIMIT, "a statement that takes too long", Place(self.source, node))

    def guarded(self, action: Callable[[], object], at: ast.AST | None = None, steps: int | None = None, file_budget: bool = False) -> bool:
        """Run one entry point, written at a node of the file, within its budget; an exception of the program ends it.

        False where a bound was reached: then what it did is taken back. ``file_budget``: its steps count towards those of the file.
        """
        m, steps = self.m, limits.STEPS_PER_ENTRY if steps is None else steps
        m.allow(min(steps, limits.STEPS_RUNNING_A_FILE - self.spent) if file_budget else steps, self.deadline)
        m.loop_limit = max(limits.STEPS_PER_LOOP, limits.STEPS_PER_LOOP * steps // limits.STEPS_PER_ENTRY)
        m.frames, m.loops, m.uncertain, m.forks, m.trying, m.module_depth, m.source = [], [], int(self.lost), 0, 0, 0, None
        m.facts, m.unstated, m.broken = m.fresh_facts(), 0, False
        m.assumed_sizes = {size for size in m.assumed_sizes if is_unknown(size)}  # the names are given anew
        m.site = Site(at, self.scope, None) if at is not None else None
        mark, before = m.heap.mark(), m.steps
        try:
            action()
        except PyRaise as error:
            self.raised.update(dict.fromkeys(bound_names(at), error) if isinstance(at, ast.stmt) else {})
        except (Exhausted, RecursionError, MemoryError) as error:
            m.heap.undo(mark)
            self.bound = _BOUNDS[type(error)]
            m.unknown(Why.LIMIT, self.bound)
            return False
        finally:
            self.spent += m.steps - before if file_budget else 0
        return True

    # --- stated inputs ----------------------------------------------------------------------------------------------

    def stated(self) -> None:
        """Classes and functions with a ``# shapelint: input=`` comment."""
        for node in self.source.tree.body:
            if not isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                continue
            lines = [node.lineno, *(part.lineno for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "forward")]
            directive = next((self.directives[line] for line in lines if line in self.directives), None)
            if directive is None:
                continue
            value = self.scope.table.get(node.name)
            if isinstance(value, ClassValue):
                self.guarded(partial(self._apply_to_class, value, directive), node, file_budget=True)
            elif isinstance(value, FunctionValue):
                self.guarded(partial(self._apply, value, directive.spec, "comment", directive), node, file_budget=True)

        for target, spec in self.options.targets.items():
            module, _, call = target.partition(":")
            if call and self.imports_as(module.strip()):
                self.guarded(partial(self._target, call, spec), _line_node(self.source.line_span(1)), file_budget=True)

    def _apply_to_class(self, cls: ClassValue, directive: InputDirective) -> None:
        self._apply(self._make(cls), directive.spec, "comment", directive)

    def imports_as(self, module: str) -> bool:
        """Whether a dotted name, or a path, means the file at hand."""
        path = os.path.abspath(self.source.path)
        stem = path.removesuffix(".py").removesuffix(os.sep + "__init__")
        return os.path.abspath(module) == path or stem.endswith(os.sep + module.replace(".", os.sep))

    def _target(self, call: str, spec: str) -> None:
        try:
            expression = ast.parse(call.strip(), mode="eval").body
        except SyntaxError:
            return  # refused where the settings are read
        value = self.m.evaluate(expression, self.scope)
        if isinstance(value, ClassValue):
            value = self._make(value)
        self._apply(value, spec, "settings", None)

    def _apply(self, callee: Value, spec: str, how: str, directive: InputDirective | None) -> None:
        try:
            specs = parse_spec(spec)
        except SpecError:
            return  # reported with the comments of the file
        if callee is None or any(item.open_rank for item in specs):
            return
        m = self.m
        inputs = [Tensor(item.shape, item.kind or "float") for item in specs]
        place = Place(self.source, _line_node(directive.span)) if directive is not None else None
        m.source, m.source_kind = InputSource(tuple(item.shape for item in specs), how, place), how
        try:
            m.call(callee, list(inputs), {})
        finally:
            m.source, m.source_kind = None, "call"

    # --- what nothing calls --------------------------------------------------------------------------------------------

    def uncalled_modules(self) -> None:
        """Modules whose ``forward`` did not run: the later a class stands, the likelier it is made of the earlier ones."""
        for cls in reversed([cls for cls in self.m.classes if cls.place.file is self.source]):
            forward = cls.table.get("forward")
            entered = isinstance(forward, FunctionValue) and id(forward.node) in self.m.reached
            if not entered and not (forward is None and id(cls.place.node) in self.m.reached):
                self._exploring(partial(self._explore, cls), cls.place.node)

    def _exploring(self, action: Callable[[], object], at: ast.AST) -> None:
        m = self.m
        left = limits.STEPS_EXPLORING_A_FILE - self.explored
        if left <= 0:
            m.coverage.lose(Unknown(Why.LIMIT, "uncalled classes and functions"))
            return
        m.exploring, m.training_default = True, False
        before, self.end = m.steps, m.steps + left
        try:
            self.guarded(action, at, min(left, limits.STEPS_PER_EXPLORATION))
        finally:
            m.exploring, m.training_default = False, True
            self.explored += m.steps - before

    def _explore(self, cls: ClassValue) -> None:
        made = [instance for instance in self.m.instances if instance.cls is cls][:2]
        for instance in made or [self._make(cls)]:
            if isinstance(instance, Instance):
                if not made:
                    open_what_others_fill(self.m, cls, instance)
                self._explore_methods(cls, instance)

    def _explore_methods(self, cls: ClassValue, instance: Instance) -> None:
        m = self.m
        if is_module(m, instance):
            specs = self._option_specs()
            if specs is not None:
                m.source, m.source_kind = InputSource(tuple(item.shape for item in specs), "--input", None), "--input"
            try:
                forward = m.get_attribute(instance, "forward")
                function = getattr(forward, "function", None)
                if isinstance(function, FunctionValue) and id(function.node) not in m.reached:
                    given = self._assumed(function, specs, skip=1, tensors=_of_torch(cls))
                    self._forward(instance, given, [*_further(function)], _maybe_given(function, len(given) + 1))
            finally:
                m.source, m.source_kind = None, "call"
        for name, value in list(cls.table.items()):
            if isinstance(name, str) and name.startswith("test") and isinstance(value, FunctionValue) and id(value.node) not in m.reached:
                self.guarded(partial(m.call, m.get_attribute(instance, name), [], {}), value.node, max(min(limits.STEPS_PER_EXPLORATION, self.end - m.steps), 0))

    def _forward(self, instance: Instance, given: list[Value], further: list[Value], kwargs: dict[str, Value]) -> None:
        """Call a model on what is known of its input. Where a layer told the shape of a tensor only after others had used it, once more."""
        m = self.m
        mark, first, shown, coverage, m.premature = m.heap.mark(), len(m.events), len(m.sizes), m.coverage.copy(), False
        m.call(instance, [*given, *further], kwargs)
        known = m.solid(given)
        if m.premature and any(one is not other for one, other in zip(known, given, strict=True)):
            m.heap.undo(mark)
            del m.events[first:], m.sizes[shown:]
            m.coverage, m.facts = coverage, m.fresh_facts()
            m.call(instance, [*known, *further], kwargs)

    def _option_specs(self) -> list[Spec] | None:
        return parse_spec(self.options.inputs[0]) if self.options.inputs else None

    def _assumed(self, function: FunctionValue, specs: list[Spec] | None = None, skip: int = 0, tensors: bool = True) -> list[Value]:
        """Arguments for the parameters without default: stated inputs first, then ``tensors`` of which nothing is known."""
        spec = function.node.args
        names = [*spec.posonlyargs, *spec.args][skip:]
        required = names[: len(names) - len(spec.defaults)] if spec.defaults else names
        given: list[Value] = [Tensor(item.shape, item.kind or "float") for item in specs or ()]
        for arg in required[len(given) :]:
            given.append(Unknown(Why.ENTRY, arg.arg) if _is_plain(arg.annotation) or not tensors else Tensor(None, None, assumed=True))
        return given

    def _make(self, cls: ClassValue) -> Value:
        """An object of a class that nothing constructs: parameters without default are symbolic ints."""
        from .attributes import find_in_mro

        m = self.m
        init = find_in_mro(m, cls.mro, "__init__")
        args: list[Value] = []
        kwargs: dict[str, Value] = {}
        if isinstance(init, FunctionValue):
            spec = init.node.args
            names = [*spec.posonlyargs, *spec.args][1:]
            for arg in names[: len(names) - len(spec.defaults)]:
                args.append(_symbol(arg, ASSUMED))
            for arg, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
                if default is None:
                    kwargs[arg.arg] = _symbol(arg, ASSUMED)
            args += _further(init)
        elif init is not None:  # a torch layer's own constructor, with arguments nobody passes
            args.append(Rest(Unknown(Why.ENTRY, "arguments")))
        return m.call(cls, args, kwargs)

    def uncalled_functions(self) -> None:
        """Functions of the module that nothing entered, with unknown arguments."""
        for name, value in list(self.scope.table.items()):
            if isinstance(value, FunctionValue) and not _expected_to_fail(value) and value.scope is self.scope and id(value.node) not in self.m.reached and name == value.name:
                required = len(value.node.args.posonlyargs) + len(value.node.args.args) - len(value.defaults)
                args: list[Value] = [Unknown(Why.ENTRY, "an argument") for _ in range(required)]
                args += _further(value)
                kwargs: dict[str, Value] = {
                    arg.arg: Unknown(Why.ENTRY, arg.arg) for arg in value.node.args.kwonlyargs if arg.arg not in value.kw_defaults
                }
                self._exploring(partial(self.m.call, value, args, kwargs), value.node)


_BOUNDS = {Exhausted: "a program that takes too long", RecursionError: "deep recursion", MemoryError: "a program that takes too much memory"}


def bound_names(node: ast.stmt) -> set[str]:
    """The names that a statement of a module binds there."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
    names |= {part.name for part in ast.walk(node) if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    return names | {alias.asname or alias.name.partition(".")[0] for part in ast.walk(node) if isinstance(part, (ast.Import, ast.ImportFrom)) for alias in part.names}


def _expected_to_fail(function: FunctionValue) -> bool:
    """``@pytest.mark.xfail`` and ``skip``: an error in the body is meant, or the body does not run."""
    decorators = getattr(function.node, "decorator_list", ())
    return any(part.attr in ("xfail", "skip") for item in decorators for part in ast.walk(item) if isinstance(part, ast.Attribute))


def _of_torch(cls: ClassValue) -> bool:
    """Whether the arrays of a class are torch's: a base says so, or a file where it or a base stands uses torch. Other libraries have a ``forward`` too."""
    if any(isinstance(base, External) and (base == MODULE or MODULE in external_bases(base.name)) for base in cls.mro):
        return True
    return any(_imports_torch(base.place.file) for base in cls.mro if isinstance(base, ClassValue))


def _imports_torch(file: SourceFile) -> bool:
    if "torch" not in file.text:
        return False
    named = [alias.name for node in ast.walk(file.tree) if isinstance(node, ast.Import) for alias in node.names]
    named += [f"{node.module}.{alias.name}" for node in ast.walk(file.tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    return any("torch" in part for name in named for part in name.split("."))


def _maybe_given(function: FunctionValue, given: int) -> dict[str, Value]:
    """``def forward(self, x, skip=None)``: whoever calls it may well pass a skip, so neither case is certain."""
    spec = function.node.args
    positional = list(zip(reversed(spec.args), reversed(spec.defaults), strict=False))[: max(len(spec.args) - given, 0)]
    pairs = [*positional, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    return {arg.arg: Unknown(Why.ENTRY, arg.arg) for arg, default in pairs if isinstance(default, ast.Constant) and default.value is None}


def _further(function: FunctionValue) -> list[Value]:
    """What ``*args`` and ``**kwargs`` would collect is not known."""
    spec = function.node.args
    return [Rest(Unknown(Why.ENTRY, "further arguments"), extra_only=True)] if spec.vararg is not None or spec.kwarg is not None else []


# Words for axes in stated inputs: a constructor's argument of that name is another thing.
_AXES = frozenset({"batch", "channels", "height", "width", "length", "depth", "time", "frames"})


def _symbol(arg: ast.arg, assumed: set[object]) -> Value:
    if _is_plain(arg.annotation) and not (isinstance(arg.annotation, ast.Name) and arg.annotation.id == "int"):
        return Unknown(Why.ENTRY, arg.arg)
    name = arg.arg if len(arg.arg) > 2 and arg.arg not in _AXES else f"{arg.arg}_"
    made = sym(name)
    assumed.add(made)
    ASSUMED_NAMES.add(name)
    return made


def _is_plain(annotation: ast.expr | None) -> bool:
    """Annotated as something that is certainly not a tensor."""
    if isinstance(annotation, ast.Subscript):
        annotation = annotation.value
    name = annotation.attr if isinstance(annotation, ast.Attribute) else annotation.id if isinstance(annotation, ast.Name) else ""
    return name in ("int", "bool", "float", "str", "dict", "Dict", "list", "List", "tuple", "Tuple", "Callable", "Sequence", "Mapping", "Optional", "Module")


def _line_node(span: Span) -> ast.AST:
    node = ast.Pass()
    node.lineno, node.end_lineno, node.col_offset, node.end_col_offset = span.line, span.end_line, span.column - 1, span.end_column - 1
    return node


__all__ = ["Options", "Program", "Run", "Shape", "package_root"]
