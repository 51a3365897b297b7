import abc
from abc import ABC, abstractmethod


class Meta(type):
    registry = {}

    def __new__(mcs, name, bases, namespace, **kw):
        cls = super().__new__(mcs, name, bases, namespace)
        if bases:
            mcs.registry[name.lower()] = cls
        cls.tag = kw.get("tag", "none")
        return cls

    def __init__(cls, name, bases, namespace, **kw):
        super().__init__(name, bases, namespace)
        cls.made = True

    def __getitem__(cls, key):
        return cls.registry[key]

    def __len__(cls):
        return len(cls.registry)


class Root(metaclass=Meta):
    pass


class Leaf(Root, tag="leaf"):
    pass


check("metaclass", (sorted(Meta.registry), Leaf.tag, Leaf.made, Root["leaf"] is Leaf, len(Root), type(Leaf) is Meta, isinstance(Leaf, Meta)))


class Singleton(type):
    _made = {}

    def __call__(cls, *args, **kwargs):
        if cls not in cls._made:
            cls._made[cls] = super().__call__(*args, **kwargs)
        return cls._made[cls]


class One(metaclass=Singleton):
    def __init__(self, x):
        self.x = x


check("singleton", (One(1) is One(2), One(3).x))


class Plugin:
    plugins = []

    def __init_subclass__(cls, name=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.plugins.append(name or cls.__name__)


class A(Plugin):
    pass


class B(Plugin, name="bee"):
    pass


check("init_subclass", Plugin.plugins)


class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return getattr(obj, self.name, -1)

    def __set__(self, obj, value):
        if value < 0:
            raise ValueError("negative")
        setattr(obj, self.name, value)


class Box:
    w = Positive()
    h = Positive()

    def __init__(self, w):
        self.w = w


box = Box(3)
check("descriptor", (box.w, box.h, box.__dict__, Box.w.name))
try:
    box.w = -1
except ValueError as e:
    check("descriptor error", e.args)


class Lazy:
    def __init__(self, f):
        self.f = f

    def __get__(self, obj, owner):
        value = self.f(obj)
        obj.__dict__[self.f.__name__] = value
        return value


class Uses:
    @Lazy
    def heavy(self):
        self.n = getattr(self, "n", 0) + 1
        return self.n * 10


u = Uses()
check("lazy", (u.heavy, u.heavy, u.n))


class Temp:
    def __init__(self):
        self._c = 1

    @property
    def c(self):
        return self._c

    @c.setter
    def c(self, v):
        self._c = v * 2

    @c.deleter
    def c(self):
        self._c = None


t = Temp()
t.c = 5
check("setter", t.c)
del t.c
check("deleter", t.c)
try:
    class Ro:
        @property
        def x(self):
            return 1
    Ro().x = 3
except AttributeError as e:
    check("no setter", type(e).__name__)


class Dyn:
    def __init__(self):
        object.__setattr__(self, "store", {})

    def __getattr__(self, name):
        if name in self.store:
            return self.store[name]
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self.store[name] = value

    def __delattr__(self, name):
        del self.store[name]

    def __dir__(self):
        return list(self.store)


d = Dyn()
d.a = 1
d.b = 2
del d.b
check("getattr", (d.a, hasattr(d, "b"), hasattr(d, "a"), getattr(d, "zz", 9)))


class AttrDict(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


ad = AttrDict(a=1)
ad.b = 2
check("attrdict", (ad.a, ad["b"], ad, hasattr(ad, "q"), ad.get("z", 0), isinstance(ad, dict), len(ad), list(ad.items())))


class Vec:
    def __init__(self, *xs):
        self.xs = list(xs)

    def __add__(self, o):
        if not isinstance(o, Vec):
            return NotImplemented
        return Vec(*[a + b for a, b in zip(self.xs, o.xs)])

    def __mul__(self, k):
        return Vec(*[a * k for a in self.xs])
    __rmul__ = __mul__

    def __iadd__(self, o):
        self.xs = [a + 1 for a in self.xs]
        return self

    def __radd__(self, o):
        return "radd"

    def __neg__(self):
        return Vec(*[-a for a in self.xs])

    def __getitem__(self, i):
        return self.xs[i]

    def __setitem__(self, i, v):
        self.xs[i] = v

    def __delitem__(self, i):
        del self.xs[i]

    def __len__(self):
        return len(self.xs)

    def __contains__(self, x):
        return x in self.xs

    def __eq__(self, o):
        return isinstance(o, Vec) and self.xs == o.xs

    def __hash__(self):
        return hash(tuple(self.xs))

    def __bool__(self):
        return any(self.xs)

    def __repr__(self):
        return f"Vec{tuple(self.xs)}"

    def __call__(self, *a, **k):
        return a, k

    def __invert__(self):
        return "inv"

    def __abs__(self):
        return sum(abs(x) for x in self.xs)

    def __int__(self):
        return 42

    def __float__(self):
        return 4.5

    def __index__(self):
        return 1

    def __reversed__(self):
        return iter(self.xs[::-1])


v = Vec(1, 2)
w = v
w += 1
check("in place", (w is v, v.xs))
v[0] = 7
check("operators", ((v + Vec(1, 1)).xs, (2 * v).xs, (v * 2).xs, (-v).xs, v[0], v[-1], len(v), 7 in v, v == Vec(7, 3), v != Vec(7, 3), bool(Vec(0)), repr(v), f"{v}", v(1, k=2), ~v, abs(-v), int(v), float(v), [5, 6][v], list(reversed(v)), list(v), 1 + v))
del v[0]
check("del", v.xs)
try:
    v + 1
except TypeError as e:
    check("not implemented", type(e).__name__)
check("hash", {Vec(1): "a"}[Vec(1)])


class Miss(dict):
    def __missing__(self, key):
        self[key] = key * 2
        return self[key]


mm = Miss()
check("missing", (mm[3], mm, mm.get(5)))


class It:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


check("iterator", (list(It(3)), sum(It(4)), next(It(2)), [x for x in It(2)], max(It(5))))


class Base(ABC):
    @abstractmethod
    def run(self): ...

    @property
    @abstractmethod
    def size(self): ...

    @classmethod
    def create(cls, *a):
        return cls(*a)


class Impl(Base):
    size = 3

    def run(self):
        return type(self).__name__


check("abc", (Impl.create().run(), Impl().size, issubclass(Impl, Base)))


class M1:
    def __init__(self, **kw):
        self.order = ["M1"]
        super().__init__(**kw)

    def who(self):
        return "M1>" + super().who()


class M2:
    def __init__(self, z=0, **kw):
        self.z = z
        super().__init__(**kw)

    def who(self):
        return "M2>" + super().who()


class Core:
    def __init__(self, w=1):
        self.w = w

    def who(self):
        return "Core"


class All(M1, M2, Core):
    def who(self):
        return "All>" + super(All, self).who()


al = All(z=5, w=6)
check("mro", (al.who(), al.z, al.w, [k.__name__ for k in All.__mro__]))
check("super two", super(All, al).who())
check("type call", (type("Dyn2", (Core,), {"q": 1, "m": lambda self: self.w})(w=4).m(), type(al)(w=2).w, al.__class__.__name__))


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 1


check("slots", Slots().a)
try:
    Slots().b = 2
    check("slots error", "none")
except AttributeError as e:
    check("slots error", type(e).__name__)


class New:
    def __new__(cls, x):
        self = super().__new__(cls)
        self.early = x
        return self

    def __init__(self, x):
        self.late = x + 1


check("new", (New(1).early, New(1).late))


class Tup(tuple):
    def __new__(cls, a, b):
        return super().__new__(cls, (a, b))

    @property
    def first(self):
        return self[0]


check("tuple subclass", (Tup(1, 2).first, len(Tup(3, 4)), Tup(1, 2) == (1, 2), sum(Tup(3, 4))))


class Ints(int):
    def plus(self):
        return self + 1


check("int subclass", (Ints(4).plus(), Ints(3) * 2, Ints("7") == 7))


class LL(list):
    def total(self):
        return sum(self)

    def append(self, x):
        super().append(x * 2)


ll = LL([1])
ll.append(3)
check("list subclass", (ll.total(), ll[1], len(ll), [x for x in ll], ll == [1, 6]))


class Generic:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item.__name__}]"


check("class_getitem", Generic[int])


class Nested:
    class Inner:
        value = 3

    def get(self):
        return self.Inner.value


check("nested", (Nested().get(), Nested.Inner.__name__))
check("vars", vars(Core(3)))
check("delattr", [setattr(al, "tmp", 1), al.tmp, delattr(al, "tmp"), hasattr(al, "tmp")])
try:
    al.nothing
except AttributeError as e:
    check("attribute error", type(e).__name__)


class Priv:
    def __init__(self):
        self.__secret = 5

    def get(self):
        return self.__secret


check("mangling", Priv().get())
class Shared:
    items = []
    count = 0
    def add(self, x):
        self.items.append(x)
        self.count += 1
        type(self).total = getattr(type(self), "total", 0) + x
s1, s2 = Shared(), Shared()
s1.add(1); s2.add(2)
check("class attributes", (s1.items, s1.count, Shared.count, Shared.total))
