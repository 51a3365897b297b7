"""THE pipeline: files, interpretation, rules, selection, suppression, and what is left in order. Every front door goes through here."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .config import Config, ConfigError
from .diagnostics import Diagnostic, Edit, Fix, Label, Severity
from .rules import Judge, by_code, off_by_default, registered, rules
from .rules import Settings as RuleSettings
from .rules.unused_suppression import UnusedSuppression
from .source import Problem as SourceProblem
from .source import SourceFile
from .source.comments import read_comments
from .source.environment import NoEnvironment, installed
from .source.files import Found, discover, parse_bytes, read_found, read_source
from .source.reading import read_bytes
from .source.text import Span, split_lines
from .spec import SpecError, parse_spec

if TYPE_CHECKING:
    from .interp import Program
    from .interp.events import Event

_CODES = {"unreadable": "SHP001", "syntax": "SHP002", "notebook": "SHP003", "comment": "SHP004"}
Answer = TypeVar("Answer")
_HINTS = (b"torch", b"nn", b"einops", b"shapelint")


class CheckOptions:
    """What one run is asked for, beyond the settings.

    ``inputs`` are texts in the notation of :mod:`.spec` for models that nothing calls; ``sizes`` asks for every inferred shape;
    ``progress`` is called with the number of steps done and of steps in all, two for each file.
    """

    __slots__ = ("inputs", "progress", "sizes", "stdin_filename")

    def __init__(self, inputs: tuple[str, ...] = (), sizes: bool = False, stdin_filename: str | None = None, progress: Any = None) -> None:
        self.inputs, self.sizes, self.stdin_filename, self.progress = inputs, sizes, stdin_filename, progress


class Coverage:
    """How many calls of layers and operators were seen, how many had known shapes, and why the others had not.

    ``by_class`` has (calls, known) for each (file, class) whose code calls; ``places`` the (file, line) of every reason, counted.
    """

    __slots__ = ("by_class", "calls", "known", "places", "reasons")

    def __init__(self) -> None:
        self.calls = self.known = 0
        self.reasons: Counter[tuple[str, str]] = Counter()
        self.by_class: dict[tuple[str, str], tuple[int, int]] = {}
        self.places: dict[tuple[str, str], Counter[tuple[str, int]]] = {}

    def add(self, other: Any) -> None:
        """Add the coverage that an interpreter kept."""
        for (file, name), (calls, known) in getattr(other, "by_class", {}).items():
            before = self.by_class.get((_short(file), name), (0, 0))
            self.by_class[_short(file), name] = (before[0] + calls, before[1] + known)
        for reason, places in getattr(other, "places", {}).items():
            own = self.places.setdefault(reason, Counter())
            for (file, line), count in places.items():
                own[_short(file), line] += count
        self.calls += other.calls
        self.known += other.known
        for (why, what), count in other.reasons.items():
            self.reasons[getattr(why, "value", str(why)), what] += count


class Result:
    """What a run found. ``sizes`` holds (span, name, shape) where they were asked for."""

    def __init__(self) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.files: dict[str, SourceFile] = {}  # by path as shown; only those that could be parsed
        self.file_count = 0
        self.coverage = Coverage()
        self.sizes: list[tuple[Span, str, str]] = []
        self._others: dict[str, list[str]] = {}

    @property
    def statistics(self) -> "Counter[str]":
        """Findings by code."""
        return Counter(found.code for found in self.diagnostics)

    def cell(self, span: Span) -> int | None:
        """The number of the notebook cell that a place lies in."""
        file = self.files.get(span.file)
        at = file.cell_at(span.line) if file is not None else None
        return at[0] if at is not None else None

    def lines_before_cell(self, span: Span) -> int:
        """Lines of the file before the notebook cell of a place; 0 outside notebooks."""
        file = self.files.get(span.file)
        at = file.cell_at(span.line) if file is not None else None
        return span.line - at[1] if at is not None else 0

    def where(self, span: Span) -> str:
        """``net.py:12:30`` or ``net.ipynb:cell 3:2:5``."""
        file = self.files.get(span.file)
        return file.show(span) if file is not None else f"{span.file}:{span.line}:{span.column}"

    def line_text(self, span: Span) -> str:
        """The source line of a place; of a file that could not be parsed, as far as it can be read."""
        file = self.files.get(span.file)
        if file is not None:
            return file.line_text(span.line)
        lines = self._others.get(span.file)
        if lines is None:
            lines = self._others[span.file] = _plain_lines(span.file)
        return lines[span.line - 1] if 0 < span.line <= len(lines) else ""


def _plain_lines(path: str) -> list[str]:
    try:
        return split_lines(read_bytes(path).decode("utf-8", "replace")) if os.path.isfile(path) else []
    except (OSError, ValueError):
        return []


def check_paths(paths: Iterable[str], config: Config, options: CheckOptions | None = None) -> Result:
    """Check files, directories and ``-``. Raises ``InputError`` for a path that does not exist."""
    options = options or CheckOptions()
    return _Run(config, options, list(discover(paths, config, options.stdin_filename))).result()


def check_sources(sources: Iterable[SourceFile], config: Config, options: CheckOptions | None = None) -> Result:
    """Check texts that somebody else read: an editor's buffers, an example of the documentation."""
    run = _Run(config, options or CheckOptions(), [])
    for source in sources:
        run.add(source.path, source, True)
    return run.result()


