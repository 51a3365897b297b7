import abc
import functools
from abc import ABC, abstractmethod


def made(cls):
    try:
        return cls().f()
    except TypeError:
        return "refused"


class Base(ABC):
    @abstractmethod
    def f(self): ...


def adds(cls):
    cls.f = lambda self: 5
    return abc.update_abstractmethods(cls)


def adds_silently(cls):
    cls.f = lambda self: 5
    return cls


@adds
class Added(Base):
    pass


@adds_silently
class AddedSilently(Base):
    pass


check("added by a decorator", (made(Added), made(AddedSilently)))
AddedSilently.f = abstractmethod(lambda self: 6)
check("updated", (abc.update_abstractmethods(AddedSilently) is AddedSilently, made(AddedSilently)))


class Cached(ABC):
    @functools.cached_property
    @abstractmethod
    def x(self):
        return 3


check("cached property", Cached().x)


class Property(ABC):
    @property
    @abstractmethod
    def d(self): ...


class Slots(Property):
    __slots__ = ("c", "d")

    def __init__(self):
        self.d = 6


class Slot(Property):
    __slots__ = "d"

    def __init__(self):
        self.d = 7


class Described(Property):
    __slots__ = {"d": "text"}

    def __init__(self):
        self.d = 8


class Other(Property):
    __slots__ = ["e"]


def other():
    try:
        return Other()
    except TypeError:
        return "refused"


check("slots", (Slots().d, Slot().d, Described().d, other()))


class Locals(Base):
    locals().update({"f": lambda self: 5})


class Vars(Base):
    for _n in ("f", "g"):
        vars()[_n] = lambda self: 7


check("names written by hand", (made(Locals), made(Vars), Vars().g()))


class Listed:
    a = 3
    names = list(locals())
    b = locals()["a"] + 1


check("names read by hand", (Listed.names[2:3], Listed.b, Listed.__qualname__))
