"""The settings: which there are, where they are written, and what they say about a rule or a path.

``OPTIONS`` is the one list of keys, with type, default and documentation; help, validation and the reference page read
it. Settings come from the nearest directory, upwards from the first path, that has ``shapelint.toml``, a
``[tool.shapelint]`` table in ``pyproject.toml``, or a ``[shapelint]`` section in ``setup.cfg``, in this order. An unknown
key or a value of the wrong type is a :class:`ConfigError`: a setting that silently does nothing is worse than none.
"""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .source.names import code_trouble, did_you_mean
from .source.settings import ConfigError, Settings, find_settings, read_settings

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

__all__ = ["OPTIONS", "Config", "ConfigError", "Option", "load_config", "read_value"]

Type = Literal["codes", "strings", "string", "number", "switch", "codes-by-path", "specs-by-model", "contract-style"]


class Option(NamedTuple):
    """One setting. ``default`` is what :class:`Config` holds when nobody says anything."""

    key: str
    type: Type
    default: Any
    doc: str

    @property
    def attribute(self) -> str:
        return self.key.replace("-", "_")


OPTIONS = (
    Option("select", "codes", (), "Rules to report, by code or prefix (\"SHP1\"). Empty: every rule that is on by default."),
    Option("extend-select", "codes", (), "Rules to report in addition, for those that are off by default."),
    Option("ignore", "codes", (), "Rules not to report. Where select and ignore both match, the longer prefix decides, then ignore."),
    Option("per-file-ignores", "codes-by-path", {}, "Rules not to report in the files that match a pattern: {\"tests/*\" = [\"SHP2\"]}."),
    Option("exclude", "strings", (), "Files and directories to pass over in a walk, as patterns of .gitignore relative to the configuration file."),
    Option("include", "strings", ("*.py", "*.ipynb"), "Files to read in a walk, as patterns of .gitignore. A named file is always read."),
    Option("inputs", "specs-by-model", {}, "Input shapes of models: {\"pkg.models:UNet(3, 2)\" = \"N 3 256 256\"}."),
    Option("min-feature-map", "number", 0, "Report a feature map whose height or width falls below this many pixels. 0: never."),
    Option("contract-style", "contract-style", "docstring", "What the fix of input-contract writes: \"docstring\" or \"assert\"."),
    Option("src", "strings", (".", "src"), "Directories from which imports are resolved, relative to the configuration file."),
    Option("search-path", "strings", (), "Further directories from which imports are resolved, after all others."),
    Option("python", "string", "", "The Python, or the environment, whose installed packages are read. Empty: the active one."),
    Option("output-format", "string", "text", "How findings are written."),
    Option("strict", "switch", False, "Also report what could not be followed, and why."),
)
_BY_KEY = {option.key: option for option in OPTIONS}
_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_EXPECTED: dict[Type, str] = {
    "codes": "a list of rule codes", "strings": "a list of strings", "string": "a string", "number": "a whole number, 0 or more",
    "contract-style": "\"docstring\" or \"assert\"", "switch": "true or false", "codes-by-path": "a table of path pattern = list of rule codes", "specs-by-model": "a table of model = shape",
}


