import copy
import types
from collections import OrderedDict
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint, checkpoint_sequential


class Block(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv = nn.Conv2d(i, o, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(o)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Block(3, 8)
        self.layers = nn.ModuleList([Block(8, 8), Block(8, 16)])
        self.heads = nn.ModuleDict({"a": nn.Linear(16, 2), "b": nn.Linear(16, 3)})
        self.seq = nn.Sequential(OrderedDict([("p", nn.AdaptiveAvgPool2d(1)), ("f", nn.Flatten())]))
        self.register_buffer("buf", torch.zeros(3))
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        x = self.stem(x)
        for i, layer in enumerate(self.layers):
            x = layer(x)
        x = self.seq(x) * self.scale
        return {k: h(x) for k, h in self.heads.items()}


net = Net()
out = net(torch.zeros(2, 3, 8, 8))
check("net", (out["a"], out["b"], list(out)))
check("names", [n for n, _ in net.named_modules()])
check("children", [n for n, _ in net.named_children()])
check("params", [(n, tuple(p.shape)) for n, p in net.named_parameters()])
check("top params", [n for n, _ in net.named_parameters(recurse=False)])
check("buffers", [n for n, _ in net.named_buffers()])
check("count", (len(list(net.parameters())), sum(p.numel() for p in net.parameters()), len(list(net.modules()))))
check("prefix", [n for n, _ in net.stem.named_parameters(prefix="stem")])
check("state", {k: tuple(v.shape) for k, v in net.state_dict().items() if "stem" in k})
check("get", (net.get_submodule("layers.1.conv").out_channels, tuple(net.get_parameter("stem.conv.weight").shape)))
check("str", type(net.layers[1]).__name__)


def swap(module):
    for name, child in module.named_children():
        if isinstance(child, nn.BatchNorm2d):
            setattr(module, name, nn.GroupNorm(1, child.num_features))
        else:
            swap(child)


swap(net)
check("swapped", [type(m).__name__ for m in net.modules()].count("GroupNorm"))


def init(m):
    if isinstance(m, nn.Linear):
        nn.init.zeros_(m.bias)
        seen.append(m.out_features)


seen = []
net.apply(init)
check("apply", seen)
trunk = nn.Sequential(*list(net.children())[:1], nn.Conv2d(8, 4, 1))
check("trunk", trunk(torch.zeros(1, 3, 4, 4)))
s = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 4))
check("slice", (len(s[:2]), type(s[-1]).__name__, s[:1](torch.zeros(1, 2))))
s.append(nn.Linear(4, 5))
s.insert(0, nn.Identity())
s.extend([nn.Dropout()])
s[4] = nn.Linear(4, 7)
del s[0]
check("edits", (s(torch.zeros(1, 2)), [n for n, _ in s.named_children()], len(s)))
s.add_module("extra", nn.Linear(7, 9))
check("add_module", (s(torch.zeros(1, 2)), s.extra.in_features))
check("plus", len(nn.Sequential(nn.ReLU()) + nn.Sequential(nn.ReLU())))
ml = nn.ModuleList()
ml.append(nn.Linear(1, 2))
ml += [nn.Linear(2, 3)]
ml.extend(nn.ModuleList([nn.Linear(3, 4)]))
ml.insert(0, nn.Linear(9, 1))
check("modulelist", (len(ml), ml[-1].out_features, [l.in_features for l in ml[1:]], ml.pop(0).in_features, len(ml)))
md = nn.ModuleDict([["x", nn.Linear(1, 2)]])
md["y"] = nn.Linear(2, 3)
md.update({"z": nn.Linear(3, 4)})
check("moduledict", (list(md.keys()), [l.out_features for l in md.values()], "x" in md, md.pop("x").in_features, len(md), list(md)))
feats = {}


def hook(name):
    def fn(module, inp, out):
        feats[name] = out
    return fn


h = net.stem.register_forward_hook(hook("stem"))
net(torch.zeros(1, 3, 6, 6))
check("hook", feats["stem"])
h.remove()
feats.clear()
net(torch.zeros(1, 3, 6, 6))
check("removed", feats)
l = nn.Linear(4, 4)
l.register_forward_hook(lambda m, i, o: o[:, :2])
l.register_forward_pre_hook(lambda m, i: (i[0].flatten(1),))
check("hook changes", l(torch.zeros(3, 2, 2)))


class Getter(nn.ModuleDict):
    def __init__(self, model, layers):
        kept = OrderedDict()
        left = dict(layers)
        for name, module in model.named_children():
            kept[name] = module
            left.pop(name, None)
            if not left:
                break
        super().__init__(kept)
        self.layers_ = dict(layers)

    def forward(self, x):
        out = OrderedDict()
        for name, module in self.items():
            x = module(x)
            if name in self.layers_:
                out[self.layers_[name]] = x
        return out


