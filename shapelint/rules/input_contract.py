"""SHP207: which input sizes a model accepts."""

import ast
from collections.abc import Iterable

from ..diagnostics import Applicability, Diagnostic, Edit, Fix, Severity
from ..interp.contract import Contract
from ..interp.events import Derived, Event
from ..source.text import Span
from . import contracts, wording
from .declare import Rule, rule


@rule
class InputContract(Rule):
    """
    Says for every model which input sizes it accepts, and which operation excludes the others: a U-Net of four levels takes
    multiples of 16, a classifier with a fixed linear layer takes a few sizes only. The condition is derived from one run on
    symbolic sizes and is exact; where something could not be followed the note says so. The fix writes it down, as a line of
    the docstring or, with ``contract-style = "assert"``, as an assertion at the start of ``forward``.
    """

    code, name = "SHP207", "input-contract"
    severity = Severity.NOTE
    default = False
    listens = (Derived,)
    bad = """\
import torch
from torch import nn


class Net(nn.Module):  # error: SHP207 "Net accepts H % 2 == 0 and W % 2 == 0 (smallest 2)"
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 2, stride=2)
        self.up = nn.ConvTranspose2d(8, 3, 2, stride=2)

    def forward(self, x):
        return torch.cat([x, self.up(self.down(x))], dim=1)
"""
    good = """\
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)

    def forward(self, x):
        return self.conv(x)
"""

    def check(self, event: Event) -> Iterable[Diagnostic]:
        if not isinstance(event, Derived) or (event.contract.trivial and not event.contract.broadcasts):
            return
        contract = event.contract
        if contract.accepted and not contract.accepted.complete:
            return  # more combinations than can be listed
        span = _name_span(event)
        verb = "accepts" if contract.complete else "accepts at most"
        message = f"{event.model} {verb} {contract.summary()}"
        found = self.at(span, message, notes=(*_failure(event), *contracts.reasons(contract), *_made(event)), fix=self._fix(event, contract))
        found.data = {"contract": contract.as_json()}
        yield found

    def _fix(self, event: Derived, contract: Contract) -> Fix | None:
        if not contract.complete or not contract.accepted or contract.trivial:
            return None
        if self.settings.contract_style == "assert":
            return _assertion(event, contract)
        return _docstring(event, contract)


def _failure(event: Derived) -> Iterable[str]:
    """What no size passes."""
    if event.failure is not None:
        application = event.failure.application
        yield f"{wording.sentence(application, event.failure.error.message)} ({wording.where(application.call.place)})"


def _made(event: Derived) -> Iterable[str]:
    """Where the model was made: other arguments may make a model that accepts other sizes."""
    node = event.created.node if event.created is not None else None
    if event.created is not None and isinstance(node, ast.Call) and (node.args or node.keywords):
        yield f"made at {wording.where(event.created)}  {wording.shortened(event.created.text)}"


def _name_span(event: Derived) -> Span:
    """The name in the class statement."""
    node, file = event.place.node, event.place.file
    first = file.line_text(node.lineno)
    column = first.find(event.model, node.col_offset)
    return Span(file.path, node.lineno, column + 1, node.lineno, column + 1 + len(event.model)) if column >= 0 else file.line_span(node.lineno)


def _insertion(event: Derived, node: ast.AST, text: str) -> Edit:
    """``text`` as lines of their own before a statement."""
    file = event.place.file
    line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
    indent = file.line_text(line)[:column]
    return Edit(Span(file.path, line, column + 1, line, column + 1), f"{text}\n{indent}")


def _docstring(event: Derived, contract: Contract) -> Fix | None:
    body = event.place.node.body
    line = f"Input sizes: {contract.summary()}."
    first = body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)):
        if first.lineno == event.place.node.lineno:
            return None  # class Net(nn.Module): pass
        return Fix("write the input sizes into the docstring", (_insertion(event, first, f'"""{line}"""'),), Applicability.SAFE)
    return _appended(event, first, line)


def _appended(event: Derived, docstring: ast.Expr, line: str) -> Fix | None:
    """A last paragraph of a docstring that is there; None where it says so already."""
    file = event.place.file
    text = docstring.value.value if isinstance(docstring.value, ast.Constant) else ""
    if not isinstance(text, str) or "Input sizes:" in text or docstring.end_lineno is None:
        return None
    end = file.line_text(docstring.end_lineno)[: docstring.end_col_offset]
    if not end.endswith('"""') or not end.isascii():
        return None
    indent = file.line_text(docstring.lineno)[: docstring.col_offset]
    alone = end.strip() == '"""' and "\n" in text  # the closing quotes have a line of their own
    column = 0 if alone else len(end) - 3
    inserted = f"\n{indent}{line}\n" if alone else f"\n\n{indent}{line}\n{indent}"
    at = Span(file.path, docstring.end_lineno, column + 1, docstring.end_lineno, column + 1)
    return Fix("write the input sizes into the docstring", (Edit(at, inserted),), Applicability.SAFE)


def _assertion(event: Derived, contract: Contract) -> Fix | None:
    """``assert x.shape[2] % 16 == 0`` at the start of ``forward``."""
    if event.forward is None or not all(name in event.places for name in contract.accepted.names):
        return None
    body = event.forward.node.body
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        body = body[1:]
    if not body or body[0].lineno == event.forward.node.lineno or isinstance(body[0], ast.Assert):
        return None
    text = f'assert {contracts.renamed(contract.accepted.describe(), event.places)}, "{event.model} accepts {contract.text}"'
    edit = _insertion(event, body[0], text)
    return Fix("assert the input sizes", (edit,), Applicability.UNSAFE)
