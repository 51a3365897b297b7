import collections, functools, itertools, logging, math, os, warnings
from abc import ABC, abstractmethod
from collections import OrderedDict
from enum import Enum
from functools import partial
from typing import Any, Callable, ClassVar, NamedTuple, Protocol, runtime_checkable, Generic, TypeVar
import torch
from torch import Tensor, nn
import torch.nn.functional as F

logger = logging.getLogger(__name__)
T = TypeVar("T")

# timm-like
_entry = {}
_module_to = collections.defaultdict(set)
def register_model(fn):
    _entry[fn.__name__] = fn
    _module_to[fn.__module__].add(fn.__name__)
    return fn
def _cfg(url="", **kwargs):
    return {"url": url, "num_classes": 10, "input_size": (3, 32, 32), "pool_size": None, **kwargs}
default_cfgs = {"tiny": _cfg("a", num_classes=5), "base": _cfg("b", crop=0.9)}
def checkpoint_filter(sd): return {k.replace("x", "y"): v for k, v in sd.items()}
def build_with_cfg(cls, variant, pretrained=False, feature_cfg=None, default_cfg=None, **kwargs):
    features = kwargs.pop("features_only", False)
    cfg = default_cfg or default_cfgs[variant]
    kwargs.setdefault("num_classes", cfg["num_classes"])
    kwargs.setdefault("in_chans", cfg["input_size"][0])
    if kwargs.get("img", None): kwargs["img"] *= 1
    kwargs = {k: v for k, v in kwargs.items() if v is not None}
    model = cls(**kwargs)
    model.cfg = cfg
    if features:
        model = Features(model, **(feature_cfg or {}))
    return model
class Features(nn.ModuleDict):
    def __init__(self, model, out_indices=(0, 1), flatten=False):
        super().__init__()
        layers, self.return_layers = OrderedDict(), {}
        remaining = set(map(str, out_indices))
        for i, (n, m) in enumerate(model.stages.named_children()):
            layers[f"s_{n}"] = m
            if str(i) in remaining:
                self.return_layers[f"s_{n}"] = str(i)
                remaining.remove(str(i))
            if not remaining: break
        assert not remaining
        layers = OrderedDict([("stem", model.stem), *layers.items()])
        self.update(layers)
    def forward(self, x) -> list:
        out = []
        for name, module in self.items():
            x = module(x)
            if name in self.return_layers:
                out.append(x)
        return out
