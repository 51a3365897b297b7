import abc, collections, contextlib, copy, enum, functools, inspect, itertools, json, math, operator, re, string, sys, types, weakref
from collections import OrderedDict, defaultdict
from functools import partial, partialmethod, reduce, singledispatch, cached_property, total_ordering
from dataclasses import dataclass, field, replace
from typing import *
import torch, torch.nn as nn, torch.nn.functional as F

# --- config classes with inheritance, from_dict, to_dict
class PretrainedConfig:
    model_type = ""
    attribute_map: Dict[str, str] = {}
    def __setattr__(self, key, value):
        if key in super().__getattribute__("attribute_map"):
            key = super().__getattribute__("attribute_map")[key]
        super().__setattr__(key, value)
    def __getattribute__(self, key):
        if key != "attribute_map" and key in super().__getattribute__("attribute_map"):
            key = super().__getattribute__("attribute_map")[key]
        return super().__getattribute__(key)
    def __init__(self, **kwargs):
        self.num_labels = kwargs.pop("num_labels", 2)
        for k, v in kwargs.items():
            try:
                setattr(self, k, v)
            except AttributeError as err:
                raise err
    @classmethod
    def from_dict(cls, config_dict, **kwargs):
        config = cls(**config_dict)
        to_remove = []
        for key, value in kwargs.items():
            if hasattr(config, key):
                setattr(config, key, value)
                to_remove.append(key)
        for key in to_remove:
            kwargs.pop(key, None)
        return config, kwargs
    def to_dict(self):
        output = copy.deepcopy(self.__dict__)
        if hasattr(self.__class__, "model_type"):
            output["model_type"] = self.__class__.model_type
        return output
    def to_diff_dict(self):
        default = self.__class__().to_dict()
        return {k: v for k, v in self.to_dict().items() if k not in default or v != default[k]}
class VitConfig(PretrainedConfig):
    model_type = "vit"
    attribute_map = {"dim": "hidden_size"}
    def __init__(self, hidden_size=8, layers=2, **kwargs):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.layers = layers
c, rest = VitConfig.from_dict({"layers": 3, "extra": "e"}, hidden_size=16, nope=1)
c.dim = 24
check("config", (c.dim, c.hidden_size, c.extra, rest, c.to_dict(), c.to_diff_dict()))

ACT2CLS = {"gelu": nn.GELU, "relu": (nn.ReLU, {"inplace": True})}
class ClassInstantier(OrderedDict):
    def __getitem__(self, key):
        content = super().__getitem__(key)
        cls, kwargs = content if isinstance(content, tuple) else (content, {})
        return cls(**kwargs)
ACT = ClassInstantier(ACT2CLS)
check("act", (type(ACT["relu"]).__name__, ACT["relu"].inplace, type(ACT["gelu"]).__name__, "x" in ACT, list(ACT)))

class ModelOutput(OrderedDict):
    def __post_init__(self):
        for name in self.__dataclass_fields__:
            v = getattr(self, name)
            if v is not None:
                self[name] = v
    def __getitem__(self, k):
        if isinstance(k, str):
            return dict(self.items())[k]
        return self.to_tuple()[k]
    def __setattr__(self, name, value):
        if name in self.keys() and value is not None:
            super().__setitem__(name, value)
        super().__setattr__(name, value)
    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        super().__setattr__(key, value)
    def to_tuple(self):
        return tuple(self[k] for k in self.keys())
@dataclass
class Out(ModelOutput):
    logits: torch.Tensor = None
    loss: Optional[torch.Tensor] = None
    hidden: Optional[Tuple[torch.Tensor]] = None
out = Out(logits=torch.zeros(2, 3), hidden=(torch.zeros(1),))
check("output", (out.logits, out["logits"], out[0], len(out), out.to_tuple(), list(out.keys()), out.loss, "loss" in out))
out.loss = torch.zeros(())
check("output2", (list(out), out.loss))

# --- lazy modules / properties / caching
class Lazy:
    def __init__(self, fn): self.fn = fn
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, cls):
        if obj is None: return self
        v = obj.__dict__[self.name] = self.fn(obj)
        return v
calls = []
class M(nn.Module):
    def __init__(self, w):
        super().__init__()
        self.w = w
        self._out = None
    @Lazy
    def dims(self):
        calls.append("dims")
        return [self.w, self.w * 2]
    @cached_property
    def total(self):
        calls.append("total")
        return sum(self.dims)
    @property
    def out(self):
        if self._out is None:
            self._out = nn.Linear(self.w, 2)
        return self._out
    @out.setter
    def out(self, v): self._out = v
    def forward(self, x): return self.out(x)
m = M(4)
check("lazy", (m.dims, m.dims, m.total, m.total, calls, m(torch.zeros(3, 4)), [n for n, _ in m.named_children()]))
class ToOut:
    pass

@singledispatch
def describe(x): return "object"
@describe.register
def _(x: int): return "int"
@describe.register(list)
def _(x): return "list of " + str(len(x))
@describe.register(nn.Module)
def _(x): return type(x).__name__
check("dispatch", (describe(1), describe([1]), describe(nn.ReLU()), describe("s"), describe(True)))

@total_ordering
class Version:
    def __init__(self, s): self.parts = tuple(map(int, s.split(".")))
    def __eq__(self, o): return self.parts == o.parts
    def __lt__(self, o): return self.parts < o.parts
    def __hash__(self): return hash(self.parts)
check("version", (Version("1.2") < Version("1.10"), Version("2.0") >= Version("1.9"), max(Version("1.2"), Version("1.10")).parts, sorted([Version("3.0"), Version("1.0")])[0].parts))