class Config:
    """The settings of one run. Paths in them are relative to ``root``; ``file`` is where they were found, if anywhere.

    ``default_off`` holds the codes that are reported only when selected.
    """

    select: tuple[str, ...]
    extend_select: tuple[str, ...]
    ignore: tuple[str, ...]
    per_file_ignores: Mapping[str, tuple[str, ...]]
    exclude: tuple[str, ...]
    include: tuple[str, ...]
    inputs: Mapping[str, str]
    min_feature_map: int
    contract_style: str
    src: tuple[str, ...]
    search_path: tuple[str, ...]
    python: str
    output_format: str
    strict: bool

    def __init__(
        self, values: Mapping[str, Any] | None = None, *, root: str | None = None, file: str | None = None, default_off: frozenset[str] = frozenset(),
    ) -> None:
        self.values = dict(values or {})
        self.root, self.file, self.default_off = os.path.abspath(root or "."), file, default_off
        for option in OPTIONS:
            setattr(self, option.attribute, self.values.get(option.key, option.default))
        self._patterns: dict[tuple[str, ...], GitIgnoreSpec] = {}
        self._selected: dict[str, bool] = {}

    def __repr__(self) -> str:
        return f"Config({self.values!r}, root={self.root!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # Compiled patterns stay behind when a configuration is sent to another process.
        return _rebuilt, (self.values, self.root, self.file, self.default_off)

    def override(self, values: Mapping[str, Any], codes: Iterable[str] = ()) -> "Config":
        """These settings with others on top: a command line, whose values may be text as in ``setup.cfg``."""
        checked = {key: read_value(key, value, codes, textual=isinstance(value, str)) for key, value in values.items()}
        return Config({**self.values, **checked}, root=self.root, file=self.file, default_off=self.default_off)

    def selects(self, code: str, path: str | None = None) -> bool:
        """Whether a finding of this rule, in this file, is to be reported."""
        chosen = self._selected.get(code)
        if chosen is None:
            chosen = self._selected[code] = self._select(code)
        if not chosen or path is None:
            return chosen
        return not any(code.startswith(codes) and self._matches((pattern,), path, False) for pattern, codes in self.per_file_ignores.items())

    def _select(self, code: str) -> bool:
        wanted = _longest(code, self.select + self.extend_select)
        if wanted < 0 and not self.select and code not in self.default_off:
            wanted = 0
        return wanted > _longest(code, self.ignore)

    def excludes(self, path: str, directory: bool) -> bool:
        """Whether a walk passes over ``path``."""
        return bool(self.exclude) and self._matches(self.exclude, path, directory)

    def includes(self, path: str) -> bool:
        """Whether a walk reads the file ``path``."""
        if self.include == ("*.py", "*.ipynb"):
            return path.endswith((".py", ".ipynb"))
        return self._matches(self.include, path, False)

    def source_roots(self) -> tuple[str, ...]:
        """The directories of ``src`` that exist, as absolute paths."""
        roots = (os.path.normpath(os.path.join(self.root, directory)) for directory in self.src)
        return tuple(root for root in roots if os.path.isdir(root))

    def search_roots(self) -> tuple[str, ...]:
        """The directories of ``search-path``, as absolute paths. Raises :class:`ConfigError` for one that does not exist."""
        roots = tuple(os.path.normpath(os.path.join(self.root, directory)) for directory in self.search_path)
        for root, given in zip(roots, self.search_path, strict=True):
            if not os.path.isdir(root):
                raise ConfigError(f"search-path {given}: no such folder")
        return roots

    def python_path(self) -> str | None:
        """The environment of ``python``; None where none is named."""
        return os.path.normpath(os.path.join(self.root, os.path.expanduser(self.python))) if self.python else None

    def _matches(self, patterns: tuple[str, ...], path: str, directory: bool) -> bool:
        spec = self._patterns.get(patterns)
        if spec is None:
            from pathspec import GitIgnoreSpec

            try:
                spec = self._patterns[patterns] = GitIgnoreSpec.from_lines(patterns)
            except ValueError as error:
                raise ConfigError(f"{self.file or 'configuration'}: {str(error)[:1].lower()}{str(error)[1:]}") from error
        relative = os.path.relpath(os.path.abspath(path), self.root).replace(os.sep, "/")
        return spec.match_file(relative + "/" * directory)


def _rebuilt(values: dict[str, Any], root: str, file: str | None, default_off: frozenset[str]) -> Config:
    return Config(values, root=root, file=file, default_off=default_off)


