import functools
from dataclasses import dataclass


@dataclass(frozen=True)
class Frozen:
    a: int
    b: str = "x"


calls = []


@functools.lru_cache(maxsize=None)
def made(config, scale=1):
    calls.append(config.a)
    return [config.a * scale]


check("frozen", (made(Frozen(3)) is made(Frozen(3)), made(Frozen(3)) is made(Frozen(4)), made(Frozen(3), 2) is made(Frozen(3)), list(calls)))
check("info", (made.cache_info().hits, made.cache_info().misses, made.cache_info().currsize))


class Own:
    def __init__(self, a):
        self.a = a

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


@functools.cache
def of_own(own):
    return own.a


check("own equality", (of_own(Own(3)), of_own(Own(4))))


def refused(make):
    try:
        return functools.cache(lambda own: own.a)(make())
    except TypeError:
        return "unhashable"


@dataclass
class Plain:
    a: int = 3


@dataclass(unsafe_hash=True)
class Insisting:
    a: int = 3


@dataclass(eq=False)
class Unequal:
    a: int = 3


@dataclass
class WithHash:
    a: int = 3

    def __hash__(self):
        return hash(self.a)


class EqualOnly:
    a = 3

    def __eq__(self, other):
        return True


class Inheriting(EqualOnly):
    pass


class Mended(EqualOnly):
    def __hash__(self):
        return hash(4)


check("hashes", [refused(each) for each in (Plain, Insisting, Unequal, WithHash, EqualOnly, Inheriting, Mended)])
check("sides", (made(Insisting()) is made(Insisting()), made(Unequal()) is made(Unequal()), made(WithHash()) is made(WithHash())))