class Stage:
    __slots__ = ("blocks", "width", "__weakref__")
    def __init__(self, blocks, width): self.blocks, self.width = blocks, width
    def __iter__(self): return iter((self.blocks, self.width))
    def __repr__(self): return f"Stage({self.blocks}x{self.width})"
    def __eq__(self, other): return isinstance(other, Stage) and tuple(self) == tuple(other)
    def __add__(self, other): return Stage(self.blocks + other.blocks, max(self.width, other.width))
    def __radd__(self, other): return self if other == 0 else self + other
    def __mul__(self, k): return Stage(self.blocks * k, self.width)
    __rmul__ = __mul__
    def __bool__(self): return self.blocks > 0
    def __contains__(self, w): return w == self.width
    def __getitem__(self, i): return tuple(self)[i]
    def __len__(self): return 2
    def __call__(self, x): return x * self.width
    def __matmul__(self, o): return ("mm", o)
    def __neg__(self): return Stage(-self.blocks, self.width)
    def __format__(self, spec): return f"<{self.blocks}:{spec}>"
s = sum([Stage(1, 8), Stage(2, 4)])
b, w = s
try:
    s.zz = 1
except AttributeError:
    check("slots", True)
check("ops", (repr(s), b, w, 3 * s == Stage(9, 8), bool(Stage(0, 1)), 8 in s, s[1], len(s), s(2), s @ 3, (-s).blocks, f"{s:x}", [*s], dict([s]), str(s), s != Stage(3, 8)))

def flatten(xs):
    for x in xs:
        if isinstance(x, (list, tuple)):
            yield from flatten(x)
        else:
            yield x
check("flat", list(flatten([1, [2, (3, [4])], 5])))
def pairs(it):
    a, b = itertools.tee(it)
    next(b, None)
    return zip(a, b)
check("pairs", (list(pairs([1, 2, 3])), list(itertools.accumulate([1, 2, 3], operator.mul)), [list(g) for _, g in itertools.groupby([1, 1, 2])], list(itertools.product([1, 2], "ab")), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.zip_longest([1], [2, 3], fillvalue=0)), list(itertools.islice(itertools.count(3), 2)), list(itertools.starmap(pow, [(2, 3)])), list(itertools.compress("abc", [1, 0, 1]))))

class Tracker(contextlib.ContextDecorator):
    log = []
    def __init__(self, tag): self.tag = tag
    def __enter__(self): self.log.append("+" + self.tag); return self
    def __exit__(self, *exc): self.log.append("-" + self.tag); return False
@Tracker("f")
def tracked(x): return x + 1
with contextlib.ExitStack() as stack:
    for t in "ab": stack.enter_context(Tracker(t))
    stack.callback(lambda: Tracker.log.append("cb"))
check("tracker", (tracked(1), Tracker.log))
@contextlib.contextmanager
def swap(obj, **kw):
    old = {k: getattr(obj, k) for k in kw}
    try:
        for k, v in kw.items(): setattr(obj, k, v)
        yield obj
    finally:
        for k, v in old.items(): setattr(obj, k, v)
ns = types.SimpleNamespace(a=1, b=2)
with swap(ns, a=5) as inside: seen = (inside.a, inside.b)
try:
    with swap(ns, b=9): raise ValueError("x")
except ValueError: pass
check("swap", (seen, ns.a, ns.b, ns))

class Pipeline:
    def __init__(self, *fns): self.fns = fns
    def __rshift__(self, fn): return Pipeline(*self.fns, fn)
    def __call__(self, x): return reduce(lambda v, f: f(v), self.fns, x)
p = Pipeline() >> (lambda x: x + 1) >> partial(pow, 2) >> str
check("pipe", p(3))
class Node:
    def __init__(self, name, parent=None):
        self.name, self.children, self.parent = name, [], parent
        if parent: parent.children.append(self)
    @property
    def path(self): return (self.parent.path + "/" if self.parent else "") + self.name
    def walk(self, depth=0):
        yield depth, self
        for ch in self.children: yield from ch.walk(depth + 1)
root = Node("r"); a = Node("a", root); Node("b", a); Node("c", root)
check("tree", [(d, n.path) for d, n in root.walk()])
sig = inspect.signature(VitConfig.__init__)
check("sig", ([p.name for p in sig.parameters.values()], [p.default for p in sig.parameters.values() if p.default is not inspect.Parameter.empty], sig.parameters["kwargs"].kind == inspect.Parameter.VAR_KEYWORD))
def filtered(fn, **kw):
    names = inspect.signature(fn).parameters
    return fn(**{k: v for k, v in kw.items() if k in names})
check("filtered", filtered(lambda a, b=2: (a, b), a=1, c=3))
check("json", (json.loads('{"a": [1, 2.5, null, true]}'), json.dumps({"b": (1, 2), "a": None}, sort_keys=True)))
check("str", ("{:>4}|{:<3}|{:^5}|{:05.1f}|{!r}".format(1, "a", "b", 2.25, "q"), "%s-%03d" % ("x", 7), "a,b,,c".split(","), "AbC".swapcase(), "x".join("abc"), "path/to.ext".rpartition("."), " t ".strip(), "camelCaseName".replace("C", "_c"), string.ascii_lowercase[:3], re.sub(r"(?<!^)(?=[A-Z])", "_", "CamelCase").lower(), textwrap_ok := True))
t = {**{"a": 1}, **dict(b=2)} | {"c": 3}
x, *y, z = t.values()
check("unp", (x, y, z, [*t], (lambda *a, k=1, **kw: (a, k, kw))(*t, k=5, j=6)))
matrix = [[i * j for j in range(3)] for i in range(3)]
check("matrix", (list(map(list, zip(*matrix))), sum(map(sum, matrix)), [r[::-1] for r in matrix[::-1]], any(0 in r for r in matrix), sorted({v for r in matrix for v in r}, key=lambda v: -v)))
