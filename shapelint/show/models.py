"""Running targets, and putting together what is known of each."""

import ast
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..check import guarded, judged
from ..config import Config
from ..diagnostics import Diagnostic
from ..source.environment import NoEnvironment, installed
from ..source.targets import Target, TargetError, parse_target
from ..source.text import SourceFile
from ..spec import SpecError, parse_spec
from .build import summary_of
from .summary import Lost, ModelSummary

if TYPE_CHECKING:
    from ..interp import Program
    from ..interp.targets import Stated, TargetRun


class ShowOptions:
    """What one run is asked for: a stated ``input`` for all targets, further ``roots`` for imports, the ``python`` whose packages are read,
    whether the models are in ``training`` mode, and ``sources``, texts to be read in place of the files at their paths."""

    __slots__ = ("input", "python", "roots", "sources", "training")

    def __init__(
        self, input: str | None = None, roots: Iterable[str] = (), python: str | None = None, training: bool = False, sources: Iterable[SourceFile] = (),
    ) -> None:
        self.input, self.roots, self.python, self.training, self.sources = input, tuple(roots), python, training, tuple(sources)


class Wanted(NamedTuple):
    """A target and its input (None: the one of the options, or one that the code states). Of a line in a file: ``where`` it stands, and what is
    ``wrong`` with its form."""

    target: str
    spec: str | None = None
    where: str = ""
    wrong: str = ""


def show_targets(targets: Iterable[Wanted], config: Config, options: ShowOptions) -> Iterator[ModelSummary]:
    """A summary for each target.

    Raises :class:`TargetError` for what the user has to mend; where there are several targets, or a list of them, the others are shown all the same.
    """
    shown, wanted = _Shown(config, options), list(targets)
    for text, spec, where, wrong in wanted:
        try:
            if wrong:
                raise TargetError(wrong)
            yield shown.summary(text, spec if spec is not None else options.input)
        except TargetError as error:
            if len(wanted) == 1 and not where:
                raise
            yield _refused(text, f"{where}: {error}" if where else str(error))


class _Shown:
    def __init__(self, config: Config, options: ShowOptions) -> None:
        self.config, self.options = config, options
        for root in options.roots:
            if not os.path.isdir(root):
                raise TargetError(f"--search-path {root}: no such folder")
        try:
            self.installed = installed(options.python or config.python_path())
        except NoEnvironment as error:
            raise TargetError(str(error)) from None
        self.program = self._program()

    def _program(self) -> "Program":
        from ..interp import Program

        roots = [*map(os.path.abspath, self.options.roots), *self.config.source_roots(), os.getcwd(), *self.config.search_roots()]
        made = Program(dict.fromkeys(roots))
        made.imports.installed, made.imports.whole = self.installed, True
        made.imports.environment = dict(os.environ)
        for source in self.options.sources:
            made.imports.offer(source)
        return made

    def summary(self, text: str, spec: str | None) -> ModelSummary:
        """What is known of one target."""
        target = parse_target(text)
        if not target.is_file:
            # The package that somebody names is read whatever it depends on.
            self.installed.wanted |= {target.module.partition(".")[0]}
        source = SourceFile(target.text, target.call, _tree(target))
        found = guarded(lambda: self._summary(target, spec), source, self.program)
        if isinstance(found, Diagnostic):
            self.program = self._program()  # the state of one that crashed is not to be trusted
            return _crashed(target, found)
        return found

    def _summary(self, target: Target, spec: str | None) -> ModelSummary:
        from ..interp.targets import run_target

        run = run_target(self.program, target, self._stated(target, spec), self.options.training)
        return self._judged(run)

    def _judged(self, run: "TargetRun") -> ModelSummary:
        result, numbers = judged(run.events, [run.expression], self.config)
        # What comments say of shapes is about the inputs that the program itself passes.
        result.diagnostics = [found for found in result.diagnostics if not found.code.startswith("SHP3")]
        return summary_of(run, result, numbers)

    def _stated(self, target: Target, spec: str | None) -> "Stated | None":
        from ..interp.targets import Stated

        how = "--input"
        if spec is None:
            spec, how = next((stated for name, stated in self.config.inputs.items() if self._means(name, target)), None), "settings"
        if spec is None:
            return None
        try:
            return Stated(parse_spec(spec), how)
        except SpecError as error:
            where = how if how == "--input" else f"the input of '{target.text}' in the settings"
            raise TargetError(f"{where}: {error} (at column {error.column + 1} of '{spec}')") from None

    def _means(self, name: str, target: Target) -> bool:
        """Whether a key of ``[tool.shapelint.inputs]`` names this target."""
        try:
            other = parse_target(name)
        except TargetError:
            return False
        if "".join(other.call.split()) not in ("".join(target.call.split()), "".join(target.call.split()).removesuffix("()")):
            return False
        paths = [os.path.abspath(each.module).removesuffix(".py") if each.is_file else each.module.replace(".", os.sep) for each in (other, target)]
        return paths[0] == paths[1] or any(one.endswith(os.sep + other) for one, other in (paths, reversed(paths)))


def _tree(target: Target) -> ast.Module:
    return ast.parse(target.call)


def _refused(target: str, why: str) -> ModelSummary:
    made = ModelSummary(target)
    made.wrong = why
    made.lost = [Lost("a target that cannot be shown", why, target, 1)]
    return made


def _crashed(target: Target, found: Diagnostic) -> ModelSummary:
    made = ModelSummary(target.text)
    made.diagnostics = [found]
    made.lost = [Lost("a failure of shapelint", found.message, found.span.file, found.span.line)]
    return made
