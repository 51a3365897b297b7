"""Where settings are written: the search upwards, and the three kinds of file as one mapping of keys to values.

This file knows formats, not keys. Parsers are imported only for a file whose text can hold our table, so a project
without settings pays for a few ``stat`` calls and a text search.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NamedTuple

from .reading import read_bytes

_NAMES = ("shapelint.toml", "pyproject.toml", "setup.cfg")


class ConfigError(Exception):
    """A setting that cannot be used: one line that names the file, the key and the remedy."""


class Settings(NamedTuple):
    """What one file says. ``textual``: its values are text (``setup.cfg``), to be read as the key's type demands."""

    file: str
    table: str
    values: Mapping[str, Any]
    text: str
    textual: bool = False

    @property
    def root(self) -> str:
        return os.path.dirname(os.path.abspath(self.file))

    def error(self, key: str, message: str) -> ConfigError:
        """``message`` with the place where ``key`` stands."""
        line = self._line_of(key)
        place = self.file if line is None else f"{self.file}:{line}"
        return ConfigError(f"{place}: {self.table + ' ' if self.table else ''}{message}")

    def _line_of(self, key: str) -> int | None:
        name = rf"""["']?{re.escape(key)}["']?"""
        assignment = re.compile(rf"\s*{name}\s*[=.]")
        subtable = re.compile(rf"\s*\[{re.escape(self.table[1:-1] + '.') if self.table else ''}{name}[\].]")
        inside = not self.table
        for number, line in enumerate(self.text.split("\n"), 1):
            if line.lstrip().startswith("[") and "]" in line and "=" not in line:
                inside = line.strip().startswith(self.table) if self.table else False
                if subtable.match(line):
                    return number
            elif inside and assignment.match(line):
                return number
        return None


def find_settings(start: str) -> Settings | None:
    """The settings of the nearest directory, from ``start`` upwards, that has any."""
    directory = os.path.abspath(start)
    if not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    while True:
        for name in _NAMES:
            path = os.path.join(directory, name)
            if os.path.isfile(path):
                found = read_settings(_shown(path))
                if found is not None:
                    return found
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative


def read_settings(path: str) -> Settings | None:
    """What ``path`` says; None where it has no table of ours."""
    try:
        text = read_bytes(path).decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        if os.path.basename(path) == "setup.cfg":
            return None
        raise ConfigError(f"{path}: not valid UTF-8") from error
    name = os.path.basename(path)
    if name == "pyproject.toml":
        return _pyproject(path, text)
    if name.endswith(".cfg"):
        return _setup_cfg(path, text)
    return Settings(path, "", _toml(path, text), text)


def _pyproject(path: str, text: str) -> Settings | None:
    if "shapelint" not in text:
        return None
    tool = _toml(path, text).get("tool")
    if not isinstance(tool, dict) or "shapelint" not in tool:
        return None
    values = tool["shapelint"]
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: tool.shapelint must be a table, not {values!r}")
    return Settings(path, "[tool.shapelint]", values, text)


def _toml(path: str, text: str) -> dict[str, Any]:
    loads: Callable[[str], dict[str, Any]] = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads
    try:
        return loads(text)
    except ValueError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid TOML: nested too deeply") from error


def _setup_cfg(path: str, text: str) -> Settings | None:
    if "[shapelint]" not in text and "[tool:shapelint]" not in text:
        return None
    import configparser

    parser = configparser.RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(text, path)
    except configparser.Error as error:
        raise ConfigError(f"{path}: {' '.join(str(error).split())}") from error
    for section in ("shapelint", "tool:shapelint"):
        if parser.has_section(section):
            return Settings(path, f"[{section}]", dict(parser.items(section)), text, textual=True)
    return None
