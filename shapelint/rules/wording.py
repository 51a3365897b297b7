"""Words that rules share: sentences that name the layer, factors of a flattened size, the chain of sizes, the line about the input."""

import re
from collections.abc import Iterator

from ..dims import Dim, Truth, at_least, equal, nice, prod
from ..interp.events import Application, InputSource
from ..interp.library.pictures import IMAGES
from ..interp.values import Place, Tensor, Trace
from ..ops.problems import ShapeError
from ..shapes import Shape, show

_VERBS = frozenset({
    "accepts", "can", "cannot", "contracts", "does", "expects", "gets", "gives", "has", "is", "joins", "makes", "multiplies", "must", "needs",
    "normalises", "reads", "receives", "requires", "selects", "splits", "stacks", "takes", "unpacks", "wants", "works", "would",
})
_FLATTENS = frozenset({"flatten", "view", "reshape", "rearrange", "view_as", "reshape_as", "ravel"})
_SPATIAL = re.compile(r"conv|pool|pad|upsampl|interpolate|pixel|resize|crop|getitem|unfold", re.IGNORECASE)
_NUMBERED = re.compile(r"([123])d$")
_CHAIN_STEPS = 8
_TEXT = 60


def name_of(application: Application) -> str:
    """What the user calls the layer or function: ``fc1``, ``torch.cat``, ``view``, ``features.3 (Conv2d)``."""
    name = spoken(application.name)
    if not name:
        return application.op.short_name
    if application.op.is_module and name.rpartition(".")[2].isdigit():
        return f"{'layer ' if name.isdigit() else ''}{name} ({application.op.short_name})"
    return name


def spoken(name: str) -> str:
    """A dotted name as people write it: ``F.pad``, ``view``."""
    if name.startswith("torch.nn.functional."):
        return "F." + name[len("torch.nn.functional.") :]
    return name.removeprefix("torch.Tensor.")


def sentence(application: Application, message: str) -> str:
    """An operator's message with its subject."""
    name, kind = name_of(application), application.op.short_name
    first, _, rest = message.partition(" ")
    if first in (kind, f"{kind}()", application.name):
        return f"{name} {rest}"
    if first in _VERBS:
        return f"{name} {message}"
    return f"{name}: {message}" if name[-1:].isalnum() or name.endswith(")") else message  # an operator sign makes no subject


def with_shapes(application: Application, message: str) -> str:
    """``message`` with the shapes of the tensors, unless it shows some already."""
    shapes = [tensor.shape for tensor in application.tensors.values()]
    if any(shape is None for shape in shapes) or not 2 <= len(shapes) <= 4 or re.search(r"\(\S*,.*\)", message):
        return message
    texts = [show(shape) for shape in shapes if shape is not None]
    return f"{message}: {', '.join(texts[:-1])} and {texts[-1]}"


def steps(trace: Trace | None) -> Iterator[Trace]:
    """A tensor's history, latest step first."""
    while trace is not None:
        yield trace
        trace = trace.previous


def tail_product(shape: Shape, size: Dim) -> Shape | None:
    """The trailing axes whose product is ``size``, where there are two or more."""
    for start in range(len(shape) - 2, -1, -1):
        if equal(prod(shape[start:]), size) is Truth.ALWAYS:
            return shape[start:]
    return None


def factors_of(tensor: Tensor | None, size: Dim | None) -> Shape | None:
    """The axes that a flatten or view merged into the last axis of ``tensor``: ``(16, 6, 6)`` for 576."""
    if tensor is None or size is None:
        return None
    for step in steps(tensor.trace):
        if not step.before or not step.after or equal(step.after[-1], size) is not Truth.ALWAYS:
            return None
        if step.op.rpartition(".")[2].lower() in _FLATTENS:
            found = tail_product(step.before, size)
            if found is not None:
                return found
        if equal(step.before[-1], size) is not Truth.ALWAYS:
            return None
    return None


def product(sizes: Shape) -> str:
    """``16*6*6``, with parentheses where a factor is a sum or a quotient."""
    return "*".join(nice(size) if isinstance(size, int) or re.fullmatch(r"\w+", nice(size)) else f"({nice(size)})" for size in sizes)


def with_factors(tensor: Tensor | None, size: Dim | None) -> str:
    """A size, and what it is made of: ``576 = 16*6*6``."""
    found = factors_of(tensor, size)
    text = nice(size) if size is not None else "?"
    return f"{text} = {product(found)}" if found is not None and product(found) != text else text


def explained(text: str, tensor: Tensor | None, received: Dim | None) -> str:
    """``text`` with the received size followed by what it is made of."""
    if received is None:
        return text
    return re.sub(rf"receives {re.escape(nice(received))}(?![\w*])", lambda _: f"receives {with_factors(tensor, received)}", text, count=1)


def expectation(error: ShapeError) -> str:
    """The words under a constructor's argument: ``expects 400``."""
    return f"expects {nice(error.expected)}" if error.expected is not None and error.axis is not None else ""


