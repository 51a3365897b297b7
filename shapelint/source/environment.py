"""The packages that are installed in a Python environment, found on disk: nothing of it is run or imported.

Only packages that state a dependency on torch are worth reading as source; all others, torch first of all, stay names.
"""

import os
import sys
from collections.abc import Callable, Iterator
from functools import cached_property

_NEVER = frozenset({"torch", "numpy", "einops", "functorch", "torchgen", "triton", "setuptools", "pip"})
_FOLDERS = ("site-packages", "dist-packages")
_PLACES = (("lib", "python*", "site-packages"), ("lib64", "python*", "site-packages"), ("Lib", "site-packages"), ("lib", "python*", "dist-packages"),
           ("lib", "python3", "dist-packages"))


class NoEnvironment(Exception):
    """A Python that cannot be used: one line for the user."""


class Installed:
    """The packages of one environment. ``wanted`` are top-level names to read whatever they depend on.

    The environment is looked for when the first package is: most files need none.
    """

    def __init__(self, find: Callable[[], list[str]], wanted: frozenset[str] = frozenset()) -> None:
        self._find, self.wanted = find, wanted
        self.beside: tuple[str, ...] = ()  # further folders that hold packages of others
        self._folders: list[str] | None = None
        self._readable: dict[str, bool] = {}

    @property
    def folders(self) -> list[str]:
        """Where the packages lie."""
        if self._folders is None:
            self._folders = self._find()
        return self._folders

    def holds(self, path: str) -> bool:
        """Whether a file belongs to a package of others: its author is not the one who reads what we say."""
        whole = os.path.abspath(path)
        return is_installed(whole) or any(whole.startswith(folder + os.sep) for folder in self.beside)

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
        if not found:
            return []
        mapped = self._mapped.get(top)
        return self.folders if mapped is None else [os.path.dirname(mapped), *self.folders]

    @cached_property
    def _mapped(self) -> dict[str, str]:
        """Where packages lie that setuptools installed for editing, when a plain path would show too much: its finders say so."""
        finders = [os.path.join(folder, name) for folder in self.folders for name in _listed(folder)
                   if name.startswith("__editable__") and name.endswith("_finder.py")]
        return {top: path for finder in finders for top, path in _mapping(finder).items()}


def installed(python: str | None = None) -> Installed:
    """The packages of ``python`` (a program, or the folder of an environment), of the active environment, or of the Python that runs us."""
    if python is not None:
        folders = _of_python(python)
        if not folders:
            raise NoEnvironment(f"--python {python}: there is no site-packages beside it")
        return Installed(lambda: folders)
    return Installed(_active)


def _active() -> list[str]:
    active = os.environ.get("VIRTUAL_ENV")
    found = _inside(active) if active else []
    return found or _with_links([path for path in sys.path if path.endswith(_FOLDERS)])


def is_installed(path: str) -> bool:
    """Whether a file lies where packages are installed."""
    return any(f"{os.sep}{folder}{os.sep}" in path for folder in _FOLDERS)


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


def _mapping(finder: str) -> dict[str, str]:
    """The table of top-level names and paths in a finder that setuptools wrote; it is read, not run."""
    import ast

    try:
        tree = ast.parse("\n".join(_lines(finder)))
        for node in tree.body:
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id == "MAPPING" and isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                return {str(top): str(path) for top, path in ast.literal_eval(node.value).items()}
    except (SyntaxError, ValueError, AttributeError):
        pass
    return {}


def _needs_torch(folder: str, top: str) -> bool:
    """Whether the distribution that brings ``top`` states that it needs torch. It may have another name than the package."""
    prefixes = {f"{top}-".lower(), f"{top.replace('_', '-')}-".lower(), f"{top.replace('_', '.')}-".lower()}
    for name in _listed(folder):
        if name.endswith((".dist-info", ".egg-info")) and name.lower().startswith(tuple(prefixes)):
            return _states_torch(os.path.join(folder, name))
    if not os.path.isdir(os.path.join(folder, top)):
        return False
    return any(_states_torch(os.path.join(folder, name)) for name in _listed(folder) if name.endswith(".dist-info") and _brings(os.path.join(folder, name), top))


def _states_torch(distribution: str) -> bool:
    data = [*_lines(os.path.join(distribution, "METADATA")), *_lines(os.path.join(distribution, "requires.txt"))]
    return any(_is_torch(line.removeprefix("Requires-Dist:").strip()) for line in data if line.startswith(("Requires-Dist:", "torch")))


def _brings(distribution: str, top: str) -> bool:
    names = list(_lines(os.path.join(distribution, "top_level.txt")))
    return top in names if names else any(line.startswith(f"{top}/") for line in _lines(os.path.join(distribution, "RECORD")))


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
