import copy, functools, inspect, math, re, warnings
from collections import OrderedDict, namedtuple
from functools import partial
from dataclasses import dataclass, field, asdict, fields
import torch, torch.nn as nn, torch.nn.functional as F

class AttrDict(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name)
    def __setattr__(self, name, value):
        self[name] = value
    def __delattr__(self, name):
        del self[name]
cfg = AttrDict(width=8, depth=3)
cfg.groups = 2
check("attr", (cfg.width, cfg["groups"], hasattr(cfg, "nope"), getattr(cfg, "x", 7), dict(cfg), len(cfg), cfg.get("depth"), list(cfg.items())))
del cfg.groups
check("attr2", "groups" in cfg)

class SelfDict(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self
sd = SelfDict(a=1, b=2)
sd.c = 3
check("self dict", (sd.a, sd["b"], sd.get("c"), sorted(sd)))

class Easy(dict):
    def __init__(self, d=None, **kwargs):
        d = {} if d is None else dict(d)
        d.update(kwargs)
        for k, v in d.items():
            setattr(self, k, v)
        for k in self.__class__.__dict__.keys():
            if not (k.startswith("__") and k.endswith("__")) and k not in ("update", "pop"):
                setattr(self, k, getattr(self, k))
    def __setattr__(self, name, value):
        if isinstance(value, (list, tuple)):
            value = type(value)(self.__class__(x) if isinstance(x, dict) else x for x in value)
        elif isinstance(value, dict) and not isinstance(value, Easy):
            value = Easy(value)
        super().__setattr__(name, value)
        super().__setitem__(name, value)
    __setitem__ = __setattr__
e = Easy({"model": {"width": 4, "stages": [{"n": 1}, {"n": 2}]}, "lr": 0.1})
check("easy", (e.model.width, e.model.stages[1].n, e["lr"], e.lr, len(e), isinstance(e.model, Easy)))

class Registry:
    def __init__(self, name):
        self._name = name
        self._module_dict = dict()
    def __len__(self): return len(self._module_dict)
    def __contains__(self, key): return self.get(key) is not None
    def __repr__(self): return f"{self.__class__.__name__}(name={self._name}, items={list(self._module_dict)})"
    @property
    def name(self): return self._name
    def get(self, key): return self._module_dict.get(key, None)
    def _register(self, cls, name=None, force=False):
        if not inspect.isclass(cls) and not inspect.isfunction(cls):
            raise TypeError(f"module must be a class, but got {type(cls)}")
        name = name or cls.__name__
        if not force and name in self._module_dict:
            raise KeyError(f"{name} is already registered in {self.name}")
        self._module_dict[name] = cls
    def register_module(self, name=None, force=False, module=None):
        if module is not None:
            self._register(module, name, force)
            return module
        if callable(name):
            self._register(name)
            return name
        def deco(cls):
            self._register(cls, name, force)
            return cls
        return deco
    def build(self, cfg, **default):
        args = cfg.copy()
        for k, v in default.items():
            args.setdefault(k, v)
        obj_type = args.pop("type")
        if isinstance(obj_type, str):
            obj_cls = self.get(obj_type)
            if obj_cls is None:
                raise KeyError(f"{obj_type} is not in the {self.name} registry")
        elif inspect.isclass(obj_type):
            obj_cls = obj_type
        else:
            raise TypeError
        return obj_cls(**args)
MODELS = Registry("models")
@MODELS.register_module()
class Neck(nn.Module):
    def __init__(self, inp, out):
        super().__init__()
        self.lats = nn.ModuleList(nn.Conv2d(i, out, 1) for i in inp)
    def forward(self, xs):
        return tuple(l(x) for l, x in zip(self.lats, xs))
@MODELS.register_module(name="bb")
class Back(nn.Module):
    arch = {18: (2, 2), 34: (3, 4)}
    def __init__(self, depth, width=8):
        super().__init__()
        self.names = []
        for i, n in enumerate(self.arch[depth]):
            name = f"layer{i + 1}"
            self.add_module(name, nn.Sequential(*[nn.Conv2d(width if (i or j) else 3, width, 3, padding=1) for j in range(n)]))
            self.names.append(name)
    def forward(self, x):
        out = []
        for n in self.names:
            x = getattr(self, n)(x)
            out.append(x)
            x = F.max_pool2d(x, 2)
        return out
@MODELS.register_module
def make_head(inp, classes=2):
    return nn.Conv2d(inp, classes, 1)
try:
    MODELS.register_module(module=Back, name="bb")
except KeyError as err:
    check("twice", type(err).__name__)
b = MODELS.build(dict(type="bb", depth=34), width=6)
n = MODELS.build({"type": Neck, "inp": [6, 6], "out": 5})
outs = n(b(torch.zeros(1, 3, 16, 16)))
check("registry", (outs, len(MODELS), "bb" in MODELS, "zz" in MODELS, repr(MODELS), MODELS.build(dict(type="make_head", inp=5))(outs[0])))

class Meta(type):
    registry = {}
    def __new__(mcs, name, bases, ns, **kw):
        cls = super().__new__(mcs, name, bases, ns)
        if kw.get("register", True):
            mcs.registry[name.lower()] = cls
        cls.tag = kw.get("tag", "none")
        return cls
    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)
    def __call__(cls, *args, **kwargs):
        obj = super().__call__(*args, **kwargs)
        obj.built = True
        return obj
