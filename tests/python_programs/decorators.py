import functools
from functools import partial, wraps, lru_cache, reduce, total_ordering, cached_property, singledispatch, partialmethod, cache


class Registry:
    def __init__(self, name):
        self.name, self._items = name, {}

    def register(self, name=None, **meta):
        def wrap(obj):
            key = name or obj.__name__
            if key in self._items:
                raise KeyError(f"{key} is already in {self.name}")
            self._items[key] = obj
            obj.meta = meta
            return obj
        if callable(name):
            obj, name = name, None
            return wrap(obj)
        return wrap

    def __getitem__(self, key):
        return self._items[key]

    def __contains__(self, key):
        return key in self._items

    def __len__(self):
        return len(self._items)

    def keys(self):
        return self._items.keys()

    def build(self, cfg, **extra):
        cfg = dict(cfg)
        kind = cfg.pop("type")
        return self[kind](**cfg, **extra)


MODELS = Registry("models")


@MODELS.register("small", depth=2)
def make_small(width=8, **kw):
    return ("small", width, sorted(kw))


@MODELS.register
def make_big(width=64):
    return ("big", width)


@MODELS.register()
class Net:
    def __init__(self, a, b=2):
        self.a, self.b = a, b


check("registry keys", list(MODELS.keys()))
check("registry build", MODELS.build({"type": "small", "width": 3}, extra=1))
check("registry class", MODELS.build(dict(type="Net", a=5)).b)
check("registry meta", make_small.meta)
check("registry len", (len(MODELS), "small" in MODELS, "no" in MODELS, bool(MODELS)))
try:
    MODELS.register("small")(make_big)
except KeyError as error:
    check("duplicate", type(error).__name__)
    check("duplicate args", error.args[0])


def traced(function):
    calls = []

    @wraps(function)
    def wrapper(*args, **kwargs):
        calls.append(function.__name__)
        return function(*args, **kwargs)
    wrapper.calls = calls
    return wrapper


@traced
def add(a, b=1, *rest, scale=2):
    """Adds."""
    return (a + b + sum(rest)) * scale


check("wraps", (add(1), add(1, 2, 3, scale=1), add.calls, add.__name__, add.__doc__, add.__wrapped__(1)))


class Count:
    def __init__(self, function):
        functools.update_wrapper(self, function)
        self.function, self.n = function, 0

    def __call__(self, *args):
        self.n += 1
        return self.function(*args)


@Count
def square(x):
    return x * x


check("class decorator", (square(3), square(4), square.n, square.__name__))


def repeat(times):
    def outer(function):
        def inner(*a):
            return [function(*a) for _ in range(times)]
        return inner
    return outer


@repeat(2)
@repeat(times=3)
def one():
    return 1


check("stacked", one())


class Base:
    @classmethod
    @repeat(2)
    def made(cls):
        return cls.__name__

    @staticmethod
    @lru_cache(maxsize=None)
    def cached(n):
        return n if n < 2 else Base.cached(n - 1) + Base.cached(n - 2)

    @cached_property
    def once(self):
        self.count = getattr(self, "count", 0) + 1
        return self.count

    def scaled(self, k, x):
        return k * x
    double = partialmethod(scaled, 2)


base = Base()
check("classmethod", (Base.made(), base.made()))
check("cached", Base.cached(12))
check("cached_property", (base.once, base.once, base.count))
check("partialmethod", base.double(7))
check("reduce", (reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(max, [3, 9, 2], 5)))
pt = partial(int, base=2)
check("partial", (pt("101"), pt.func is int, pt.keywords, partial(pow, 2)(5)))


@singledispatch
def show(x):
    return "any"


@show.register(int)
def _(x):
    return "int"


@show.register
def _(x: list):
    return "list"


check("singledispatch", (show(1), show([]), show("a")))


@total_ordering
class Version:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


check("total_ordering", (Version(1) < Version(2), Version(1) >= Version(2), Version(2) > Version(1), Version(3) <= Version(3), max(Version(1), Version(4)).n))


@cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


check("cache", fib(20))


def add_method(cls):
    def decorate(function):
        setattr(cls, function.__name__, function)
        return function
    return decorate


@add_method(Base)
def extra(self, k):
    return k + 1


check("monkey", base.extra(4))
check("cmp_to_key", sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