base = nn.Sequential(OrderedDict(a=nn.Conv2d(3, 4, 3), b=nn.Conv2d(4, 5, 3), c=nn.Conv2d(5, 6, 3)))
check("getter", list(Getter(base, {"a": "0", "b": "1"})(torch.zeros(1, 3, 9, 9)).items()))


class Wrap(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.inner, name)

    def forward(self, *args, **kwargs):
        return self.inner(*args, **kwargs)


wr = Wrap(nn.Linear(3, 5))
check("wrap", (wr.out_features, wr(torch.zeros(2, 3)), wr(input=torch.zeros(1, 3))))


class Switch(nn.Module):
    def __init__(self, fast):
        super().__init__()
        self.a, self.b = nn.Linear(2, 3), nn.Linear(2, 4)
        self.forward = self._fast if fast else self._slow

    def _fast(self, x):
        return self.a(x)

    def _slow(self, x):
        return self.b(x)


check("switch", (Switch(True)(torch.zeros(1, 2)), Switch(False)(torch.zeros(1, 2))))
pm = nn.Linear(2, 3)
pm.forward = types.MethodType(lambda self, x: F.linear(x, self.weight)[:, :1], pm)
check("patched forward", pm(torch.zeros(5, 2)))
twin = copy.deepcopy(base)
twin.a = nn.Conv2d(3, 4, 1)
check("deepcopy", (base.a.kernel_size, twin.a.kernel_size, twin.b is base.b))
tied = nn.Linear(4, 4)
shared = nn.ModuleList([tied] * 3)
check("shared", (len(list(shared.parameters())), shared[0] is shared[2]))


class Mode(nn.Module):
    def __init__(self):
        super().__init__()
        self.aux = nn.Linear(2, 9)
        self.hidden = [nn.Linear(2, 2)]

    def forward(self, x):
        if self.training:
            return x, self.aux(x)
        return x


mode = Mode()
check("training", (mode(torch.zeros(1, 2)), mode.eval()(torch.zeros(1, 2)), mode.training, mode.aux.training, len(list(mode.parameters())), mode.train(True).training))


@torch.no_grad()
def nograd(x):
    return x * 2


with torch.no_grad(), torch.autocast("cpu", enabled=False):
    check("no_grad", nograd(torch.zeros(2)))
check("checkpoint", checkpoint(lambda a, b: a + b, torch.zeros(2, 1), torch.zeros(3), use_reentrant=False))


class Loop(nn.Module):
    def forward(self, x):
        outs = []
        for i in range(x.shape[2]):
            outs.append(x[:, :, i].sum(dim=1))
        while x.shape[-1] > 2:
            x = F.max_pool2d(x, 2)
        rows = [r.shape for r in x]
        return torch.stack(outs, 1), x, len(rows)


check("loops", Loop()(torch.zeros(2, 3, 8, 8)))


class Output(OrderedDict):
    def __init__(self, **kw):
        super().__init__(**kw)

    def __getattr__(self, name):
        if name in self:
            return self[name]
        raise AttributeError(name)

    def to_tuple(self):
        return tuple(self[k] for k in self.keys())


o = Output(logits=torch.zeros(2, 3), loss=None)
check("output", (o.logits, o["loss"], o.to_tuple()))
base._modules["c"] = nn.Conv2d(5, 10, 3)
check("_modules", (base(torch.zeros(1, 3, 9, 9)), list(base._modules)))
del base.c
check("del module", base(torch.zeros(1, 3, 9, 9)))
lin = nn.utils.weight_norm(nn.Linear(3, 4)) if hasattr(nn.utils, "weight_norm") else nn.Linear(3, 4)
check("weight_norm", lin(torch.zeros(1, 3)))
check("spectral", nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 4, 3))(torch.zeros(1, 3, 5, 5)))
m2 = nn.Linear(3, 4).to("cpu").float().eval().requires_grad_(False)
check("moves", m2(torch.zeros(1, 3)))
print(m2.load_state_dict(nn.Linear(3, 4).state_dict()))
act = {"relu": nn.ReLU, "gelu": nn.GELU}.get("relu")
check("act", type(act(inplace=True)).__name__)
norm = partial(nn.BatchNorm2d, eps=1e-3)
check("norm", (norm(4).num_features))
class Abstract(nn.Module):
    def __init__(self): super().__init__()
    def forward(self, x): raise NotImplementedError
try:
    Abstract()(torch.zeros(1))
except NotImplementedError as e:
    check("not implemented", type(e).__name__)
class Tree(nn.Module):
    def __init__(self, levels, i, o):
        super().__init__()
        self.levels = levels
        if levels == 1:
            self.tree1, self.tree2 = nn.Conv2d(i, o, 1), nn.Conv2d(o, o, 1)
        else:
            self.tree1, self.tree2 = Tree(levels - 1, i, o), Tree(levels - 1, o, o)
    def forward(self, x):
        return self.tree2(self.tree1(x))
check("tree", Tree(3, 3, 6)(torch.zeros(1, 3, 2, 2)))
