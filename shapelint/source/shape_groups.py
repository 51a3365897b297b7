"""Groups of axes in prose: where ``(N, 3, H, W)`` stands in a text, and how sure it is that a shape is meant.

A group is ``(...)`` or ``[...]`` with two to eight axes, ``torch.Size([...])`` with any number, ``(N,)``, or three and more sizes
joined by `` x `` (``N x 3 x 32 x 32``, ``16x64x8x8``). An axis is a number, a name of up to 20 letters, arithmetic in both
(``64*24*24``, ``H/2``, ``(H+1)//2``), ``...``, ``*name``, ``_``, ``?`` or ``None``.
"""

import re
from typing import NamedTuple


class Group(NamedTuple):
    """Axes, and the offsets of the whole group in its text. ``form``: ``(``, ``[``, ``x``, ``S`` for torch.Size, ``_`` for spaces."""

    axes: tuple[str, ...]
    start: int
    end: int
    form: str

    @property
    def text(self) -> str:
        """The axes in the notation of ``spec.py``."""
        return ", ".join("_" if axis == "None" else axis for axis in self.axes)

    @property
    def names(self) -> list[str]:
        return [name for axis in self.axes for name in re.findall(r"[A-Za-z_]\w*", axis)]


_AXIS = re.compile(r"(?:\w+|\([\w+*/ -]+\))(?:\s*(?://|[-+*/])\s*(?:\w+|\([\w+*/ -]+\)))*|\.\.\.|…|\*\w+|\?")
_INNER = r"[^()\[\]]*(?:\([^()\[\]]*\)[^()\[\]]*)*"
_GROUP = re.compile(
    rf"((?:torch\.)?\bSize\(\s*)?([(\[])({_INNER})[)\]](?(1)\s*\))"
    r"|\b(?:\w+(?:\s+[x×]\s+\w+){2,}|(?:\d+|[A-Z])(?:[x×](?:\d+|[A-Z])){2,})\b"
)
_CERTAIN = re.compile(r"[A-Z]{1,2}\d*(?:_\w{1,8})?|[A-Z](?:in|out|new|max)\d?|(?:n|num|d)_\w+|[a-z]+_(?:size|dims?|len|length|channels|features)")
_CERTAIN_WORDS = frozenset([
    "None", "_", "batch", "batchsize", "bs", "bsz", "channels", "classes", "dembed", "embed", "hidden", "nheads", "patches", "seqlen", "tokens",
])
_LIKELY_WORDS = frozenset([
    *"bcdefhklmnpqstvw", "bh", "bt", "ch", "depth", "dim", "dims", "emb", "features", "frames", "heads", "height", "hs", "length", "nh", "seq",
    "time", "vocab", "width",
])
_SPATIAL = re.compile(r"(?:[HWDhwd]|height|width|depth)_?(?:in|out|\d+|new)?")


def find_groups(text: str) -> list[Group]:
    """Every group of axes in ``text``, in order."""
    found: list[Group] = []
    for match in _GROUP.finditer(text):
        size, bracket, inner = match.groups()
        if bracket is None:
            form, axes = "x", [part for part in re.split(r"\s+[x×]\s+|(?<=[\dA-Z])[x×](?=[\dA-Z])", match.group()) if part]
        else:
            form, axes = "S" if size else bracket, [part.strip() for part in inner.split(",")]
        if form in "([S" and not axes[-1] and (form == "S" or len(axes) > 1):
            axes.pop()
        elif len(axes) < 2 and form != "S":
            continue
        if len(axes) <= 8 and all(map(_is_axis, axes)):
            found.append(Group(tuple(axes), match.start(), match.end(), form))
    return found


def _is_axis(text: str) -> bool:
    return _AXIS.fullmatch(text) is not None and all(len(word) <= 20 and not _is_odd(word) for word in re.findall(r"\w+", text))


def _is_odd(word: str) -> bool:
    """``2d`` and ``1e5`` are neither numbers nor names."""
    return word[0].isdigit() and not word.isdecimal()


def spaced_groups(text: str) -> list[Group]:
    """``shape: N 64 16 16`` and ``N 3 H W -> N 64 H W``: sizes and known names only, so that no sentence is taken."""
    label = re.match(r"(?:(?:in|out)(?:put)?\s+)?shape\s*[:=]\s*", text)
    start = label.end() if label else 0
    found: list[Group] = []
    for match in re.finditer(r"[^-=>→⇒]+", text[start:]):
        written = match.group().strip()
        if not written:
            continue
        axes = tuple(written.split())
        if len(axes) < (2 if label else 3) or not all(axis.isdecimal() or known(axis) for axis in axes):
            return []
        at = start + match.start() + match.group().index(written)
        found.append(Group(axes, at, at + len(written), "_"))
    return found if label or len(found) > 1 else []


def _certain(name: str) -> bool:
    return name in _CERTAIN_WORDS or _CERTAIN.fullmatch(name) is not None


def known(name: str) -> bool:
    """Whether this is how people call an axis."""
    return name in _LIKELY_WORDS or _certain(name)


def can_be_shape(group: Group) -> bool:
    """Whether a group behind an arrow or a label can be a shape: prose like ``(key, value)`` cannot."""
    if group.form == "S":
        return True
    if "0" in group.axes:
        return False
    return any(not axis.isidentifier() or known(axis) for axis in group.axes)


def only_spatial(first: Group, last: Group) -> bool:
    """Whether both are pairs that state height and width only, as in ``(28, 28) -> (14, 14)``."""
    if first.form == "S" or len(first.axes) != 2 or len(last.axes) != 2:
        return False
    if all(axis.isdecimal() for axis in first.axes + last.axes):
        square = first.axes[0] == first.axes[1] and last.axes[0] == last.axes[1]
        return square or first.axes[0] != last.axes[0]
    if any(not group.names or "..." in group.axes for group in (first, last)):
        return False
    return all(_SPATIAL.fullmatch(name) for name in first.names + last.names)


def must_be_shape(group: Group) -> bool:
    """Whether a group with nothing around it can only be a shape, not a list of values and not a remark."""
    if group.form == "S":
        return True
    names, numbers = group.names, [int(axis) for axis in group.axes if axis.isdecimal()]
    rank = len(group.axes)
    if rank < 2 or 0 in numbers or only_spatial(group, group):
        return False
    if not names:
        return len(numbers) == rank and _cannot_be_values(numbers, 3 if group.form == "(" else 4)
    if all(known(name) for name in names):
        return rank >= 3 or _sized_pair(group, names)
    return rank >= 3 and 2 * sum(map(_certain, names)) >= len(names)


def _sized_pair(group: Group, names: list[str]) -> bool:
    """Whether two axes of known names are more than a remark like ``(height, width)`` or an interval like ``[1, N]`` or ``[n-1, n]``."""
    first, last = group.axes
    if (group.form == "[" and first == "1") or any(sign in axis for axis in group.axes for sign in "+-"):
        return False
    sized = any(axis.isdecimal() or "*" in axis or "/" in axis for axis in (first, last))
    batch = first[0].isupper() or first.startswith(("batch", "bs"))
    return sized or all(name[0].isupper() for name in names) or (batch and all(map(_certain, names)))


def _cannot_be_values(numbers: list[int], least: int) -> bool:
    ascending = all(number < numbers[at + 1] for at, number in enumerate(numbers[:-1]))
    return len(numbers) >= least and not ascending and sorted(numbers) != list(range(1, len(numbers) + 1))