class ConvNormAct(nn.Sequential):
    def __init__(self, i, o, k=3, s=1, act=nn.ReLU, norm=nn.BatchNorm2d, **kw):
        super().__init__()
        self.add_module("conv", nn.Conv2d(i, o, k, s, padding=k // 2, bias=norm is None, **kw))
        if norm is not None: self.add_module("bn", norm(o))
        if act is not None: self.append(act())
class Drop(nn.Module):
    def __init__(self, p=0.): super().__init__(); self.p = p
    def forward(self, x): return x if not self.p or not self.training else x * 1
class Block(nn.Module):
    expansion: ClassVar[int] = 2
    def __init__(self, i, o, s=1, attn=None, drop=0., **kw):
        super().__init__()
        mid = o // self.expansion
        self.body = nn.Sequential(OrderedDict(reduce=ConvNormAct(i, mid, 1), conv=ConvNormAct(mid, mid, s=s), expand=ConvNormAct(mid, o, 1, act=None)))
        self.attn = attn(o) if attn else None
        self.drop = Drop(drop) if drop > 0 else nn.Identity()
        self.short = nn.Identity() if i == o and s == 1 else ConvNormAct(i, o, 1, s, act=None)
    def forward(self, x):
        y = self.body(x)
        if self.attn is not None: y = self.attn(y)
        return F.relu(self.drop(y) + self.short(x))
class SE(nn.Module):
    def __init__(self, c, rd_ratio=0.25, rd=None, gate=torch.sigmoid):
        super().__init__()
        rd = rd or max(1, int(c * rd_ratio))
        self.fc1, self.fc2, self.gate = nn.Conv2d(c, rd, 1), nn.Conv2d(rd, c, 1), gate
    def forward(self, x):
        s = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.fc2(F.relu(self.fc1(s), inplace=True)))
class Net(nn.Module):
    def __init__(self, depths=(1, 1), widths=(8, 16), num_classes=10, in_chans=3, attn="se", drop_rate=0.1, block=Block):
        super().__init__()
        attns = {"se": partial(SE, rd_ratio=0.5), "none": None}
        self.stem = ConvNormAct(in_chans, widths[0], s=2)
        total = sum(depths)
        dpr = [x.item() for x in torch.linspace(0, drop_rate, total)]
        dprs = [t.tolist() for t in torch.linspace(0, drop_rate, total).split(list(depths))]
        stages, prev = OrderedDict(), widths[0]
        for i, (d, w) in enumerate(zip(depths, widths)):
            blocks = []
            for j in range(d):
                blocks.append(block(prev, w, s=2 if j == 0 and i > 0 else 1, attn=attns[attn], drop=dprs[i][j]))
                prev = w
            stages[f"stage{i}"] = nn.Sequential(*blocks)
        self.stages = nn.Sequential(stages)
        self.num_features = prev
        self.head = nn.Linear(prev, num_classes) if num_classes else nn.Identity()
        self.apply(partial(self._init, scale=0.5))
    @staticmethod
    def _init(m, scale=1.0):
        if isinstance(m, nn.Conv2d):
            fan = m.kernel_size[0] * m.kernel_size[1] * m.out_channels // m.groups
            m.weight.data.normal_(0, math.sqrt(2.0 / fan) * scale)
        elif hasattr(m, "bias") and m.bias is not None:
            nn.init.zeros_(m.bias)
    def get_classifier(self): return self.head
    def reset(self, n): self.head = nn.Linear(self.num_features, n)
    def features(self, x): return self.stages(self.stem(x))
    def forward(self, x):
        x = self.features(x)
        return self.head(x.flatten(2).mean(-1))
@register_model
def tiny(pretrained=False, **kw):
    return build_with_cfg(Net, "tiny", pretrained, **dict(dict(depths=(1, 2), widths=(4, 8)), **kw))
@register_model
def base(pretrained=False, **kw):
    args = dict(depths=[2, 1, 1], widths=[8, 16, 32], attn="none")
    return build_with_cfg(Net, "base", pretrained, feature_cfg=dict(out_indices=(0, 2)), **{**args, **kw})
def create(name, **kw):
    name, _, tag = name.partition(".")
    if name not in _entry: raise RuntimeError(f"Unknown model ({name})")
    return _entry[name](**kw)
x = torch.zeros(2, 3, 32, 32)
net = create("tiny.in1k")
check("tiny", (net(x), net.cfg["num_classes"], [n for n, _ in net.named_modules()][:8], sum(p.numel() for p in net.parameters())))
net.reset(7)
check("reset", net(x))
feats = create("base", features_only=True)
check("feats", (feats(x), list(feats.return_layers.items()), len(feats), list(feats)))
check("list", (sorted(_entry), sorted(_module_to[tiny.__module__])))
try:
    create("nope")
except RuntimeError as err:
    check("unknown", str(err))

# hooks & feature extractor
class Extract(nn.Module):
    def __init__(self, model, layers):
        super().__init__()
        self.model, self.layers, self._f = model, layers, {l: torch.empty(0) for l in layers}
        for lid in layers:
            dict([*self.model.named_modules()])[lid].register_forward_hook(self.save(lid))
    def save(self, lid):
        def fn(_, __, output): self._f[lid] = output
        return fn
    def forward(self, x):
        _ = self.model(x)
        return self._f
check("hooks", Extract(net, ["stem", "stages.stage1"])(x))

class ConvParams(NamedTuple):
    i: int
    o: int
    k: int = 3
    @property
    def pad(self): return self.k // 2
    def make(self): return nn.Conv2d(self.i, self.o, self.k, padding=self.pad)
check("nt", (ConvParams(3, 4).make()(x), ConvParams(3, 4)._replace(k=1).pad, [f for f in ConvParams._fields]))
@runtime_checkable
class HasOut(Protocol):
    out_channels: int
    def forward(self, x): ...
check("proto", isinstance(nn.Conv2d(1, 2, 1), nn.Module))
class Mode(Enum):
    UP = ("up", 2)
    DOWN = ("down", 3)
    def __init__(self, label, factor): self.label, self.factor = label, factor
    @classmethod
    def of(cls, label): return next(m for m in cls if m.label == label)
    def build(self, c): return nn.Upsample(scale_factor=self.factor) if self is Mode.UP else nn.MaxPool2d(self.factor)
check("mode", (Mode.of("down").factor, Mode.UP.build(3)(x), Mode.DOWN.build(3)(x), [m.name for m in Mode]))
class Mixin:
    def __init__(self, *args, extra=1, **kw):
        super().__init__(*args, **kw)
        self.extra = extra
    def forward(self, x): return super().forward(x) * self.extra
class Scaled(Mixin, nn.Linear): pass
class Double(Mixin, Net):
    def __init__(self, **kw): super().__init__(extra=2, **kw); self.head2 = nn.Linear(10, 3)
    def forward(self, x): return self.head2(super().forward(x))
check("mixin", (Scaled(4, 5, extra=3)(torch.zeros(2, 4)), Double()(x), [c.__name__ for c in Double.__mro__[:3]]))
@torch.no_grad()
def ema(model, avg, d=0.9):
    for (n, p), (_, q) in zip(model.state_dict().items(), avg.state_dict().items()):
        if p.dtype.is_floating_point: q.mul_(d).add_(p, alpha=1 - d)
import copy
avg = copy.deepcopy(net)
ema(net, avg)
check("ema", (avg(x), avg is net, avg.head is net.head))
def convert(m):
    out = m
    if isinstance(m, nn.BatchNorm2d):
        out = nn.GroupNorm(2, m.num_features)
    for n, c in m.named_children():
        out.add_module(n, convert(c))
    del m
    return out
check("convert", (sorted({type(k).__name__ for k in convert(create("tiny")).modules()}), convert(create("tiny"))(x)))
groups = collections.defaultdict(list)
for n, p in net.named_parameters():
    groups["no_decay" if p.ndim <= 1 or n.endswith(".bias") else "decay"].append(n)
check("groups", {k: len(v) for k, v in groups.items()})
blocks = nn.ModuleList()
ch = [3, *itertools.accumulate([4, 4, 8])]
for i, (a, b) in enumerate(itertools.pairwise(ch)): blocks.append(nn.Conv2d(a, b, 3, 2, 1))
y, outs = x, []
for blk in blocks:
    y = blk(y); outs.append(y)
for i in range(len(outs) - 1, 0, -1):
    outs[i - 1] = torch.cat([outs[i - 1], F.interpolate(outs[i], size=outs[i - 1].shape[2:], mode="nearest")], 1)
check("fpn", [*reversed(outs)])
