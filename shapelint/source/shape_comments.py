"""Shapes that the author states in a comment behind code: ``# (N, 3, 28, 28) -> (N, 32, 26, 26)``.

The comment as a whole must have one of these forms, where A and B are groups of axes (see ``shape_groups.py``); a few
words may follow:

==================================================  ===============================================================
``A -> B`` (``=>``, ``-->``, ``→``; also in a chain)  the input is the first group, the output the last
``A @ B -> C`` (also ``+``, ``*``, ``,``)               two operands: only the output is taken
``-> B``                                            the output
``inp => A, out => B``, ``in: A``, ``output: B``     as labelled
``shape: B``, ``... of shape B``, ``torch.Size(B)``  the output
``shape: N 64 16 16``, ``N 3 H W -> N 64 H W``         numbers and known names, as above
``x: B``, ``x.shape = B``                           the value of ``x``, if ``x`` occurs in the code of the line
``B``                                               the output, if nothing but a shape can be meant
==================================================  ===============================================================

Prose and example values must not be taken for shapes, so evidence is asked for, and silence is preferred:

- with an arrow or a label, one axis at least is a number above 0, arithmetic, ``...`` or a known name of an axis (``N``, ``C_in``,
  ``batch_size``, ``seq_len``, ...): ``(key, value) -> (index, score)`` is not taken; nor are pairs that state only the
  spatial axes, ``(28, 28) -> (14, 14)`` or ``(H, W)``;
- a group alone needs more. With names: all of them known, and three axes, or a number, a product, capitals or a batch axis
  (not the interval ``[1, N]``); or three axes, half of them known for certain. Without names: three numbers in ``(...)``,
  or four in ``[...]``, where a list of values is as likely; none of them 0, neither ascending nor a permutation of 1..n.
  ``# [1, 2]`` and ``# (height, width)`` are not taken.
"""

import re
from typing import NamedTuple

from .scan import Comment, ShapeComment
from .shape_groups import Group, can_be_shape, find_groups, must_be_shape, only_spatial, spaced_groups
from .text import Span


class _Taken(NamedTuple):
    input: Group | None
    output: Group | None
    name: str | None = None


# The skeleton of a comment, a letter a token: G a group, > an arrow, w a word, the rest by kind.
_TOKEN = re.compile(r"\0|[-=]{1,2}>|→|⇒|➔|⟶|==?|[A-Za-z_][\w.'’]*(?:-\w+)*|\d[\w.]*|\S")
_LETTERS = {"\0": "G", "→": ">", "⇒": ">", "➔": ">", "⟶": ">", "->": ">", "-->": ">", "=>": ">", "==>": ">", ":": ":", "=": "=", "==": "=",
            ",": ",", ";": ",", "|": ",", "@": "@", "+": "@", "*": "@", "&": "@", "×": "@", ".": ".", "-": "-", "–": "-", "—": "-"}
_TAIL = re.compile(r"(?<=G)(?:[,:.-]*|[,:-]?w[w,:.-]*)$")
_INPUT, _OUTPUT = frozenset(["in", "inp", "input", "inputs"]), frozenset(["out", "output", "outputs", "result", "return", "returns"])
_SHAPE = frozenset(["shape", "shapes", "size", "dim", "dims", "tensor"])
_FILL = frozenset(["of", "is", "the", "has", "with"])
_OTHER_THINGS = re.compile(r"(?:weight|kernel|bias|filter|param|mask|grid|list|input|expect|each|every|not|array|image|position)", re.IGNORECASE)


def shape_comment(comment: Comment, code: str, path: str) -> ShapeComment | None:
    """The shapes that ``comment`` states; ``code`` is its whole line."""
    body = comment.text.lstrip("#:").strip()
    groups = find_groups(body) or spaced_groups(body)
    if not groups:
        return None
    taken = _take(body, groups, code[:comment.column - 1])
    if taken is None:
        return None
    base = comment.column + comment.text.index(body)

    def place(group: Group | None) -> Span | None:
        return group and Span(path, comment.line, base + group.start, comment.line, base + group.end)

    span = Span(path, comment.line, comment.column, comment.line, comment.column + len(comment.text))
    source, target = taken.input, taken.output
    return ShapeComment(comment.line, source and source.text, target and target.text, span, place(source), place(target), taken.name)


def _take(body: str, groups: list[Group], code: str) -> _Taken | None:
    """What is stated, or None when the comment has none of the forms or the evidence is too thin."""
    tokens, letters = _skeleton(body, groups)
    letters = _TAIL.sub("", letters)
    first, last = groups[0], groups[-1]
    if letters == "G":
        return _Taken(None, first) if must_be_shape(first) else None
    if not all(can_be_shape(group) for group in groups) or only_spatial(first, last):
        return None
    if re.fullmatch(r"(?:w[:=]?)?G(?:>G)+", letters) and (letters[0] == "G" or tokens[0].lower() in _SHAPE):
        return _Taken(first, last)
    if re.fullmatch(r"G(?:[@,]G)+>G", letters):
        return _Taken(None, last)
    if letters in (">G", "G>"):
        return _Taken(None, first) if letters == ">G" else _Taken(first, None)
    return _labelled(tokens, letters, groups, code)


def _skeleton(body: str, groups: list[Group]) -> tuple[list[str], str]:
    """The tokens of the comment with its groups as one token each, and their letters."""
    for group in reversed(groups):
        body = body[:group.start] + "\0" + body[group.end:]
    tokens: list[str] = _TOKEN.findall(body.replace("size()", "size"))
    letters = "".join(_LETTERS.get(token, "w" if token[0].isalnum() or token[0] == "_" else "?") for token in tokens)
    return tokens, "".join("@" if token == "x" and letters[at - 1:at + 2] == "GwG" else letters[at] for at, token in enumerate(tokens))


def _labelled(tokens: list[str], letters: str, groups: list[Group], code: str) -> _Taken | None:
    """``inp => A, out => B``; ``output: B``; ``tensor of shape B``; ``x: B``."""
    both = re.fullmatch(r"(w+[:=>]?)G,?(w+[:=>]?)G", letters)
    if both:
        sides = {_side(tokens[both.start(group):both.end(group)]) for group in (1, 2)}
        return _Taken(groups[0], groups[1]) if sides == {"in", "out"} and _side(tokens[:both.end(1)]) == "in" else None
    one = re.fullmatch(r"(w+)([:=>])?G", letters)
    if one is None:
        return None
    words = tokens[:one.end(1)]
    side = _side(words)
    if side == "in" and (one.group(2) or len(words) > 1):
        return _Taken(groups[0], None)
    if side in ("out", "shape") and (one.group(2) or len(words) > 1 or words[0].lower() in ("shape", "size")):
        return _Taken(None, groups[0])
    name = words[0].removesuffix(".shape").removesuffix(".size")
    if len(words) == 1 and one.group(2) and re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", code):
        return _Taken(None, groups[0], name)
    return None


def _side(label: list[str]) -> str | None:
    """What a label speaks of: "in", "out", "shape" (no side), or None when it speaks of something else."""
    words = [word.lower() for word in label if word[0].isalpha() and word.lower() not in _FILL]
    if not words:
        return None
    side = "in" if words[0] in _INPUT else "out" if words[0] in _OUTPUT else None
    if side is not None:
        return side if all(word in _SHAPE for word in words[1:]) else None
    if all(word in _SHAPE for word in words):
        return "shape"
    of_shape = len(label) >= 2 and label[-2].lower() == "of" and label[-1].lower() in ("shape", "size")
    return "shape" if of_shape and len(words) <= 6 and not any(map(_OTHER_THINGS.match, words)) else None
