"""What classes of the program get from MutableMapping, and from property."""

from collections.abc import MutableMapping


class Layered(MutableMapping):
    shared = {"a": 3}

    def __init__(self):
        self.own = {}

    def __getitem__(self, key):
        if key in self.own:
            return self.own[key]
        return self.shared[key]

    def __setitem__(self, key, value):
        self.own.update({key: value})

    def __delitem__(self, key):
        del self.own[key]

    def __iter__(self):
        return iter({**self.shared, **self.own})

    def __len__(self):
        return len(self.shared.keys() | self.own.keys())


class Typed(Layered):
    def pick(self, key, default):
        return super().get(key, default)


g = Typed()
g["b"] = 5
g.update({"c": 7}, d=9)
check("setdefault", [g.setdefault("e", 11), g.setdefault("a", 12), g["e"]])
check("pop", [g.pop("d"), g.pop("none", 4), "d" in g, "a" in g])
check("get", [g.get("a"), g.get("z"), g.get("z", 2), g.pick("q", 1), g.pick("b", 1)])
check("listed", [list(g), list(g.keys()), list(g.values()), list(g.items()), len(g), sorted(g.keys() | {"zz"})])
try:
    g["zz"]
except KeyError:
    check("missing", True)


class OfClass(property):
    def __get__(self, receiver, owner):
        return self.fget(owner)


class Once(property):
    def __get__(self, receiver, owner=None):
        if receiver is None:
            return self
        name = "_once_" + self.fget.__name__
        if getattr(receiver, name, None) is None:
            setattr(receiver, name, self.fget(receiver))
        return getattr(receiver, name)


class Plain(property):
    pass


class A:
    width = 4

    @OfClass
    def wider(cls):
        return cls.width + 1

    @Once
    def double(self):
        return self.width * 2

    @Plain
    def triple(self):
        return self.width * 3


a = A()
check("properties", [A.wider, a.wider, a.double, a.triple])
a.width = 10
check("once", [a.wider, a.double, a.triple])
try:
    a.triple = 3
    check("set", False)
except AttributeError:
    check("set", True)


class Base:
    """Said of it."""

    none = None

    def __init_subclass__(cls):
        cls.has_own = "q" in cls.__dict__


class Sub(Base):
    q = 1


class Other(Base):
    pass


def named(a, b=2, *rest, key=None, **others):
    inside = a
    return inside


check("class table", [Sub.has_own, Other.has_own, Base.__dict__["none"], "q" in Sub.__dict__, vars(Sub)["q"], Sub.__dict__.get("none", 7)])
check("code", [named.__code__.co_varnames, named.__code__.co_argcount, named.__code__.co_kwonlyargcount, "key" in named.__code__.co_varnames])
check("text of a class", [str(Sub) == f"<class '{Sub.__module__}.Sub'>", {str(Sub): 1}.get(str(Other))])
