"""What the text of a module says about running it, without a parser: which names a star brings, whether every statement only defines something,
which files it imports, and which names it spells.

The text is cut at its first column. Definitions, imports and assignments to names are known by how they start; the few other statements are
parsed, and judged by their nodes.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

_STRINGS = re.compile(r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|' + r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL)
_STATEMENT = re.compile(r"^[^\s#].*", re.MULTILINE)
_ALL = re.compile(r"^__all__(?:\s*:[^=\n]+)?\s*=\s*([\[(][^\[\]()]*[\])])\s*(?:#.*)?$", re.MULTILINE)
# What defines something, and what continues or closes a definition.
_DEFINES = re.compile(r"(?:import |from |def |async def |class |@|[A-Za-z_]\w*\s*(?::[^=]+)?=(?!=)|[)\]}]|\"\"\"\"\"\"|pass\b|raise\b)")
_OUTSIDE = frozenset({"torch", "warnings", "logging"})  # what their functions do is done to nothing of the program's
_GOES_ON = re.compile(r"(?:else|elif|except|finally)\b|[)\]}]")
_CHUNKS = 40  # lines at the first column that one statement may have
_ADDS, _PASSED = re.compile(r"\s*(?:\[[^=\n]*\]\s*(?:=(?!=)|\.\w)|\.(?!(?:items|keys|values|get)\([^()\n]*\)(?!\s*[.\[]))\w)"), re.compile(r"[ \t]*(?:[,)#]|$)", re.MULTILINE)  # behind the name of a container
_IMPORTS = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+\(?([\w, \t]*)|import[ \t]+([\w.]+))", re.MULTILINE)
_COMPUTED = re.compile(r"\(\s*(?:\w+\s*=\s*)?(?:[fF][rR]?[\"']|[\"'][^\"'\n]*[\"']\s*[+%.])|[\"']\s*[+%]|[+%]\s*[\"']|\.(?:format|join)\(")
_GLOBALS = re.compile(r"^[ \t]*(?:(?:async )?def (\w+)|global ([\w, \t]+))", re.MULTILINE)
_BINDS = re.compile(r"(?:async def|def|class) (\w+)|([A-Za-z_]\w*)\s*(?::[^=]+)?=(?!=)")
_IMPORT = re.compile(r"import [^\n]*|from [.\w]+ import (?:\([^)]*\)|(?:[^\n\\]|\\\n)*)")
_STORES_OR_CALLS = re.compile(r"\w+(?:\.\w+)*[\[(]|[\w.]+\s*[+|]?=(?!=)")
_IMPORTED = re.compile(r"^[ \t]*(?:from [.\w]+ )?import (?:\([^)]*\)|(?:[^\n\\]|\\\n)*)", re.MULTILINE)
_RENAMED = re.compile(r" as \w")
_DISPLAY = re.compile(r"([A-Za-z_]\w*)\s*(?::[^=\n]+)?=\s*[(\[]")
_BLOCK, _STORES = re.compile(r"(?:for|if|elif|else|try|except|finally|while|with)\b"), re.compile(r"\w+\[[^=\n]*\]\s*=(?!=)")
_WORDS = re.compile(r"[\w-]*\w")
_APART = re.compile(r"[^\w-]+")


class Text:
    """What the text of a module says about running it: the ``names`` that a star brings, None where that cannot be told, ``imports`` as
    (dots, module, names), whether every statement only defines something, and whether what decorators and calls of its body are told is
    made of parts (``computes``): then no name can be looked for."""

    __slots__ = ("_bound", "_plain", "_words", "calls", "computes", "imports", "listed", "names", "only_defines", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        bare = _STRINGS.sub('""""""', text)
        self.listed = "__all__" in bare
        self.names = _public(bare) if self.listed else _bound_publicly(bare)
        self.computes, self._plain, self._words = False, "", frozenset[str]()
        self._bound: set[str] = set()  # names that blocks assign to
        self.calls: set[str] = set()  # functions that statements of the body call
        self.only_defines = self._only_defines(bare)
        self.imports = [(found[1] or "", found[2] or found[4] or "", found[3] or "") for found in _IMPORTS.finditer(bare)] if self.only_defines else []

    def spells(self, name: str) -> bool:
        """Whether every part of a name stands in the text, in whatever case, and with or without underscores and dashes."""
        parts = [part for part in map(plain, _APART.split(name)) if part]
        if self.computes:
            return True
        if not self._plain:
            self._plain = plain(self.text)
        if not all(part in self._plain for part in parts):
            return False
        if not self._words:
            self._words = frozenset(part for word in set(_WORDS.findall(self.text)) for part in {plain(word), *map(plain, word.split("-"))})
        return all(part in self._words for part in parts)

    def _only_defines(self, text: str) -> bool:
        """Whether every statement of a module's body is a definition, an import, an assignment to a name, the registration of what it defines,
        or a choice between such."""
        lines = list(_STATEMENT.finditer(text))
        at = 0
        while at < len(lines):
            line, start = lines[at][0], lines[at].start()
            at += 1
            if _DEFINES.match(line) and not _is_two(line):
                end = lines[at].start() if at < len(lines) else len(text)
                if not line.startswith(("from ", "import ", "def ", "class ", "async ")) and _COMPUTED.search(text, start, end):
                    self.computes = self.computes or line.startswith("@") or _calls_with_computed(line)
                continue
            found = _parsed(text, lines, at - 1) or _parsed_from_before(text, lines, at - 1)
            if found is None or not all(self._is_harmless(node, text, 0) for node in found[0]):
                return False
            at = found[1]
        return True

    def _is_harmless(self, node: ast.stmt, text: str, loops: int) -> bool:
        if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Pass, ast.Raise)):
            return True
        if isinstance(node, ast.Assign):
            self._bound |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            return all(self._is_own(target, text) for target in node.targets)
        if isinstance(node, (ast.AnnAssign, ast.AugAssign)):
            return self._is_own(node.target, text)
        if isinstance(node, ast.Delete):
            return all(isinstance(target, ast.Name) for target in node.targets)
        if isinstance(node, (ast.If, ast.Try, ast.For)):
            inside = loops + isinstance(node, ast.For)
            return all(self._is_harmless(item, text, inside) for item in _nested(node))
        if isinstance(node, ast.Expr):
            return isinstance(node.value, ast.Constant) or (isinstance(node.value, ast.Call) and self._registers(node.value, text, loops))
        return False

    def _is_own(self, target: ast.expr, text: str) -> bool:
        """Whether an assignment changes nothing but names, and values, of the module itself."""
        if isinstance(target, (ast.Name, ast.Tuple)):
            return isinstance(target, ast.Name) or all(self._is_own(item, text) for item in target.elts)
        root = _root(target)
        return root is not None and (root in self._bound or _defines(root, text) or re.search(rf"^{root}(?:: [^=\n]+)? = ", text, re.MULTILINE) is not None)

    def _registers(self, call: ast.Call, text: str, loops: int) -> bool:
        """``register(__name__, {...})``, ``add("net", Net)``: a call that hands on what the module defines, or one that does nothing to the program."""
        root = _root(call.func)
        if root in _OUTSIDE:
            return True
        own = [item.id for item in call.args if isinstance(item, ast.Name)]
        if root is None or not any(name == "__name__" or _defines(name, text) for name in own) or not _is_of_program(root, text):
            return False
        self.calls.add(call.func.attr if isinstance(call.func, ast.Attribute) else root)
        self.computes = self.computes or loops > 0 or any(isinstance(item, (ast.JoinedStr, ast.BinOp)) for item in ast.walk(call))
        return True


def plain(word: str) -> str:
    """A name as it is compared: classes, functions and the names that they are registered under differ in case and dashes."""
    return word.replace("_", "").replace("-", "").lower()


def _public(text: str) -> "list[str] | None":
    found = _ALL.search(text)
    if found is None or text.count("__all__") != 1:
        return None
    try:
        names = ast.literal_eval(found[1])
    except (SyntaxError, ValueError):
        return None
    return list(names) if all(isinstance(name, str) for name in names) else None


def _bound_publicly(text: str) -> "list[str] | None":
    """The names that a module without ``__all__`` binds. None where some of them stand in blocks, or come from a star."""
    found: dict[str, None] = {}
    for line in _STATEMENT.finditer(text):
        bound = _BINDS.match(line[0])
        if bound is not None:
            found[bound[1] or bound[2]] = None
        elif line[0].startswith(("import ", "from ")):
            whole = _IMPORT.match(text, line.start())
            try:
                nodes = ast.parse(whole[0]).body if whole is not None else []
            except (SyntaxError, ValueError):
                return None
            names = [alias.asname or alias.name.partition(".")[0] for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names]
            if not names or "*" in names:
                return None
            found.update(dict.fromkeys(names))
        elif not line[0].startswith(("@", ")", "]", "}", '""""""')) and not _STORES_OR_CALLS.match(line[0]):
            return None
    return [name for name in found if not name.startswith("_")]


def _is_two(line: str) -> bool:
    """Whether a line may hold two statements. In a string, or in a comment, a semicolon separates nothing."""
    return ";" in line and ";" in re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", line)


def _calls_with_computed(line: str) -> bool:
    return re.match(r"\w+\s*=\s*[A-Za-z_][\w.]*\(", line) is not None and _COMPUTED.search(line) is not None


def _parsed(text: str, lines: "list[re.Match[str]]", at: int) -> "tuple[list[ast.stmt], int] | None":
    """The statement that starts in a line, with the number of the line behind it. None for what cannot be parsed."""
    for end in range(at + 1, min(at + _CHUNKS, len(lines)) + 1):
        if end < len(lines) and _GOES_ON.match(lines[end][0]):
            continue
        try:
            return ast.parse(text[lines[at].start() : lines[end].start() if end < len(lines) else len(text)]).body, end
        except (SyntaxError, ValueError, RecursionError):
            continue
    return None


def _parsed_from_before(text: str, lines: "list[re.Match[str]]", at: int) -> "tuple[list[ast.stmt], int] | None":
    """As :func:`_parsed`, for a line that goes on with the statement of a line before it."""
    for start in range(at - 1, max(at - 6, 0) - 1, -1):
        found = _parsed(text, lines, start)
        if found is not None and found[1] > at:
            return found
    return None


def _nested(node: "ast.If | ast.Try | ast.For") -> Iterator[ast.stmt]:
    yield from node.body
    yield from node.orelse
    if isinstance(node, ast.Try):
        yield from node.finalbody
        for handler in node.handlers:
            yield from handler.body


def _root(node: ast.expr) -> str | None:
    """The name that ``a.b[c].d`` starts with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _defines(name: str, text: str) -> bool:
    return re.search(rf"^(?:async def|def|class) {name}\b", text, re.MULTILINE) is not None


