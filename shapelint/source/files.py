"""Which files a command line means, and reading one of them.

A file that is named is read, whatever its name; a directory is walked for ``include`` (``*.py`` and ``*.ipynb``) without
what ``.gitignore`` files, the configuration and common sense exclude. Links to directories are not followed, so a walk
ends. The order is that of the names, and no file comes twice. A path that does not exist is an :class:`InputError`, the
user's mistake; what cannot be read or parsed is a :class:`Problem`, a finding about that file.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from .decode import Refused, decode, parse
from .gitignore import Rules, ignored, read_rules, rules_above
from .reading import read_bytes
from .text import Kind, Problem, SourceFile, Span

EXCLUDED = frozenset({
    ".direnv", ".eggs", ".git", ".hg", ".hypothesis", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pixi", ".pytest_cache", ".ruff_cache",
    ".svn", ".tox", ".venv", "__pycache__", "build", "dist", "node_modules", "site-packages", "venv",
})
"""Directories that are never entered unless they are named; so is any directory that holds a ``pyvenv.cfg``."""

STDIN = "-"


class InputError(Exception):
    """The command line names something that is not there: one line for the user."""


class Selection(Protocol):
    """What the walk asks the configuration."""

    def excludes(self, path: str, directory: bool) -> bool: ...
    def includes(self, path: str) -> bool: ...


class Found(NamedTuple):
    """An input to read: ``path`` for display and for opening, ``explicit`` when it was named on the command line.

    ``error`` says why a directory could not be listed. For standard input ``path`` is the name to show.
    """

    path: str
    explicit: bool = True
    stdin: bool = False
    error: str = ""


def discover(paths: Iterable[str], config: Selection | None = None, stdin_filename: str | None = None) -> Iterator[Found]:
    """The inputs that ``paths`` mean: files, directories, glob patterns and ``-`` for standard input."""
    paths = list(paths)
    for path in paths:
        if path != STDIN and not os.path.exists(path) and not _is_glob(path):
            raise InputError(f"{path}: no such file or directory")
    walk = _Walk(config)
    for path in paths:
        if path == STDIN:
            yield from walk.once(Found(stdin_filename or "<stdin>", stdin=True), STDIN)
        elif os.path.isdir(path):
            yield from walk.directory(path)
        elif os.path.exists(path):
            yield from walk.once(Found(path), os.path.realpath(path))
        else:
            yield from walk.pattern(path)


def _is_glob(path: str) -> bool:
    return any(char in path for char in "*?[")


class _Walk:
    """One discovery: what has been seen, and the rules of the directory at hand."""

    def __init__(self, config: Selection | None) -> None:
        self.config = config
        self.seen: set[str] = set()

    def once(self, found: Found, identity: str) -> Iterator[Found]:
        if identity not in self.seen:
            self.seen.add(identity)
            yield found

    def pattern(self, pattern: str) -> Iterator[Found]:
        """The matches of a glob pattern, outside excluded directories unless the pattern names them."""
        import glob

        matched = False
        for path in sorted(glob.glob(pattern, recursive=True)):
            between = [part for part in path.split(os.sep)[:-1] if part not in pattern.split(os.sep)]
            if any(part in EXCLUDED for part in between):
                continue
            if os.path.isdir(path) and not pattern.endswith("**"):
                yield from self.directory(path)
                matched = True
            elif os.path.isfile(path) and self.wanted(path):
                yield from self.once(Found(path, explicit=False), os.path.realpath(path))
                matched = True
        if not matched:
            raise InputError(f"{pattern}: no Python file or notebook matches this pattern")

    def directory(self, root: str) -> Iterator[Found]:
        shown = "" if root in (".", "." + os.sep) else root
        levels = [self.inside(root, shown, os.path.realpath(root), rules_above(root))]
        while levels:
            found = next(levels[-1], None)
            if found is None:
                levels.pop()
            elif isinstance(found, Found):
                yield found
            else:
                levels.append(found)

    def inside(self, path: str, shown: str, real: str, rules: tuple[Rules, ...]) -> "Iterator[Found | Iterator[Any]]":
        """What a directory holds, in order: files, and for each directory in it another such iterator."""
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Found(shown or path, explicit=False, error=f"cannot be listed: {_reason(error)}")
            return
        if any(entry.name == ".gitignore" for entry in entries):
            rules = (*rules, *read_rules(path))
        for entry in entries:
            name = os.path.join(shown, entry.name)
            identity = os.path.join(real, entry.name)
            if entry.is_dir(follow_symlinks=False):
                if not self.skipped(entry, rules):
                    yield self.inside(entry.path, name, identity, rules)
            elif self.wanted(name) and os.path.isfile(entry.path) and not ignored(entry.path, False, rules):
                yield from self.once(Found(name, explicit=False), os.path.realpath(identity) if entry.is_symlink() else identity)

    def skipped(self, entry: "os.DirEntry[str]", rules: tuple[Rules, ...]) -> bool:
        if entry.name in EXCLUDED or ignored(entry.path, True, rules):
            return True
        if self.config is not None and self.config.excludes(entry.path, True):
            return True
        return os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))

    def wanted(self, path: str) -> bool:
        if self.config is None:
            return path.endswith((".py", ".ipynb"))
        return self.config.includes(path) and not self.config.excludes(path, False)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def read_source(path: str) -> SourceFile | Problem:
    """The parsed file at ``path``."""
    return read_found(Found(path))


def read_found(found: Found) -> SourceFile | Problem:
    """The parsed input, or the one reason why there is none."""
    if found.error:
        return problem("unreadable", found.path, Refused(found.error))
    try:
        data = sys.stdin.buffer.read() if found.stdin else read_bytes(found.path)
    except (OSError, ValueError) as error:
        why = _reason(error) if isinstance(error, OSError) else str(error)
        return problem("unreadable", found.path, Refused(f"cannot be read: {why}"))
    return parse_bytes(found.path, data)


def parse_bytes(path: str, data: bytes) -> SourceFile | Problem:
    """What the bytes of ``path`` hold: a notebook when the name ends in ``.ipynb`` (or, on standard input, when it is JSON)."""
    if path.endswith(".ipynb") or (path == "<stdin>" and data[:1] == b"{" and b'"nbformat"' in data):
        from .notebook import parse_notebook

        return parse_notebook(path, data)
    decoded = decode(data)
    if isinstance(decoded, Refused):
        return problem("unreadable", path, decoded)
    return parse_text(path, *decoded)


def parse_text(path: str, text: str, encoding: str = "utf-8") -> SourceFile | Problem:
    """The source file with this text."""
    if len(text) > _LARGE and (tokens := _tokens(text)) > _MOST_TOKENS:
        return problem("unreadable", path, Refused(f"too large to be read: about {tokens:,} tokens, where {_MOST_TOKENS:,} are read"))
    tree = parse(text)
    if isinstance(tree, Refused):
        return problem("syntax", path, tree)
    return SourceFile(path, text, tree, encoding=encoding)


# Python's tree takes some 500 bytes for a token.
_LARGE, _MOST_TOKENS = 2_000_000, 1_500_000
_OPAQUE = re.compile(r"#[^\n]*|\"\"\"[^\"]*\"\"\"|\'\'\'[^\']*\'\'\'|'[^'\\\n]{20,}'|\"[^\"\\\n]{20,}\"")


def _tokens(text: str) -> int:
    """About how many tokens there are, without those in comments and long strings."""
    return sum(map(_OPAQUE.sub("", text).count, "\n,.()[]{}+-*/=:;"))


def problem(kind: Kind, path: str, refused: Refused) -> Problem:
    """A refusal as a problem of ``path``."""
    return Problem(kind, refused.message, Span(path, refused.line, refused.column, refused.end_line, refused.end_column))
