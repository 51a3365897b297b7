"""Notebooks: the code cells of an ``.ipynb`` file as one module, in order, with every line and column where it was.

Cells are numbered as code cells from 1, whatever was executed in which order: markdown between them does not count. In
the joined text a comment line ``# cell N`` stands before each cell, so no statement, comment or directive reaches from
one cell into the next. A cell that Python cannot parse is tried again without its magics (see ``magics.py``); if that
fails too, it is blanked and reported as one problem, and the other cells are still read. Numbers of the notebook format
from 3 on are understood; a notebook in another language is one problem.
"""

from typing import Any, NamedTuple

from .decode import Refused, parse
from .text import Cell, Problem, SourceFile, Span, split_lines


class _Bad(Exception):
    """The file is no notebook that we can read."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.place = Refused(message, line, column, line, column + 1)


class _Read(NamedTuple):
    """One code cell: as written, as parsed, and why it is not parsed at all."""

    written: list[str]
    code: list[str]
    refused: Refused | None
    indented: bool


def parse_notebook(path: str, data: bytes) -> SourceFile | Problem:
    """The joined code of the notebook in ``data``; a problem when it is no Python notebook."""
    try:
        found = _code_cells(_load(data))
    except _Bad as bad:
        return Problem("notebook", str(bad), Span(path, *bad.place[1:]))
    return _join(path, [(position, _read(source)) for position, source in found])


def _load(data: bytes) -> Any:
    import json

    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Bad(f"not a notebook: not valid UTF-8 (byte 0x{data[error.start]:02x})") from error
    except json.JSONDecodeError as error:
        raise _Bad(f"not a notebook: not valid JSON: {error.msg}", error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise _Bad(f"not a notebook: not valid JSON: {error}") from error


def _code_cells(notebook: Any) -> list[tuple[int, str]]:
    """The code cells with their positions among all cells."""
    if not isinstance(notebook, dict):
        raise _Bad("not a notebook: the JSON holds no object")
    language = _language(notebook)
    if "python" not in language.lower():
        raise _Bad(f"the notebook is written in {language}: only Python notebooks are read")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(cells, list):
        raise _Bad("not a notebook: there is no list of cells")
    return [(position, _source(cell)) for position, cell in enumerate(cells) if isinstance(cell, dict) and cell.get("cell_type") == "code"]


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for section, key in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        entry = metadata.get(section) if isinstance(metadata, dict) else None
        name = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(name, str) and name:
            # A kernel may be called anything ("torch-gpu"); only a language is a statement.
            return name if key != "name" or section == "language_info" else "python"
    return "python"


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _read(source: str) -> _Read:
    written = split_lines(source)
    refused = _refusal(written)
    if refused is None:
        return _Read(written, written, None, False)
    from .magics import neutralise

    code = neutralise(written)
    indented = _is_indented(code)
    still = _refusal(["if True:", *code] if indented else code)
    if still is None:
        return _Read(written, code, None, indented)
    if indented:
        still = _refusal(code) or still
    return _Read(written, [""] * len(written), still, False)


def _refusal(lines: list[str]) -> Refused | None:
    tree = parse("\n".join(lines) + "\n")
    return tree if isinstance(tree, Refused) else None


def _is_indented(lines: list[str]) -> bool:
    """Whether the cell as a whole is indented, which IPython allows."""
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    return first[:1] in (" ", "\t")


def _join(path: str, found: list[tuple[int, _Read]]) -> SourceFile | Problem:
    text: list[str] = []
    code: list[str] = []
    cells: list[Cell] = []
    problems: list[Problem] = []
    for number, (position, cell) in enumerate(found, 1):
        text.append(f"# cell {number}")
        code.append("if True:" if cell.indented else text[-1])
        cells.append(Cell(number, position, len(text) + 1, len(cell.written)))
        if cell.refused is not None:
            problems.append(_problem(path, cell.refused, len(text)))
        text += cell.written
        code += cell.code
    joined = "\n".join(code) + "\n"
    tree = parse(joined)
    if isinstance(tree, Refused):
        # Every cell parses alone; only the sum can still be too much for the parser.
        return _problem(path, tree, 0)
    return SourceFile(path, "\n".join(text) + "\n", tree, code=joined, cells=tuple(cells), problems=tuple(problems))


def _problem(path: str, refused: Refused, lines_before: int) -> Problem:
    span = Span(path, refused.line + lines_before, refused.column, refused.end_line + lines_before, refused.end_column)
    return Problem("syntax", refused.message, span)
