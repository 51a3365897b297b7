"""The packages that are installed in a Python environment, found on disk: nothing of it is run or imported.

Only packages that state a dependency on torch are worth reading as source; all others, torch first of all, stay names.
"""

import os
import sys
from collections.abc import Iterator

_NEVER = frozenset({"torch", "numpy", "einops", "functorch", "torchgen", "triton", "setuptools", "pip"})
_PLACES = (("lib", "python*", "site-packages"), ("lib64", "python*", "site-packages"), ("Lib", "site-packages"), ("lib", "python*", "dist-packages"),
           ("lib", "python3", "dist-packages"))


class NoEnvironment(Exception):
    """A Python that cannot be used: one line for the user."""


class Installed:
    """The packages of one environment. ``wanted`` are top-level names to read whatever they depend on."""

    def __init__(self, folders: list[str], wanted: frozenset[str] = frozenset()) -> None:
        self.folders, self.wanted = folders, wanted
        self._readable: dict[str, bool] = {}

    def has(self, top: str) -> bool:
        """Whether the environment has a package or a module of this name."""
        return any(os.path.exists(os.path.join(folder, name)) for folder in self.folders for name in (top, f"{top}.py"))

    def roots(self, top: str) -> list[str]:
        """The folders in which to look for the package ``top``: none where it is not to be read."""
        if top in _NEVER or top in sys.stdlib_module_names:
            return []
        found = self._readable.get(top)
        if found is None:
            found = self._readable[top] = top in self.wanted or any(_needs_torch(folder, top) for folder in self.folders)
        return self.folders if found else []


def installed(python: str | None = None) -> Installed:
    """The packages of ``python`` (a program, or the folder of an environment), of the active environment, or of the Python that runs us."""
    if python is not None:
        folders = _of_python(python)
        if not folders:
            raise NoEnvironment(f"--python {python}: there is no site-packages beside it")
        return Installed(folders)
    active = os.environ.get("VIRTUAL_ENV")
    found = _inside(active) if active else []
    return Installed(found or _with_links([path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]))


def _of_python(python: str) -> list[str]:
    if os.path.isdir(python):
        return _inside(python)
    if not os.path.isfile(python):
        raise NoEnvironment(f"--python {python}: no such file or folder")
    # Not the link's target: an environment's python is a link to the one it was made with.
    return _inside(os.path.dirname(os.path.dirname(os.path.abspath(python))))


def _inside(prefix: str) -> list[str]:
    import glob

    found = [path for parts in _PLACES for path in sorted(glob.glob(os.path.join(glob.escape(prefix), *parts)))]
    settings = _settings(os.path.join(prefix, "pyvenv.cfg"))
    if settings.get("include-system-site-packages", "").lower() == "true" and settings.get("home"):
        found += [path for path in _inside(os.path.dirname(settings["home"])) if path not in found]
    return _with_links(list(dict.fromkeys(os.path.realpath(path) for path in found)))


def _settings(path: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in _lines(path))
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}


def _with_links(folders: list[str]) -> list[str]:
    """The folders, and those that their ``.pth`` files name: where packages lie that were installed for editing."""
    further = [os.path.normpath(os.path.join(folder, line.strip())) for folder in folders for name in _listed(folder) if name.endswith(".pth")
               for line in _lines(os.path.join(folder, name)) if line.strip() and not line.startswith(("import ", "import\t", "#"))]
    return list(dict.fromkeys([*folders, *(path for path in further if os.path.isdir(path))]))


def _needs_torch(folder: str, top: str) -> bool:
    """Whether the distribution that brings ``top`` states that it needs torch."""
    prefixes = {f"{top}-".lower(), f"{top.replace('_', '-')}-".lower(), f"{top.replace('_', '.')}-".lower()}
    for name in _listed(folder):
        if name.endswith((".dist-info", ".egg-info")) and name.lower().startswith(tuple(prefixes)):
            data = [*_lines(os.path.join(folder, name, "METADATA")), *_lines(os.path.join(folder, name, "requires.txt"))]
            return any(_is_torch(line.removeprefix("Requires-Dist:").strip()) for line in data if line.startswith(("Requires-Dist:", "torch")))
    return False


def _is_torch(requirement: str) -> bool:
    return requirement.startswith("torch") and not requirement[5:6].isalnum()


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            yield from file.read().splitlines()
    except OSError:
        return