def judged(events: "Iterable[Event]", sources: Iterable[SourceFile], config: Config) -> "tuple[Result, dict[int, int]]":
    """What the rules say about events that somebody else collected, and for each finding (by identity) which event it was about.

    ``sources`` are files that only exist as text; nothing is said about the comments of any file.
    """
    run = _Run(config, CheckOptions(), [])
    for source in sources:
        run.add(source.path, source, False)
        run.imported.add(source.path)
    numbers: dict[int, int] = {}
    for number, event in enumerate(events):
        made = [run._respelled(found) for found in run.judge.judge(event)]
        numbers.update({id(found): number for found in made})
        run.made += made
    run.outcome.diagnostics = run._reported()
    return run.outcome, numbers


def guarded(action: "Callable[[], Answer]", source: SourceFile, program: Any) -> "Answer | Diagnostic":
    """What ``action`` returns; a defect of ours becomes a finding, so that one model does not hide what there is to say about the next."""
    from .source.targets import TargetError

    try:
        return action()
    except (ConfigError, TargetError):
        raise  # for the user
    except Exception as error:
        return _crash(source, program, error)


class _Run:
    """One run of the pipeline."""

    def __init__(self, config: Config, options: CheckOptions, found: list[Found]) -> None:
        if not config.default_off:
            config = Config(config.values, root=config.root, file=config.file, default_off=off_by_default())
        self.config, self.options = config, options
        self.enabled = frozenset(declared.code for declared in rules() if config.selects(declared.code))
        self.judge = Judge(RuleSettings(config.min_feature_map, config.contract_style), self.enabled)
        self.made: list[Diagnostic] = []
        self.outcome = Result()
        self.interpreted: list[SourceFile] = []
        self.order: dict[str, int] = {}
        self.imported: set[str] = set()  # files that nobody named, with findings
        self.shown_as: dict[str, str] = {}  # real path -> path as the user gave it
        self.programs: list[Program] = []
        self.begun: dict[str, Program] = {}  # by the path of the file that was begun in it
        self.fresh = True
        for each in found:
            self.read(each)

    # --- reading ---------------------------------------------------------------------------------------------

    def read(self, found: Found) -> None:
        source, relevant = _read(found)
        self.add(found.path, source, relevant)

    def add(self, path: str, source: SourceFile | SourceProblem | None, relevant: bool) -> None:
        """Take up an input; ``None`` stands for a file that was not worth parsing."""
        self.order[path] = len(self.order)
        self.shown_as[os.path.realpath(path)] = path
        self.outcome.file_count += 1
        if isinstance(source, SourceProblem):
            self._problem(source)
        elif source is not None:
            self.outcome.files[path] = source
            for problem in source.problems:
                self._problem(problem)
            if relevant:
                self.interpreted.append(source)

    def _problem(self, problem: SourceProblem) -> None:
        self.made.append(by_code(_CODES[problem.kind]).at(problem.span, problem.message))

    # --- interpreting ----------------------------------------------------------------------------------------

    def result(self) -> Result:
        total = 2 * len(self.interpreted)
        # Every file's own calls come first: what one file calls is not explored in another.
        steps = [(step, source) for step in ("begin", "finish") for source in self.interpreted]
        for done, (step, source) in enumerate(steps):
            self._tell(done, total)
            self._interpret(source, step)
        self._tell(total, total)
        self._collect()
        self.outcome.diagnostics = self._reported()
        return self.outcome

    def _tell(self, done: int, total: int) -> None:
        if self.options.progress is not None:
            self.options.progress(done, total)

    def _interpret(self, source: SourceFile, step: str) -> None:
        program = self.begun.get(source.path)
        if program is None and step == "finish":
            return  # it crashed at the first step
        try:
            program = program or self._program()
            for event in getattr(program, step)(source):
                self.made += [self._respelled(found) for made in self.judge.judge(event) for found in self._at_home(made, event)]
            self.begun[source.path] = program
        except ConfigError:
            raise  # for the user
        except Exception as error:  # a defect of ours must not hide what the other files hold
            self.made.append(_crash(source, program, error))
            self.begun.pop(source.path, None)
            self.fresh = self.fresh or program is self.programs[-1]

    def _program(self) -> "Program":
        """The program to run the next file in: a new one after a crash, because the state of the old one is not to be trusted."""
        if self.fresh:
            self.programs.append(_new_program(self.config, self.options, "SHP207" in self.enabled))
            self.programs[-1].offer(self.interpreted)
            self.fresh = False
        return self.programs[-1]

    def _collect(self) -> None:
        """What the programs counted."""
        for program in self.programs:
            self.outcome.coverage.add(program.coverage)
            if self.options.sizes:
                self.outcome.sizes += [(self._spelled(span), name, shape) for span, name, shape in program.sizes if not self._is_foreign(span)]

    def _at_home(self, found: Diagnostic, event: "Event") -> Iterator[Diagnostic]:
        """A mistake that shows inside an installed package was made by whoever called it: the finding moves there. What the package does by
        itself is its own."""
        from .interp.events import Refused

        if not self._is_foreign(found.span):
            yield found
            return
        stack = event.application.stack if isinstance(event, Refused) else ()
        caller = next((place.span for place in reversed(stack) if not self._is_foreign(place.span)), None)
        if caller is not None and found.severity is Severity.ERROR:
            found.labels = (Label(found.span, found.label or "here"), *found.labels)
            found.span, found.label, found.fix = caller, "in this call", None
            yield found

    def _is_foreign(self, span: Span) -> bool:
        """Whether a place lies in an installed package that nobody asked about."""
        packages = self.programs[-1].options.installed
        ours = span.file in self.order or os.path.realpath(span.file) in self.shown_as
        return packages is not None and packages.holds(span.file) and not ours

    def _spelled(self, span: Span) -> Span:
        """The span with its file named as the user named it: an import may have found the file under another path."""
        if span.file in self.order:
            return span
        return span._replace(file=self.shown_as.get(os.path.realpath(span.file)) or _short(span.file))

    def _respelled(self, found: Diagnostic) -> Diagnostic:
        found.span = self._spelled(found.span)
        found.labels = tuple(Label(self._spelled(label.span), label.text) for label in found.labels)
        if found.fix is not None:
            edits = tuple(Edit(self._spelled(edit.span), edit.replacement) for edit in found.fix.edits)
            found.fix = Fix(found.fix.title, edits, found.fix.applicability)
        return found

    # --- choosing --------------------------------------------------------------------------------------------

    def _reported(self) -> list[Diagnostic]:
        """What is left after selection, suppression and removal of repetitions, in order of files and lines."""
        self._add_imported()
        kept = [found for found in _unique(self.made) if found.span.file in self.order and self._selected(found)]
        kept = self._unsuppressed(kept)
        return sorted(kept, key=lambda found: (self.order[found.span.file], found.span.line, found.span.column, found.code))

    def _add_imported(self) -> None:
        """A program may break in a file that it imports and nobody named: the mistake is shown there, after the named files."""
        for path in sorted({found.span.file for found in self.made} - set(self.order)):
            source = read_source(path)
            if isinstance(source, SourceFile) and not self.config.excludes(path, False):
                self.order[path] = len(self.order)
                self.outcome.files[path] = source
                self.imported.add(path)

    def _selected(self, found: Diagnostic) -> bool:
        return found.code in self.enabled and self.config.selects(found.code, found.span.file)

    def _unsuppressed(self, kept: list[Diagnostic]) -> list[Diagnostic]:
        left = [found for found in kept if found.span.file not in self.outcome.files]
        by_file: dict[str, list[Diagnostic]] = {}
        for found in kept:
            by_file.setdefault(found.span.file, []).append(found)
        for path, source in self.outcome.files.items():
            found_here = by_file.get(path, [])
            left += self._suppressed(source, found_here) if "shapelint" in source.text else found_here
        return left

    def _suppressed(self, source: SourceFile, found: list[Diagnostic]) -> list[Diagnostic]:
        """What is left of the findings of a file, with those about its suppression comments."""
        comments = read_comments(source, registered())
        if comments.skip_file:
            return []
        silenced = comments.suppressions
        left = [each for each in found if not silenced.covers(each.code, each.span.line, each.span.end_line)]
        if source.path in self.imported:
            return left  # nobody asked about this file's comments
        left += [by_code(_CODES[problem.kind]).at(problem.span, problem.message) for problem in comments.problems]
        left += [by_code("SHP004").at(stated.span, trouble) for stated in comments.inputs if (trouble := _spec_trouble(stated.spec))]
        if not any(each.code == "SHP005" for each in found):  # after a crash nobody knows what a comment would have silenced
            enabled = self._enabled_in(source.path)
            active = silenced.unused(lambda prefix: any(code.startswith(prefix) for code in enabled))
            left += [UnusedSuppression.about_comment(source, unused) for unused in active]
        return [each for each in left if self._selected(each)]

    def _enabled_in(self, path: str) -> frozenset[str]:
        if not self.config.per_file_ignores:
            return self.enabled
        return frozenset(code for code in self.enabled if self.config.selects(code, path))


