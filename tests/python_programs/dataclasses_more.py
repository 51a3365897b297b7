from dataclasses import dataclass, field, fields, asdict, replace, is_dataclass

class Positive:
    def __init__(self, *, default=None):
        self._default = default
    def __set_name__(self, owner, name):
        self._name = "_" + name
    def __get__(self, obj, cls):
        if obj is None:
            if self._default is None:
                raise AttributeError(self._name)
            return self._default
        return getattr(obj, self._name)
    def __set__(self, obj, value):
        if value <= 0:
            raise ValueError("not positive")
        setattr(obj, self._name, int(value))

@dataclass
class Size:
    height: int = Positive()
    width: int = Positive(default=10)
check("d1", (Size(3).width, Size(3, 4.5).width, Size(2).height, Size(2).__dict__))
try:
    Size(-1)
except ValueError as e:
    check("d2", str(e))
try:
    Size()
except TypeError:
    check("d3", "missing")
class Plain:
    depth = 4
@dataclass
class Inherits(Plain):
    depth: int
    width: int = 2
check("d4", (Inherits().depth, Inherits(5).depth))
@dataclass
class Base:
    a: int = 1
    b: list = field(default_factory=list)
@dataclass
class Derived(Base):
    a: int
    c: str = "x"
check("d5", (Derived(), Derived(2).a, asdict(Derived(b=[1])), [f.name for f in fields(Derived)]))
@dataclass(frozen=True)
class Frozen:
    x: int = 0
    y: tuple = ()
    def moved(self, **kw): return replace(self, **kw)
check("d6", (Frozen(1).moved(y=(1,2)), Frozen(1) == Frozen(1), Frozen(1) != Frozen(2), is_dataclass(Frozen), {Frozen(1): 3}[Frozen(1)], Frozen(1) in [Frozen(1)]))
@dataclass
class WithProp:
    _w: int = 3
    @property
    def w(self): return self._w * 2
    @w.setter
    def w(self, v): self._w = v
p = WithProp(4); p.w = 5
check("d7", (p.w, p))
@dataclass(order=True)
class O:
    n: int
    name: str = field(compare=False, default="")
check("d8", (O(1) < O(2), sorted([O(3), O(1)]), O(1, "a") == O(1, "b"), max(O(1), O(5)).n))
@dataclass
class Slot:
    __slots__ = ("a",)
    a: int
check("d9", Slot(3).a)
@dataclass(kw_only=True)
class KW:
    a: int
    b: int = 2
check("d10", KW(a=1))
from dataclasses import InitVar, KW_ONLY
from typing import ClassVar
@dataclass
class I:
    n: int
    scale: InitVar[int] = 2
    total: int = field(init=False)
    count: ClassVar[int] = 7
    def __post_init__(self, scale): self.total = self.n * scale
check("d12", (O(1, "q"), f"{O(2)}", [f.compare for f in fields(O)], [f.repr for f in fields(O)], [dict(f.metadata) for f in fields(O)]))
check("d11", (I(3).total, I(3, 4), I.count, [f.name for f in fields(I)]))

@dataclass
class Shown:
    a: int = field(default=1, metadata={"help": "a number"})
    b: int = field(default=2, repr=False)
check("d13", (repr(Shown()), [f.metadata.get("help") for f in fields(Shown)]))