def _is_of_program(name: str, text: str) -> bool:
    """Whether a name is defined here, or comes from another module: ``atexit.register(f)`` does something to Python."""
    return _defines(name, text) or re.search(rf"^from [\w.]+ import (?:\([^)]*|[^\n(]*)\b{name}\b", text, re.MULTILINE) is not None


def may_grow(name: str, text: str) -> bool:
    """Whether a text of the program may add to what ``name`` holds: it reads an attribute of it, stores an item, passes it on, or binds it anew."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        if not (text[start - 1 : start].isidentifier() or text[start - 1 : start].isdigit()):
            line = text[text.rfind("\n", 0, start) + 1 : start].strip()
            passed = line.endswith(("(", ",", "=", "return")) and _PASSED.match(text, end)
            if _RENAMED.match(text, end) or (not line.startswith(("from ", "import ")) and (passed or _ADDS.match(text, end) or line.startswith(("global", "@")))):
                return True
        start = text.find(name, end)
    return False


def refers_to(name: str, text: str) -> bool:
    """Whether a text may mean another module's ``name``: it imports it, or reads it as an attribute, or takes all names of a module."""
    return name in text and ("import *" in text or re.search(rf"\.{name}\b|^[ \t]*from [.\w]+ import (?:\([^)]*|[^\n(]*)\b{name}\b", text, re.MULTILINE) is not None)


