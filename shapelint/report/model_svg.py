"""The feature maps of a model as a picture: boxes whose height and depth are those of the map, and whose breadth is the number of channels."""

from html import escape
from typing import TYPE_CHECKING

from .model_blocks import Block, blocks
from .model_parts import point, sizes_text, title

if TYPE_CHECKING:
    from ..show import ModelSummary

_MAP, _CHANNELS = 120.0, 70.0  # pixels of the largest map, and of the most channels
_LEAST = 2.0
_SLANT = 0.35                  # how far depth goes right and up
_LETTER, _LINE, _GAP = 7.0, 15, 18  # of a monospaced font of 11 pixels: width of a letter, height of a line; and between columns
_BREADTH = 1500
_TEXT = 24                     # letters of a label
_COLOURS = {
    "convolution": "#4c78a8", "pooling": "#f58518", "linear": "#54a24b", "attention": "#b279a2", "recurrent": "#9d755d", "normalisation": "#72b7b2",
    "other": "#9aa0a6", "error": "#d62728",
}


def picture(summary: "ModelSummary") -> str:
    """The picture as SVG."""
    drawn = _Picture(summary, blocks(summary))
    drawn.draw()
    width, height = drawn.width, drawn.height
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
            'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="11">')
    return "\n".join([head, '<rect width="100%" height="100%" fill="#ffffff"/>', *drawn.parts, "</svg>"]) + "\n"


class _Picture:
    """Blocks in lines from left to right, each with a column of its own, so that no label meets another."""

    def __init__(self, summary: "ModelSummary", found: list[Block]) -> None:
        self.summary, self.blocks = summary, found
        self.parts: list[str] = []
        self.width, self.height = 0.0, 0.0
        self.map_scale = _MAP / max([block.height for block in found] + [block.width for block in found] + [1])
        self.channel_scale = _CHANNELS / max([block.channels for block in found] + [1])

    def draw(self) -> None:
        x, y = float(_GAP), self.heading()
        for line in self.lines():
            tall = max(self.tall(block) for block in line)
            x = float(_GAP)
            for block in line:
                self.block(block, x, y + tall)
                x += self.column(block) + _GAP
            self.width = max(self.width, x)
            y += tall + 4 * _LINE + _GAP
        self.legend(y)
        self.height = y + _GAP

    def heading(self) -> float:
        at = point(self.summary)
        drawn = f"drawn to scale{f' at {sizes_text(at)}' if at else ''}: height and depth of a box are those of the map, its breadth is the number of channels"
        for number, text in enumerate((title(self.summary), drawn)):
            self.text(_GAP, _GAP + 2 + number * _LINE, text, "#000000" if number == 0 else "#555555", 'font-weight="bold"' if number == 0 else "")
            self.width = max(self.width, len(text) * _LETTER * (1.02 if number == 0 else 1) + 2 * _GAP)
        return _GAP + 3.0 * _LINE

    def legend(self, y: float) -> None:
        x = float(_GAP)
        for kind in dict.fromkeys(block.kind for block in self.blocks):
            self.parts.append(f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="10" height="10" fill="{_COLOURS[kind]}"/>')
            self.text(x + 15, y, kind, "#555555")
            x += 15 + len(kind) * _LETTER + _GAP
        self.width = max(self.width, x)

    def lines(self) -> list[list[Block]]:
        made: list[list[Block]] = [[]]
        used = float(_GAP)
        for block in self.blocks:
            breadth = self.column(block) + _GAP
            if made[-1] and used + breadth > _BREADTH:
                made.append([])
                used = float(_GAP)
            made[-1].append(block)
            used += breadth
        return [line for line in made if line]

    def sizes(self, block: Block) -> tuple[float, float, float]:
        """Breadth, height and depth in pixels."""
        return (max(block.channels * self.channel_scale, _LEAST), max(block.height * self.map_scale, _LEAST), max(block.width * self.map_scale, _LEAST) * _SLANT)

    def tall(self, block: Block) -> float:
        _, height, depth = self.sizes(block)
        return height + depth

    def labels(self, block: Block) -> list[str]:
        count = f"{block.layers} layers" if block.layers > 1 else block.kind
        return [_cut(block.name), _cut(block.text), *([] if block.failed else [_cut(count)])]

    def column(self, block: Block) -> float:
        breadth, _, depth = self.sizes(block)
        return max(breadth + depth, *(len(label) * _LETTER for label in self.labels(block)))

    def block(self, block: Block, x: float, ground: float) -> None:
        breadth, height, depth = self.sizes(block)
        colour = _COLOURS[block.kind]
        left = x + (self.column(block) - breadth - depth) / 2
        top, right = ground - height, left + breadth
        details = escape(f"{block.name}: {block.formula}", quote=True)
        self.parts.append(f'<g stroke="#ffffff" stroke-width="0.5"><title>{details}</title>')
        self.face(colour, 1.0, (left, ground), (right, ground), (right, top), (left, top))
        self.face(colour, 0.65, (left, top), (right, top), (right + depth, top - depth), (left + depth, top - depth))
        self.face(colour, 0.8, (right, ground), (right + depth, ground - depth), (right + depth, top - depth), (right, top))
        self.parts.append("</g>")
        middle = x + self.column(block) / 2
        for number, label in enumerate(self.labels(block), 1):
            self.text(middle, ground + number * _LINE, label, "#d62728" if block.failed else "#000000" if number < 3 else "#555555", 'text-anchor="middle"')

    def face(self, colour: str, opacity: float, *corners: tuple[float, float]) -> None:
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        self.parts.append(f'<polygon points="{points}" fill="{colour}" fill-opacity="{opacity}"/>')

    def text(self, x: float, y: float, text: str, colour: str, more: str = "") -> None:
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{" " + more if more else ""}>{escape(text)}</text>')


def _cut(text: str) -> str:
    """A label that is not too long: the middle goes first."""
    half = _TEXT // 2 - 1
    return text if len(text) <= _TEXT else f"{text[:half]}..{text[-half:]}"
