import dataclasses
from dataclasses import dataclass, field, replace, asdict, astuple, fields, InitVar
from typing import ClassVar, NamedTuple, Optional, List
from collections import namedtuple
from enum import Enum, IntEnum, auto, Flag, unique


@dataclass
class Config:
    width: int
    depths: List[int] = field(default_factory=lambda: [2, 2])
    name: str = "net"
    hidden: int = field(init=False, default=7)
    scale: InitVar[int] = 1
    KIND: ClassVar[str] = "k"

    def __post_init__(self, scale):
        self.total = self.width * scale

    @property
    def double(self):
        return self.width * 2


@dataclass
class Sub(Config):
    extra: Optional[int] = None

    def __post_init__(self, scale):
        super().__post_init__(scale)
        if self.extra is None:
            self.extra = self.total + 1


c = Config(3, scale=4)
check("dataclass", (c.width, c.depths, c.name, c.hidden, c.total, c.double, Config.KIND))
d = Config(3)
d.depths.append(9)
check("default factory", (c.depths, d.depths, c == d, Config(3) == Config(3)))
s = Sub(2, [1], extra=None)
check("inherit", (s.extra, s.total, [f.name for f in fields(s)]))
check("repr", repr(Config(1)))


@dataclass(frozen=True)
class Point:
    x: int = 0
    y: int = 0

    def moved(self, dx):
        return replace(self, x=self.x + dx)


p = Point(1, 2)
check("frozen", (p.moved(3), asdict(p.moved(1)), astuple(p), p in {Point(1, 2): 1}))
try:
    p.x = 3
except dataclasses.FrozenInstanceError as e:
    check("frozen error", type(e).__name__)
except AttributeError as e:
    check("frozen error", "other")


@dataclass(kw_only=True, slots=True, order=True)
class Kw:
    a: int
    b: int = 2


check("kw_only", (Kw(a=1).b, Kw(a=1) < Kw(a=2), sorted([Kw(a=3), Kw(a=1)])[0].a))
try:
    Kw(1)
except TypeError as e:
    check("kw_only error", type(e).__name__)
check("is_dataclass", (dataclasses.is_dataclass(c), dataclasses.is_dataclass(Config), dataclasses.is_dataclass(3)))


@dataclass
class Outer:
    inner: Point = Point(5, 6)
    items: dict = field(default_factory=dict)


check("nested asdict", asdict(Outer(items={"a": Point()})))
check("from dict", Config(**{"width": 5, "name": "z"}).name)
check("filtered", Point(**{k: v for k, v in {"x": 4, "q": 5}.items() if k in {f.name for f in fields(Point)}}))
check("defaults", [(f.name, f.default) for f in fields(Point)])


class Out(NamedTuple):
    a: int
    b: int = 5

    def total(self):
        return self.a + self.b


o = Out(1)
check("namedtuple", (o, o.total(), o._replace(a=3), o._asdict(), Out._fields, o[1], tuple(o), len(o), o == (1, 5)))
a, b = o
check("unpacked", (a, b, isinstance(o, tuple)))
Pair = namedtuple("Pair", ["left", "right"], defaults=[0])
Trip = namedtuple("Trip", "x y z")
check("functional", (Pair(1), Pair(right=2, left=1).right, Trip(*range(3)).z, Trip._make([1, 2, 3]), Pair._fields))


class Color(Enum):
    RED = 1
    GREEN = 2
    ROUGE = 1

    @property
    def pretty(self):
        return self.name.lower()

    @classmethod
    def parse(cls, text):
        return cls[text.upper()]

    def mix(self, other):
        return self.value + other.value


check("enum", (Color.RED.value, Color.RED.name, Color(2) is Color.GREEN, Color["RED"].value, Color.ROUGE is Color.RED, [c.name for c in Color], len(Color)))
check("enum methods", (Color.RED.pretty, Color.parse("green").value, Color.RED.mix(Color.GREEN), list(Color.__members__), Color.RED in Color))
check("enum eq", (Color.RED == Color.RED, Color.RED == 1, Color.RED != Color.GREEN, Color.RED is Color.GREEN, isinstance(Color.RED, Color), str(Color.RED)))
try:
    Color(9)
except ValueError as e:
    check("enum error", type(e).__name__)
try:
    Color["BLUE"]
except KeyError as e:
    check("enum key error", type(e).__name__)


class Level(IntEnum):
    LOW = auto()
    HIGH = auto()


class Mode(str, Enum):
    A = "a"
    B = "b"


check("int enum", (Level.LOW < Level.HIGH, Level.HIGH + 1, Level.HIGH == 2, [0, 10, 20][Level.LOW]))
check("str enum", (Mode.A == "a", Mode("b").name, Mode.A.upper(), {"a": 1}[Mode.A], Mode.A in ("a", "c"), f"{Mode.A.value}"))


class Weights(Enum):
    V1 = ("url", 224)
    V2 = ("url2", 256)

    def __init__(self, url, size):
        self.url, self.size = url, size


check("enum tuple", (Weights.V2.size, Weights.V1.value, Weights(("url", 224)).name))


class Perm(Flag):
    R = 1
    W = 2


check("flag", ((Perm.R | Perm.W).value, Perm.R in (Perm.R | Perm.W)))
Animal = Enum("Animal", "CAT DOG")
check("functional enum", (Animal.DOG.value, Animal.CAT.name))
lookup = {Color.RED: "r", Color.GREEN: "g"}
check("enum keys", lookup[Color(1)])