def _longest(code: str, prefixes: Iterable[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


def load_config(
    paths: Iterable[str] = (), file: str | None = None, *, default_off: frozenset[str] = frozenset(), codes: Iterable[str] = (),
) -> Config:
    """The settings for these paths: of ``file``, or of the nearest file that has any, or the defaults. ``codes`` are the rules that exist."""
    if file is not None:
        settings = read_settings(file)
        if settings is None:
            raise ConfigError(f"{file}: has no settings of shapelint")
    else:
        start = next((path for path in paths if path != "-"), ".")
        settings = find_settings(start)
    if settings is None:
        return Config(default_off=default_off)
    return Config(_checked(settings, codes), root=settings.root, file=settings.file, default_off=default_off)


def _checked(settings: Settings, codes: Iterable[str]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for key, value in settings.values.items():
        try:
            checked[key] = read_value(key, value, codes, textual=settings.textual)
        except ConfigError as error:
            hint = ": the settings of this file stand at its top level" if key == "tool" and not settings.table else ""
            raise settings.error(key, f"{error}{hint}") from None
    return checked


def read_value(key: str, value: Any, codes: Iterable[str] = (), *, textual: bool = False) -> Any:
    """The checked value of a setting. ``textual``: it is text, where lists split at commas and tables have an entry a line."""
    option = _BY_KEY.get(key)
    if option is None:
        raise ConfigError(f"unknown key '{key}'" + did_you_mean(key, _BY_KEY))
    checked = _READERS[option.type](_from_text(option.type, value) if textual else value)
    if checked is None:
        raise ConfigError(f"'{key}' must be {_EXPECTED[option.type]}, not {_shown(value)}")
    if option.type in ("codes", "codes-by-path"):
        for listed in checked.values() if isinstance(checked, dict) else [checked]:
            for code in listed:
                trouble = code_trouble(code, codes)
                if trouble is not None:
                    raise ConfigError(f"'{key}': {trouble}")
    return checked


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _from_text(type: Type, text: str) -> Any:
    if type == "number":
        return int(text) if text.strip().isdecimal() else text
    if type == "switch":
        return _SWITCHES.get(text.strip().lower(), text)
    if type in ("codes", "strings"):
        return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
    if type == "string":
        return text.strip()
    entries = [_entry(type, line.strip()) for line in text.split("\n") if line.strip()]
    return text if None in entries else dict(entry for entry in entries if entry is not None)


def _entry(type: Type, line: str) -> tuple[str, Any] | None:
    """One line of a table: ``tests/*: SHP2, SHP3``, or ``pkg.models:UNet(width=3) = N 3 H W``."""
    if type == "codes-by-path":
        at = line.rfind(":")
        return None if at < 0 else (line[:at].strip(), _from_text("codes", line[at + 1:]))
    at = line.find("=", line.rfind(")") + 1)
    return None if at < 0 else (line[:at].strip(), line[at + 1:].strip())


def _strings(value: Any) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value) else None


def _codes(value: Any) -> tuple[str, ...] | None:
    found = _strings(value)
    return None if found is None else tuple(code.upper() if code.upper().startswith("SHP") else code for code in found)


def _codes_by_path(value: Any) -> dict[str, tuple[str, ...]] | None:
    if not isinstance(value, Mapping):
        return None
    found: dict[str, tuple[str, ...]] = {}
    for pattern, listed in value.items():
        codes = _codes(listed)
        if codes is None:
            return None
        found[pattern] = codes
    return found


def _specs(value: Any) -> dict[str, str] | None:
    return dict(value) if isinstance(value, Mapping) and all(isinstance(spec, str) for spec in value.values()) else None


_READERS: dict[Type, Any] = {
    "codes": _codes, "strings": _strings, "string": lambda value: value if isinstance(value, str) else None,
    "contract-style": lambda value: value if value in ("docstring", "assert") else None,
    "number": lambda value: value if type(value) is int and value >= 0 else None,
    "switch": lambda value: value if isinstance(value, bool) else None, "codes-by-path": _codes_by_path, "specs-by-model": _specs,
}