def _short(path: str) -> str:
    """A path as a person in the working directory would write it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return path if relative.startswith("..") else relative


def _read(found: Found) -> tuple[SourceFile | SourceProblem | None, bool]:
    """The input, and whether it can hold anything for the interpreter.

    A file met in a walk is looked at as bytes first: most files of a repository never mention torch, and parsing costs more
    than everything else about them.
    """
    if found.explicit or found.stdin or found.error:
        source = read_found(found)
        return source, not isinstance(source, SourceFile) or _hinted(source.text.encode("utf-8", "replace"))
    try:
        data = read_bytes(found.path)
    except (OSError, ValueError):
        return read_found(found), False
    return (parse_bytes(found.path, data), True) if _hinted(data) else (None, False)


def _hinted(data: bytes) -> bool:
    return any(hint in data for hint in _HINTS)


def _new_program(config: Config, options: CheckOptions, contracts: bool) -> "Program":
    from .interp import Options, Program

    try:
        packages = installed(config.python_path())
    except NoEnvironment as error:
        raise ConfigError(str(error)) from None
    packages.beside = config.search_roots()
    return Program((*config.source_roots(), *config.search_roots()), Options(options.inputs, dict(config.inputs), contracts, packages))


def _crash(source: SourceFile, program: Any, error: Exception) -> Diagnostic:
    """SHP005, at the line that was being interpreted where that is known, with the place in our own code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace is not None else "?"
    place = getattr(program, "place", None)
    span = place.span if place is not None and place.file is source else source.line_span(1)
    text = " ".join(str(error).split())[:200]
    return by_code("SHP005").at(span, f"shapelint failed while reading this file: {type(error).__name__}: {text} (at {at})")


def _spec_trouble(spec: str) -> str:
    """What is wrong with a stated input; empty where nothing is."""
    try:
        parse_spec(spec)
    except SpecError as error:
        return f"'{spec}' is no shape: {error}"
    return ""


def _unique(made: list[Diagnostic]) -> Iterator[Diagnostic]:
    """One finding per code and place: a block that is built ten times with the same mistake has one line to change.

    Notes state what holds, which may be one thing for a model and another for the next of its class: then nothing of it is written down.
    """
    seen: dict[tuple[str, Span], list[Diagnostic]] = {}
    for found in made:
        others = seen.setdefault((found.code, found.span), [])
        if not others:
            others.append(found)
            yield found
        elif found.severity is Severity.NOTE and all(found.message != other.message for other in others):
            others.append(found)
            for other in others:
                other.fix = None
            yield found


__all__ = ["CheckOptions", "Coverage", "Result", "check_paths", "check_sources", "guarded", "judged"]