@cache
def imported_names(text: str) -> frozenset[str]:
    """The names that a module imports."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", " ".join(found[0].partition("import")[2] for found in _IMPORTED.finditer(text))))


@cache
def callable_part(text: str) -> str:
    """What of a module may still happen when its body has run: its functions and classes, and what its assignments to names hand on."""
    return "".join(chunk for chunk in _chunks(text) if (_DEFINES.match(chunk) and not _DISPLAY.match(chunk)) or not (_BLOCK.match(chunk) or _STORES.match(chunk) or _DISPLAY.match(chunk)))


@cache
def displays(text: str) -> dict[str, frozenset[str]]:
    """The tuples and lists of a module's body, each with the names in it."""
    found = ((chunk, _DISPLAY.match(chunk)) for chunk in _chunks(text))
    return {match[1]: frozenset(re.findall(r"[A-Za-z_]\w*", chunk[match.end() :])) for chunk, match in found if match is not None}


@cache
def _chunks(text: str) -> list[str]:
    """The parts of a text that start at the first column."""
    starts = [found.start() for found in _STATEMENT.finditer(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def is_named(name: str, text: str) -> bool:
    return name in text and re.search(rf"\b{name}\b", text) is not None


def is_set_by(name: str, text: str, called: "set[str]") -> bool:
    """Whether a function of those ``called`` binds a global name anew."""
    return not called.isdisjoint(_setters(text).get(name, ()))


def is_rebound(name: str, text: str) -> bool:
    """Whether a function of a module binds a global name anew."""
    return "global " in text and name in _setters(text)


@cache
def _setters(text: str) -> dict[str, set[str]]:
    """The functions that bind each global name."""
    found: dict[str, set[str]] = {}
    if "global " not in text:
        return found
    around = ""
    for function, names in _GLOBALS.findall(text):
        around = function or around
        for name in names.split(","):
            found.setdefault(name.strip(), set()).add(around)
    return found


__all__ = ["Text", "callable_part", "displays", "imported_names", "is_named", "is_rebound", "is_set_by", "may_grow", "plain", "refers_to"]
