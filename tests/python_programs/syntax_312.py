type Size = int | tuple[int, int]
type Pair[T] = tuple[T, T]
class Box[T]:
    def __init__(self, item: T):
        self.item: T = item
    def get(self) -> T:
        return self.item
    def swapped[U](self, other: U) -> "Box[U]":
        return Box(other)
class Named[T: int, *Ts, **P](Box[T]):
    kind = "named"
    def get(self) -> T:
        return super().get() + 1
def first[T](items: list[T], default: T | None = None) -> T:
    return items[0] if items else default
def both[T: (int, str)](a: T, b: T) -> tuple[T, T]:
    return a, b
async def later[T](x: T) -> T:
    return x
check("class", (Box(3).get(), Named(3).get(), Box[int](4).item, Named.kind, Box(1).swapped("q").item))
check("functions", (first([1, 2]), first([], 5), both(1, 2)))
check("names", (Box.__name__, first.__name__, isinstance(Named(1), Box), Named.__mro__[1] is Box))
class Outer[T]:
    class Inner[U]:
        def f(self, x: U) -> U:
            return x
    def g(self, x: Size = 4) -> Pair[int]:
        return x, x
check("nested", (Outer.Inner().f(2), Outer[int]().g()))
import dataclasses
@dataclasses.dataclass
class Data[T]:
    a: T
    b: int = 2
check("data", (Data(1), Data("x", 3).b))
check("alias", (Size is not None, Size.__name__))
from collections.abc import Sequence
class Registry[K, V](dict[K, V]):
    def register(self, name: K):
        def inner[F](fn: F) -> F:
            self[name] = fn
            return fn
        return inner
r = Registry[str, object]()
@r.register("f")
def f(): return 9
check("registry", (r["f"](), len(r), list(r)))
x = f"{'a' + f"{1 + 2}"}"
check("fstring", x)

def local():
    type Inner = int
    return Inner.__name__
check("local", local())