class Base(metaclass=Meta, register=False): pass
class A(Base, tag="a"):
    def __init__(self, x=1): self.x = x
class B(A): pass
check("meta", (sorted(Meta.registry), A.tag, B.tag, A(3).built, B().x, type(A) is Meta))

class Typed:
    def __init__(self, kind, default=None):
        self.kind, self.default = kind, default
    def __set_name__(self, owner, name):
        self.name = name
        owner._typed = getattr(owner, "_typed", ()) + (name,)
    def __get__(self, obj, owner=None):
        if obj is None: return self
        return obj.__dict__.get(self.name, self.default)
    def __set__(self, obj, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name} must be {self.kind.__name__}")
        obj.__dict__[self.name] = value
    def __delete__(self, obj):
        obj.__dict__.pop(self.name, None)
class Opt:
    width = Typed(int, 4)
    act = Typed(str, "relu")
    def __init__(self, **kw):
        for k, v in kw.items():
            setattr(self, k, v)
    def to_dict(self): return {n: getattr(self, n) for n in self._typed}
o = Opt(width=6)
try:
    o.act = 3
except TypeError as er:
    check("typed", (str(er), o.to_dict(), Opt.width.name))
del o.width
check("deleted", o.to_dict())

def add_prefix(prefix):
    def deco(cls):
        orig = cls.__init__
        @functools.wraps(orig)
        def init(self, *a, **k):
            orig(self, *a, **k)
            self.label = prefix + type(self).__name__
        cls.__init__ = init
        return cls
    return deco
@add_prefix("p_")
class Deco:
    def __init__(self, n): self.n = n
class Sub(Deco):
    def __init__(self): super().__init__(4)
check("deco", (Deco(1).label, Sub().label, Sub().n, Deco.__init__.__name__))

class Ctx:
    stack = []
    def __init__(self, **kw): self.kw = kw
    def __enter__(self):
        Ctx.stack.append(self.kw); return self
    def __exit__(self, t, v, tb):
        Ctx.stack.pop()
        return t is not None and issubclass(t, KeyError)
def current(k, d=None):
    for f in reversed(Ctx.stack):
        if k in f: return f[k]
    return d
with Ctx(a=1), Ctx(a=2, b=3) as c:
    r1 = (current("a"), current("b"), current("z", 0), c.kw)
with Ctx():
    {}["missing"]
check("ctx", (r1, Ctx.stack))
def unwrap(gen):
    total = 0
    while True:
        try:
            total += next(gen)
        except StopIteration as s:
            return total, s.value
def g():
    got = yield 1
    yield from (2, 3)
    return "end"
check("gen", unwrap(g()))
def make_divisible(v, d=8, m=None):
    m = m or d
    n = max(m, int(v + d / 2) // d * d)
    return n + d if n < 0.9 * v else n
check("div", [make_divisible(v * w) for v in (16, 24, 40) for w in (0.35, 0.75, 1.4)])
spec = "ds_r1_k3_s1_e6_c16_se0.25_noskip"
opts = {}
for p in spec.split("_")[1:]:
    m = re.match(r"([a-z]+)([\d.]+)?$", p)
    k, v = m.groups()
    opts[k] = float(v) if v and "." in v else int(v) if v else True
check("spec", opts)
P = namedtuple("P", "x y", defaults=(5,))
p = P(1)
check("nt", (p, p._replace(y=2), p._asdict(), P._fields, P._make([3, 4]), p + (1,), *p))