def _spatial(step: Trace) -> tuple[Shape, Shape] | None:
    """The spatial axes before and after a step that works on maps; None for other steps."""
    kind = step.op.rpartition(".")[2]
    if step.before is None or step.after is None or len(step.before) != len(step.after) or not _SPATIAL.search(kind):
        return None
    numbered = _NUMBERED.search(kind)
    count = int(numbered[1]) if numbered else len(step.before) - 2 if len(step.before) > 3 else 0
    if not 0 < count < len(step.before):
        return None
    return step.before[-count:], step.after[-count:]


def side(sizes: Shape) -> str:
    """A map's size: ``28``, or ``28x14`` where the sides differ."""
    texts = [nice(size) for size in sizes]
    return texts[0] if len(set(texts)) == 1 else "x".join(f"({text})" if " " in text else text for text in texts)


def sizes_chain(tensor: Tensor | None) -> str:
    """How the map's size came about: ``32 -conv1-> 28 -pool-> 14``; empty where no step changed it."""
    found: list[tuple[str, str, str]] = []
    for step in steps(tensor.trace if tensor is not None else None):
        sizes = _spatial(step)
        if sizes is not None:
            before, after = side(sizes[0]), side(sizes[1])
            if before != after:
                found.append((before, step.op if step.name.isdigit() else spoken(step.name), after))
    return _chain(found[::-1])


def _chain(found: list[tuple[str, str, str]]) -> str:
    if not found:
        return ""
    text = found[0][0]
    half = _CHAIN_STEPS // 2
    for at, (before, name, after) in enumerate(found):
        if len(found) > _CHAIN_STEPS and half <= at < len(found) - half:
            if at == half:
                text += " ..."
            continue
        if (at and found[at - 1][2] != before) or (len(found) > _CHAIN_STEPS and at == len(found) - half):
            text += f" {before}" if text.endswith("...") else f" ... {before}"
        text += f" -{name}-> {after}"
    return text


def where(place: Place) -> str:
    """``net.py:27``, or ``net.ipynb:cell 3:2``."""
    span = place.span
    cell = place.file.cell_at(span.line)
    return f"{span.file}:{span.line}" if cell is None else f"{span.file}:cell {cell[0]}:{cell[1]}"


def shortened(text: str) -> str:
    """Source text on one line, cut where it is long."""
    joined = " ".join(text.split())
    return joined if len(joined) <= _TEXT else joined[: _TEXT - 3] + "..."


def input_line(source: InputSource | None) -> str:
    """Where the sizes come from: ``(4, 3, 32, 32) from net.py:27  net(torch.randn(4, 3, 32, 32))``."""
    if source is None or not source.shapes:
        return ""
    shapes = ", ".join(show(shape) if shape is not None else "?" for shape in source.shapes)
    if source.place is None:
        return f"{shapes} from {source.how}"
    return f"{shapes} from {where(source.place)}  {shortened(source.place.text)}".rstrip()


def notes(application: Application, arg: str) -> tuple[str, ...]:
    """The chain of sizes of the argument in question (of every operand of a join), then the input."""
    lines: list[str] = []
    base = arg.partition("[")[0]
    listed = [(name, tensor) for name, tensor in application.tensors.items() if name.startswith(base + "[")]
    if listed:
        chains = [(name, sizes_chain(tensor)) for name, tensor in listed[:4]]
        lines += [f"sizes of {name}: {chain}" for name, chain in chains if chain]
    else:
        tensor = application.tensors.get(arg) or next(iter(application.tensors.values()), None)
        chain = sizes_chain(tensor)
        lines += [f"sizes: {chain}"] if chain else []
        lines += images_line(tensor)
    source = input_line(application.source) if not _said_by_the_call(application, arg) else ""
    return (*lines, f"input: {source}") if source else tuple(lines)


def images_line(tensor: Tensor | None) -> list[str]:
    """The data set that a tensor comes from: ``images of MNIST after ToTensor: (1, 28, 28)``."""
    first = tensor.trace if tensor is not None else None
    while first is not None and first.previous is not None:
        first = first.previous
    return [f"{first.name}: {show(first.after)}"] if first is not None and first.op == IMAGES and first.after is not None else []


def _said_by_the_call(application: Application, arg: str) -> bool:
    """Whether the line about the input would repeat what stands under the call: a layer that is called on a tensor just made."""
    source, tensor = application.source, application.tensors.get(arg)
    if source is None or source.place is None or tensor is None:
        return False
    return source.place.node is application.call.place.node and tensor.shape in source.shapes


def not_positive(size: Dim) -> bool:
    """Whether a size is proven to be 0 or less."""
    return size <= 0 if isinstance(size, int) else at_least(size, 1) is Truth.NEVER


def follows_empty_map(application: Application) -> bool:
    """Whether an argument descends from a map without elements: torch would have refused that earlier, and it is reported there.

    An adaptive pooling to a size of 0 is not refused.
    """
    for tensor in application.tensors.values():
        for step in steps(tensor.trace):
            spatial = _spatial(step)
            if spatial is not None and _vanishes(*spatial) and not step.op.lower().startswith("adaptive"):
                return True
    return False


def _vanishes(before: Shape, after: Shape) -> bool:
    return any(map(not_positive, after)) and not any(map(not_positive, before))

