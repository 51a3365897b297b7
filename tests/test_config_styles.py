"""Models made from configurations, registries and factories, as packages write them: torch runs each program and the interpreter states the same shapes."""

import pytest

from .test_interp import value
from .test_zoo_styles import ran

PROGRAMS: dict[str, str] = {
    "a dict whose items are attributes": """
        class AttrDict(dict):
            def __getattr__(self, name):
                try:
                    return self[name]
                except KeyError as error:
                    raise AttributeError(name) from error
            def __setattr__(self, name, value):
                self[name] = value
            @classmethod
            def wrap(cls, value):
                if isinstance(value, dict):
                    return cls({key: cls.wrap(item) for key, item in value.items()})
                if isinstance(value, (list, tuple)):
                    return [cls.wrap(item) for item in value]
                return value
        cfg = AttrDict.wrap({"model": {"stem": {"out": 8}, "stages": [{"out": 16, "depth": 2}, {"out": 32, "depth": 1}]}})
        cfg.model.classes = 5
        class Net(nn.Module):
            def __init__(self, cfg):
                super().__init__()
                width = cfg.stem.out
                layers = [nn.Conv2d(3, width, 3, padding=1)]
                for stage in cfg.stages:
                    for i in range(stage.depth):
                        layers.append(nn.Conv2d(width, stage.out, 3, stride=2 if i == 0 else 1, padding=1))
                        width = stage.out
                self.body = nn.Sequential(*layers)
                self.head = nn.Linear(width, cfg.classes)
            def forward(self, x):
                return self.head(self.body(x).mean((2, 3)))
        result = [Net(cfg.model)(torch.ones(2, 3, 16, 16)), "classes" in cfg.model, hasattr(cfg, "other"), getattr(cfg, "other", 3)]
    """,
    "nested namespaces made of dicts": """
        from types import SimpleNamespace
        def namespace(value):
            if isinstance(value, dict):
                return SimpleNamespace(**{key: namespace(item) for key, item in value.items()})
            return [namespace(item) for item in value] if isinstance(value, list) else value
        cfg = namespace({"encoder": {"widths": [4, 8], "norm": "BatchNorm2d"}, "heads": [{"name": "seg", "out": 2}, {"name": "depth", "out": 1}]})
        cfg.encoder.bias = False
        class Net(nn.Module):
            def __init__(self, cfg):
                super().__init__()
                self.layers = nn.ModuleList()
                last = 3
                for width in cfg.encoder.widths:
                    self.layers.append(nn.Sequential(nn.Conv2d(last, width, 3, 2, 1, bias=cfg.encoder.bias), getattr(nn, cfg.encoder.norm)(width)))
                    last = width
                self.heads = nn.ModuleDict({head.name: nn.Conv2d(last, head.out, 1) for head in cfg.heads})
            def forward(self, x):
                for layer in self.layers:
                    x = layer(x)
                return {name: head(x) for name, head in self.heads.items()}
        found = Net(cfg)(torch.ones(1, 3, 8, 8))
        result = [found["seg"], found["depth"], list(found), sorted(vars(cfg))]
    """,
    "argparse Namespace by hand": """
        from argparse import Namespace
        args = Namespace(hidden=16, layers=2, drop=0.1)
        defaults = {"hidden": 8, "out": 3}
        for key, default in defaults.items():
            if not hasattr(args, key):
                setattr(args, key, default)
        merged = Namespace(**{**vars(args), "layers": 3})
        net = nn.Sequential(*[nn.Linear(merged.hidden, merged.hidden) for _ in range(merged.layers)], nn.Linear(args.hidden, args.out))
        result = [net(torch.ones(2, 16)), len(net), "drop" in args, vars(merged)["layers"]]
    """,
    "nested dataclasses and replace": """
        from dataclasses import asdict, dataclass, field, fields, replace
        @dataclass
        class Stage:
            width: int
            depth: int = 1
            stride: int = 2
        @dataclass(frozen=True)
        class Config:
            stem: int = 8
            stages: list = field(default_factory=lambda: [Stage(16), Stage(32, depth=2)])
            head: dict = field(default_factory=dict)
            @property
            def width(self):
                return self.stages[-1].width
        base = Config()
        large = replace(base, stem=12, stages=[replace(stage, width=stage.width * 2) for stage in base.stages], head={"classes": 7})
        class Net(nn.Module):
            def __init__(self, cfg):
                super().__init__()
                self.cfg = cfg
                self.stem = nn.Conv2d(3, cfg.stem, 3, padding=1)
                self.stages = nn.ModuleList()
                width = cfg.stem
                for stage in cfg.stages:
                    blocks = []
                    for i in range(stage.depth):
                        blocks.append(nn.Conv2d(width, stage.width, 3, stage.stride if not i else 1, 1))
                        width = stage.width
                    self.stages.append(nn.Sequential(*blocks))
                self.head = nn.Linear(cfg.width, cfg.head.get("classes", 10))
            def forward(self, x):
                x = self.stem(x)
                for stage in self.stages:
                    x = stage(x)
                return self.head(x.flatten(2).mean(-1))
        result = [Net(cfg)(torch.ones(1, 3, 16, 16)) for cfg in (base, large)] + [asdict(large)["stages"][0]["width"], [f.name for f in fields(base)]]
    """,
    "a registry that builds from a config": """
        class Registry:
            def __init__(self, name):
                self._name, self._module_dict = name, {}
            def __contains__(self, key):
                return self.get(key) is not None
            def get(self, key):
                return self._module_dict.get(key, None)
            def register_module(self, name=None, force=False, module=None):
                if module is not None:
                    self._add(module, name, force)
                    return module
                def register(cls):
                    self._add(cls, name, force)
                    return cls
                return register
            def _add(self, cls, name, force):
                names = [name] if isinstance(name, str) else name or [cls.__name__]
                for each in names:
                    if not force and each in self._module_dict:
                        raise KeyError(f"{each} is already registered in {self._name}")
                    self._module_dict[each] = cls
            def build(self, cfg, default_args=None):
                return build_from_cfg(cfg, self, default_args)
        def build_from_cfg(cfg, registry, default_args=None):
            if not isinstance(cfg, dict) or "type" not in cfg:
                raise TypeError("no type")
            args = cfg.copy()
            for name, value in (default_args or {}).items():
                args.setdefault(name, value)
            kind = args.pop("type")
            if isinstance(kind, str):
                found = registry.get(kind)
                if found is None:
                    raise KeyError(kind)
            else:
                found = kind
            return found(**args)
        BACKBONES, HEADS, MODELS = Registry("backbone"), Registry("head"), Registry("model")
        @BACKBONES.register_module()
        class Plain(nn.Module):
            def __init__(self, depth, width=8, out_indices=(0, 1)):
                super().__init__()
                self.out_indices, self.names = out_indices, []
                for i in range(depth):
                    name = f"layer{i + 1}"
                    self.add_module(name, nn.Conv2d(3 if i == 0 else width * 2 ** (i - 1), width * 2 ** i, 3, 2, 1))
                    self.names.append(name)
            def forward(self, x):
                outs = []
                for i, name in enumerate(self.names):
                    x = getattr(self, name)(x)
                    if i in self.out_indices:
                        outs.append(x)
                return tuple(outs)
        @HEADS.register_module(name=["Cls", "ClsHead"])
        class Head(nn.Module):
            def __init__(self, in_channels, num_classes, in_index=-1):
                super().__init__()
                self.in_index, self.fc = in_index, nn.Linear(in_channels, num_classes)
            def forward(self, feats):
                return self.fc(F.adaptive_avg_pool2d(feats[self.in_index], 1).flatten(1))
        @MODELS.register_module()
        class Classifier(nn.Module):
            def __init__(self, backbone, head, neck=None):
                super().__init__()
                self.backbone, self.head = BACKBONES.build(backbone), HEADS.build(head, dict(num_classes=4))
                if neck is not None:
                    self.neck = HEADS.build(neck)
            @property
            def with_neck(self):
                return hasattr(self, "neck") and self.neck is not None
            def forward(self, x):
                x = self.backbone(x)
                if self.with_neck:
                    x = self.neck(x)
                return self.head(x)
        cfg = dict(type="Classifier", backbone=dict(type="Plain", depth=3, out_indices=(1, 2)), head=dict(type="ClsHead", in_channels=32))
        net = MODELS.build(cfg)
        result = [net(torch.ones(2, 3, 32, 32)), net.backbone(torch.ones(1, 3, 16, 16)), "type" in cfg["backbone"], "Plain" in BACKBONES, "Q" in BACKBONES]
    """,
    "factories for any number of dimensions": """
        class Factory:
            def __init__(self):
                self.factories = {}
            @property
            def names(self):
                return tuple(self.factories)
            def add(self, name, function):
                self.factories[name.upper()] = function
            def factory(self, name):
                def _add(function):
                    self.add(name, function)
                    return function
                return _add
            def get_constructor(self, name, *args):
                return self.factories[name.upper()](*args)
            def __getitem__(self, args):
                name, *rest = (args,) if isinstance(args, str) else args
                return self.get_constructor(name, *rest)
            def __getattr__(self, key):
                if key in self.factories:
                    return key
                raise AttributeError(key)
        Conv, Norm, Pool, Act = Factory(), Factory(), Factory(), Factory()
        @Conv.factory("conv")
        def conv_factory(dim):
            return (nn.Conv1d, nn.Conv2d, nn.Conv3d)[dim - 1]
        @Conv.factory("convtrans")
        def trans_factory(dim):
            return (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[dim - 1]
        @Norm.factory("batch")
        def batch_factory(dim):
            return [nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d][dim - 1]
        Pool.add("max", lambda dim: getattr(nn, f"MaxPool{dim}d"))
        Act.add("prelu", lambda: nn.modules.PReLU)
        def split_args(args):
            if isinstance(args, str):
                return args, {}
            name, named = args
            return name, named
        def get_act(act):
            name, named = split_args(act)
            return Act[name](**named)
        class Block(nn.Sequential):
            def __init__(self, dims, inputs, outputs, act=("prelu", {"init": 0.2})):
                super().__init__()
                self.add_module("conv", Conv[Conv.CONV, dims](inputs, outputs, kernel_size=3, padding=1))
                self.add_module("norm", Norm[Norm.BATCH, dims](outputs))
                self.add_module("act", get_act(act))
        class Down(nn.Sequential):
            def __init__(self, dims, inputs, outputs):
                super().__init__()
                self.add_module("max_pooling", Pool["MAX", dims](kernel_size=2))
                self.add_module("convs", Block(dims, inputs, outputs))
        class Up(nn.Module):
            def __init__(self, dims, inputs, skips, outputs):
                super().__init__()
                self.up = Conv[Conv.CONVTRANS, dims](inputs, inputs // 2, kernel_size=2, stride=2)
                self.conv = Block(dims, inputs // 2 + skips, outputs, act="prelu")
            def forward(self, x, skip):
                x = self.up(x)
                pads = [0] * (x.dim() - 2) * 2
                for i in range(x.dim() - 2):
                    if x.shape[-i - 1] != skip.shape[-i - 1]:
                        pads[i * 2 + 1] = 1
                return self.conv(torch.cat([skip, F.pad(x, pads, "replicate")], dim=1))
        class UNet(nn.Module):
            def __init__(self, dims, widths=(4, 8, 16)):
                super().__init__()
                self.first = Block(dims, 1, widths[0])
                self.downs = nn.ModuleList(Down(dims, a, b) for a, b in zip(widths, widths[1:]))
                self.ups = nn.ModuleList(Up(dims, b, a, a) for a, b in reversed(list(zip(widths[:-1], widths[1:]))))
            def forward(self, x):
                skips = [self.first(x)]
                for down in self.downs:
                    skips.append(down(skips[-1]))
                x = skips.pop()
                for up in self.ups:
                    x = up(x, skips.pop())
                return x
        result = [UNet(2)(torch.ones(1, 1, 17, 19)), UNet(3)(torch.ones(1, 1, 9, 8, 10)), UNet(1, [4, 8])(torch.ones(2, 1, 13)), Conv.names]
    """,
    "layers named by text": """
        def conv_bn(dims, *args, act="ReLU", norm="BatchNorm", **kwargs):
            outputs = kwargs.get("out_channels", args[1] if len(args) > 1 else None)
            layers = [("conv", getattr(nn, f"Conv{dims}d")(*args, **kwargs))]
            if norm:
                layers += [("norm", getattr(nn, "{}{}d".format(norm, dims))(outputs))]
            if act:
                layers.append(("act", getattr(nn, act)()))
            from collections import OrderedDict
            return nn.Sequential(OrderedDict(layers))
        net = conv_bn(2, 3, 8, kernel_size=3, act=None)
        result = [net(torch.ones(1, 3, 8, 8)), conv_bn(1, in_channels=2, out_channels=4, kernel_size=3)(torch.ones(2, 2, 8)), [n for n, _ in net.named_children()]]
    """,
    "partial norm layers": """
        from functools import partial
        class Block(nn.Module):
            def __init__(self, dim, norm_layer=nn.LayerNorm, act_layer=nn.GELU, mlp_ratio=4.0):
                super().__init__()
                hidden = int(dim * mlp_ratio)
                self.norm, self.fc1, self.act, self.fc2 = norm_layer(dim), nn.Linear(dim, hidden), act_layer(), nn.Linear(hidden, dim)
            def forward(self, x):
                return x + self.fc2(self.act(self.fc1(self.norm(x))))
        make = partial(Block, norm_layer=partial(nn.LayerNorm, eps=1e-6), act_layer=partial(nn.LeakyReLU, 0.1, inplace=True))
        groups = partial(nn.GroupNorm, 4)
        kind = make.keywords["norm_layer"]
        net = nn.Sequential(*map(make, [8] * 3))
        result = [net(torch.ones(1, 5, 8)), groups(8)(torch.ones(1, 8, 2)), kind.func is nn.LayerNorm, kind.keywords["eps"], make.func.__name__]
    """,
    "encoders return features, decoders zip them in reverse": """
        class Encoder(nn.Module):
            _widths = (4, 8, 16, 32)
            def __init__(self, inputs=3, depth=4):
                super().__init__()
                self._depth = depth
                self.out_channels = (inputs, *self._widths[:depth])
                self.stages = nn.ModuleDict({f"stage{i}": nn.Conv2d(a, b, 3, 2, 1) for i, (a, b) in enumerate(zip(self.out_channels, self.out_channels[1:]))})
            def get_stages(self):
                return [nn.Identity(), *self.stages.values()]
            def forward(self, x):
                features = []
                for stage in self.get_stages():
                    x = stage(x)
                    features.append(x)
                return features
        class Decoder(nn.Module):
            def __init__(self, encoder_channels, decoder_channels):
                super().__init__()
                encoder_channels = encoder_channels[1:][::-1]
                inputs = [encoder_channels[0]] + list(decoder_channels[:-1])
                skips = list(encoder_channels[1:]) + [0]
                self.blocks = nn.ModuleList([nn.Conv2d(i + s, o, 3, padding=1) for i, s, o in zip(inputs, skips, decoder_channels)])
            def forward(self, *features):
                features = features[1:][::-1]
                x, skips = features[0], features[1:]
                for i, block in enumerate(self.blocks):
                    x = F.interpolate(x, scale_factor=2, mode="nearest")
                    skip = skips[i] if i < len(skips) else None
                    if skip is not None:
                        x = torch.cat([x, skip], dim=1)
                    x = block(x)
                return x
        class Model(nn.Module):
            def __init__(self, decoder_channels=(16, 8, 8, 4), classes=2):
                super().__init__()
                self.encoder = Encoder()
                self.decoder = Decoder(self.encoder.out_channels, decoder_channels)
                self.segmentation_head = nn.Sequential(nn.Conv2d(decoder_channels[-1], classes, 1), nn.Identity())
            def forward(self, x):
                features = self.encoder(x)
                return self.segmentation_head(self.decoder(*features)), [tuple(f.shape) for f in features]
        result = list(Model()(torch.ones(1, 3, 32, 64)))
    """,
    "an average of the weights beside the model": """
        import copy
        class EMA(nn.Module):
            def __init__(self, model, decay=0.9):
                super().__init__()
                self.module, self.decay = copy.deepcopy(model), decay
                self.module.eval()
                for p in self.module.parameters():
                    p.requires_grad_(False)
            @torch.no_grad()
            def update(self, model):
                for ema, now in zip(self.module.state_dict().values(), model.state_dict().values()):
                    ema.copy_(self.decay * ema + (1 - self.decay) * now)
                torch._foreach_mul_(list(self.module.parameters()), self.decay)
                torch._foreach_add_(list(self.module.parameters()), list(model.parameters()), alpha=1 - self.decay)
            def forward(self, *args, **kwargs):
                return self.module(*args, **kwargs)
        net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
        ema = EMA(net)
        ema.update(net)
        net[2] = nn.Linear(8, 5)
        result = [ema(torch.ones(1, 4)), net(torch.ones(1, 4)), len(list(ema.parameters()))]
    """,
    "weights set by apply": """
        def init_weights(m):
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                nn.init.trunc_normal_(m.weight, std=0.02)
                if m.bias is not None:
                    nn.init.zeros_(m.bias)
            elif isinstance(m, nn.BatchNorm2d):
                m.weight.data.fill_(1)
                m.bias.data.zero_()
            name = m.__class__.__name__
            if name.find("Conv") != -1:
                m.weight.data.normal_(0.0, 0.02)
        seen = []
        net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 36, 2))
        same = net.apply(init_weights).apply(lambda m: seen.append(type(m).__name__))
        result = [same(torch.ones(1, 3, 8, 8)), seen]
    """,
    "outputs as a dict and a dataclass": """
        from collections import OrderedDict
        from dataclasses import dataclass, fields
        from typing import Optional
        class ModelOutput(OrderedDict):
            def __post_init__(self):
                for field in fields(self):
                    value = getattr(self, field.name)
                    if value is not None:
                        self[field.name] = value
            def __getitem__(self, key):
                if isinstance(key, str):
                    return dict(self.items())[key]
                return self.to_tuple()[key]
            def to_tuple(self):
                return tuple(self[key] for key in self.keys())
        @dataclass
        class Output(ModelOutput):
            logits: Optional[torch.Tensor] = None
            loss: Optional[torch.Tensor] = None
            hidden_states: Optional[tuple] = None
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers, self.head = nn.ModuleList(nn.Linear(8, 8) for _ in range(2)), nn.Linear(8, 3)
            def forward(self, x, labels=None, output_hidden_states=False, return_dict=True, **kwargs):
                states = () if output_hidden_states else None
                for layer in self.layers:
                    x = layer(x)
                    if output_hidden_states:
                        states = states + (x,)
                logits = self.head(x)
                loss = F.cross_entropy(logits, labels) if labels is not None else None
                if not return_dict:
                    return (logits,) + (states or ())
                return Output(logits=logits, loss=loss, hidden_states=states)
        net = Net()
        out = net(torch.ones(4, 8), output_hidden_states=True, unused=1)
        result = [out.logits, out["logits"], out[0], len(out), list(out.keys()), out.hidden_states, net(torch.ones(2, 8), return_dict=False)]
    """,
    "the arguments of forward in a dict": """
        class Net(nn.Module):
            def __init__(self, inputs):
                super().__init__()
                self.projections = nn.ModuleDict({name: nn.Linear(size, 6) for name, size in inputs.items()})
                self.out = nn.Linear(6 * len(inputs), 2)
            def forward(self, mask=None, **inputs):
                parts = [self.projections[name](inputs[name]) for name in sorted(inputs)]
                x = torch.cat(parts, -1)
                if mask is not None:
                    x = x.masked_fill(mask[..., None], 0.0)
                return {"logits": self.out(x), "features": dict(zip(sorted(inputs), parts))}
        sizes = {"image": 5, "text": 3}
        batch = {name: torch.ones(2, 7, size) for name, size in sizes.items()}
        out = Net(sizes)(**batch, mask=torch.zeros(2, 7).bool())
        result = [out["logits"], *out["features"].values()]
    """,
    "layer specifications as lists": """
        def parse(spec, inputs):
            layers, channels = [], [inputs]
            for i, (source, repeat, kind, args) in enumerate(spec):
                module = eval(kind) if isinstance(kind, str) else kind
                args = list(args)
                for j, a in enumerate(args):
                    args[j] = eval(a) if isinstance(a, str) else a
                if module in (Conv, nn.Conv2d):
                    c1, c2 = channels[source], args[0]
                    args = [c1, c2, *args[1:]]
                elif module is Concat:
                    c2 = sum(channels[s if s == -1 else s + 1] for s in source)
                elif module is nn.Upsample:
                    c2 = channels[source]
                made = nn.Sequential(*(module(*args) for _ in range(repeat))) if repeat > 1 else module(*args)
                made.i, made.f, made.type = i, source, str(module)[8:-2].replace("__main__.", "")
                layers.append(made)
                if i == 0:
                    channels = []
                    channels.append(inputs)
                channels.append(c2)
            return nn.Sequential(*layers)
        class Conv(nn.Module):
            def __init__(self, c1, c2, k=1, s=1):
                super().__init__()
                self.conv, self.bn = nn.Conv2d(c1, c2, k, s, k // 2, bias=False), nn.BatchNorm2d(c2)
            def forward(self, x):
                return F.silu(self.bn(self.conv(x)))
        class Concat(nn.Module):
            def __init__(self, dimension=1):
                super().__init__()
                self.d = dimension
            def forward(self, x):
                return torch.cat(x, self.d)
        class Net(nn.Module):
            def __init__(self, spec, ch=3):
                super().__init__()
                self.model = parse(spec, ch)
            def forward(self, x):
                y = []
                for m in self.model:
                    if m.f != -1:
                        x = y[m.f] if isinstance(m.f, int) else [x if j == -1 else y[j] for j in m.f]
                    x = m(x)
                    y.append(x)
                return x
        spec = [[-1, 1, "Conv", [8, 3, 2]], [-1, 1, "Conv", [16, 3, "1 + 1"]], [-1, 1, "nn.Upsample", ["None", 2, "'nearest'"]], [[-1, 0], 1, "Concat", [1]],
                [-1, 1, Conv, [4]]]
        result = Net(spec)(torch.ones(1, 3, 16, 16))
    """,
    "a config class that inherits and overrides": """
        class BaseConfig:
            model_type = "base"
            attribute_map = {"width": "hidden_size"}
            def __init__(self, **kwargs):
                self.hidden_size = kwargs.pop("hidden_size", 8)
                self.num_labels = kwargs.pop("num_labels", 2)
                for key, value in kwargs.items():
                    setattr(self, key, value)
            def __getattribute__(self, key):
                if key != "attribute_map" and key in super().__getattribute__("attribute_map"):
                    key = super().__getattribute__("attribute_map")[key]
                return super().__getattribute__(key)
            @classmethod
            def from_dict(cls, config, **kwargs):
                return cls(**{**config, **kwargs})
            def to_dict(self):
                return {k: v for k, v in self.__dict__.items() if not k.startswith("_")}
        class SmallConfig(BaseConfig):
            model_type = "small"
            def __init__(self, heads=2, layers=1, act="gelu", **kwargs):
                self.heads, self.layers, self.act = heads, layers, act
                super().__init__(**kwargs)
        ACT2FN = {"gelu": nn.GELU, "relu": nn.ReLU}
        class PreTrained(nn.Module):
            config_class = BaseConfig
            def __init__(self, config, *inputs, **kwargs):
                super().__init__()
                self.config = config
            def post_init(self):
                self.apply(self._init_weights)
            def _init_weights(self, module):
                if isinstance(module, nn.Linear):
                    module.weight.data.normal_(mean=0.0, std=0.02)
            @classmethod
            def from_config(cls, **kwargs):
                return cls(cls.config_class.from_dict(kwargs))
        class Model(PreTrained):
            config_class = SmallConfig
            def __init__(self, config):
                super().__init__(config)
                size = config.width
                self.layers = nn.ModuleList([nn.MultiheadAttention(size, config.heads, batch_first=True) for _ in range(config.layers)])
                self.act, self.score = ACT2FN[config.act](), nn.Linear(size, config.num_labels)
                self.post_init()
            def forward(self, x):
                for layer in self.layers:
                    x = x + layer(x, x, x, need_weights=False)[0]
                return self.score(self.act(x))
        net = Model.from_config(hidden_size=12, heads=3, num_labels=5, layers=2)
        result = [net(torch.ones(1, 4, 12)), net.config.to_dict()["layers"], net.config.model_type]
    """,
    "features taken by quantized arithmetic": """
        class Block(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv, self.skip_add = nn.Conv2d(4, 4, 3, padding=1), nn.quantized.FloatFunctional()
                self.cat = torch.ao.nn.quantized.FloatFunctional()
            def forward(self, x):
                x = self.skip_add.add(x, self.conv(x))
                x = self.skip_add.mul(x, torch.ones(1, 4, 1, 1))
                return self.cat.cat([x, self.skip_add.add_relu(x, x), self.skip_add.mul_scalar(x, 2.0)], dim=1)
        result = Block()(torch.ones(1, 4, 6, 6))
    """,
    "a search space as nested dicts of lambdas": """
        OPS = {
            "none": lambda C, stride, affine: Zero(stride),
            "skip": lambda C, stride, affine: nn.Identity() if stride == 1 else nn.Conv2d(C, C, 1, stride),
            "conv_3x3": lambda C, stride, affine: nn.Sequential(nn.ReLU(), nn.Conv2d(C, C, 3, stride, 1), nn.BatchNorm2d(C, affine=affine)),
        }
        class Zero(nn.Module):
            def __init__(self, stride):
                super().__init__()
                self.stride = stride
            def forward(self, x):
                return x.mul(0.0) if self.stride == 1 else x[:, :, ::self.stride, ::self.stride].mul(0.0)
        from collections import namedtuple
        Genotype = namedtuple("Genotype", "normal concat")
        gene = Genotype(normal=[("conv_3x3", 0), ("skip", 1), ("none", 0), ("conv_3x3", 2)], concat=range(2, 4))
        class Cell(nn.Module):
            def __init__(self, gene, C, stride):
                super().__init__()
                names, indices = zip(*gene.normal)
                self._steps, self._concat, self._indices = len(names) // 2, list(gene.concat), indices
                self._ops = nn.ModuleList()
                for name, index in zip(names, indices):
                    self._ops += [OPS[name](C, stride if index < 2 else 1, True)]
            def forward(self, s0, s1):
                states = [s0, s1]
                for i in range(self._steps):
                    h1, h2 = states[self._indices[2 * i]], states[self._indices[2 * i + 1]]
                    states += [self._ops[2 * i](h1) + self._ops[2 * i + 1](h2)]
                return torch.cat([states[i] for i in self._concat], dim=1)
        result = [Cell(gene, 4, s)(torch.ones(1, 4, 8, 8), torch.ones(1, 4, 8, 8)) for s in (1, 2)]
    """,
    "a config built by classmethods and merged options": """
        import json, re
        class CfgNode(dict):
            def __init__(self, init=None):
                super().__init__({k: CfgNode(v) if isinstance(v, dict) else v for k, v in (init or {}).items()})
            def __getattr__(self, name):
                if name in self:
                    return self[name]
                raise AttributeError(name)
            def __setattr__(self, name, value):
                self[name] = value
            def merge_from_list(self, options):
                for full, text in zip(options[0::2], options[1::2]):
                    node = self
                    *path, last = full.split(".")
                    for key in path:
                        node = node[key]
                    node[last] = json.loads(text)
            def clone(self):
                import copy
                return copy.deepcopy(self)
        _C = CfgNode()
        _C.MODEL = CfgNode()
        _C.MODEL.WIDTHS = [4, 8]
        _C.MODEL.HEAD = CfgNode({"CLASSES": 2})
        cfg = _C.clone()
        cfg.merge_from_list(["MODEL.WIDTHS", "[8, 16, 24]", "MODEL.HEAD.CLASSES", "6"])
        def build(cfg):
            widths = [3, *cfg.MODEL.WIDTHS]
            return nn.Sequential(*(nn.Conv2d(a, b, 3, 2, 1) for a, b in zip(widths, widths[1:])), nn.Flatten(), nn.LazyLinear(cfg.MODEL.HEAD.CLASSES))
        result = [build(c)(torch.ones(1, 3, 16, 16)) for c in (_C, cfg)]
    """,
    "instantiate by a dotted target": """
        import importlib
        def locate(path):
            module, _, name = path.rpartition(".")
            return getattr(importlib.import_module(module), name)
        def instantiate(cfg, **extra):
            if isinstance(cfg, (list, tuple)):
                return [instantiate(item) for item in cfg]
            if isinstance(cfg, dict) and "_target_" in cfg:
                cfg = {**cfg, **extra}
                partial = cfg.pop("_partial_", False)
                target = locate(cfg.pop("_target_"))
                args = instantiate(cfg.pop("_args_", []))
                kwargs = {k: instantiate(v) for k, v in cfg.items()}
                if partial:
                    import functools
                    return functools.partial(target, *args, **kwargs)
                return target(*args, **kwargs)
            return cfg
        cfg = {"_target_": "torch.nn.Sequential", "_args_": [{"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 8, "kernel_size": 3},
               {"_target_": "torch.nn.AdaptiveAvgPool2d", "output_size": [1, 2]}, {"_target_": "torch.nn.Flatten"}]}
        norm = instantiate({"_target_": "torch.nn.LayerNorm", "_partial_": True, "eps": 1e-6})
        result = [instantiate(cfg)(torch.ones(2, 3, 9, 9)), norm(4)(torch.ones(3, 4)), instantiate({"_target_": "torch.nn.Linear", "in_features": 2}, out_features=5)(torch.ones(1, 2))]
    """,
    "blocks decoded from strings": """
        import re
        def decode(text):
            ops = text.split("_")
            options = {}
            for op in ops[1:]:
                parts = re.split(r"(\\d.*)", op)
                if len(parts) >= 2:
                    key, value = parts[:2]
                    options[key] = value
            return dict(kind=ops[0], repeat=int(options["r"]), kernel=int(options["k"]), stride=int(options["s"]), out=int(options["c"]), ratio=float(options.get("e", 1)))
        class IR(nn.Module):
            def __init__(self, inputs, out, kernel, stride, ratio):
                super().__init__()
                hidden = int(round(inputs * ratio))
                self.use_res = stride == 1 and inputs == out
                self.conv = nn.Sequential(nn.Conv2d(inputs, hidden, 1), nn.Conv2d(hidden, hidden, kernel, stride, kernel // 2, groups=hidden), nn.Conv2d(hidden, out, 1))
            def forward(self, x):
                return x + self.conv(x) if self.use_res else self.conv(x)
        def build(specs, width=3):
            layers = []
            for spec in map(decode, specs):
                repeat = spec.pop("repeat")
                kind = {"ir": IR}[spec.pop("kind")]
                for i in range(repeat):
                    layers.append(kind(width, **{**spec, "stride": spec["stride"] if i == 0 else 1}))
                    width = spec["out"]
            return nn.Sequential(*layers), width
        net, width = build(["ir_r1_k3_s2_c8", "ir_r2_k5_s2_e4_c16", "ir_r1_k3_s1_e2.5_c24"])
        result = [net(torch.ones(1, 3, 32, 32)), width, len(net)]
    """,
    "an enum that chooses layers": """
        from enum import Enum
        class StrEnum(str, Enum):
            def __str__(self):
                return self.value
        class Norm(StrEnum):
            BATCH = "batch"
            INSTANCE = "instance"
            NONE = "none"
        class Mode(Enum):
            MEAN = 0
            MAX = 1
            @classmethod
            def parse(cls, text):
                return cls[text.upper()]
        def norm(kind, channels):
            kind = Norm(kind) if not isinstance(kind, Norm) else kind
            if kind is Norm.BATCH:
                return nn.BatchNorm2d(channels)
            if kind == "instance":
                return nn.InstanceNorm2d(channels)
            return nn.Identity()
        class Net(nn.Module):
            def __init__(self, kind, mode):
                super().__init__()
                self.net, self.mode = nn.Sequential(nn.Conv2d(3, 4, 3), norm(kind, 4)), Mode.parse(mode)
            def forward(self, x):
                x = self.net(x)
                return x.mean((2, 3)) if self.mode is Mode.MEAN else x.amax(dim=(2, 3), keepdim=True)
        result = [Net("batch", "mean")(torch.ones(1, 3, 8, 8)), Net(Norm.NONE, "max")(torch.ones(1, 3, 8, 8)), str(Norm.BATCH), [m.name for m in Mode], type(Net("instance", "mean").net[1]).__name__]
    """,
    "model entry points with default configurations": """
        import sys
        from copy import deepcopy
        _entrypoints, default_cfgs = {}, {}
        def _cfg(url="", **kwargs):
            return {"url": url, "num_classes": 10, "input_size": (3, 32, 32), **kwargs}
        def register_model(fn):
            _entrypoints[fn.__name__] = fn
            fn.registered = True
            return fn
        default_cfgs["net_small"] = _cfg(num_classes=4)
        default_cfgs["net_large"] = _cfg(url="x", input_size=(3, 64, 64))
        class Net(nn.Module):
            def __init__(self, num_classes=10, in_chans=3, widths=(8, 16), global_pool="avg", **kwargs):
                super().__init__()
                self.num_classes, self.num_features = num_classes, widths[-1]
                self.feature_info, layers, last = [], [], in_chans
                for i, width in enumerate(widths):
                    layers.append(nn.Conv2d(last, width, 3, 2, 1))
                    self.feature_info += [dict(num_chs=width, reduction=2 ** (i + 1), module=f"layers.{i}")]
                    last = width
                self.layers = nn.Sequential(*layers)
                self.reset_classifier(num_classes, global_pool)
            def reset_classifier(self, num_classes, global_pool="avg"):
                self.global_pool = global_pool
                self.fc = nn.Linear(self.num_features, num_classes) if num_classes > 0 else nn.Identity()
            def forward_features(self, x):
                return self.layers(x)
            def forward_head(self, x, pre_logits: bool = False):
                if self.global_pool == "avg":
                    x = x.mean(dim=(2, 3))
                return x if pre_logits else self.fc(x)
            def forward(self, x):
                return self.forward_head(self.forward_features(x))
        def build_with_cfg(cls, variant, pretrained=False, **kwargs):
            cfg = deepcopy(default_cfgs[variant])
            kwargs.setdefault("num_classes", cfg["num_classes"])
            features = kwargs.pop("features_only", False)
            model = cls(**kwargs)
            model.pretrained_cfg = model.default_cfg = cfg
            return FeatureNet(model, out_indices=(0, 1)) if features else model
        class FeatureNet(nn.ModuleDict):
            def __init__(self, model, out_indices):
                super().__init__()
                self.feature_info = [model.feature_info[i] for i in out_indices]
                self.return_layers = {}
                for i, (name, module) in enumerate(model.layers.named_children()):
                    self[f"layers_{name}"] = module
                    if i in out_indices:
                        self.return_layers[f"layers_{name}"] = i
                self.update({})
            def forward(self, x):
                out = []
                for name, module in self.items():
                    x = module(x)
                    if name in self.return_layers:
                        out.append(x)
                return out
        @register_model
        def net_small(pretrained=False, **kwargs):
            return build_with_cfg(Net, "net_small", pretrained, **dict(dict(widths=(4, 8)), **kwargs))
        @register_model
        def net_large(pretrained=False, **kwargs):
            return build_with_cfg(Net, "net_large", pretrained, **dict(dict(widths=(8, 16, 32)), **kwargs))
        def create_model(name, pretrained=False, **kwargs):
            kwargs = {k: v for k, v in kwargs.items() if v is not None}
            return _entrypoints[name](pretrained=pretrained, **kwargs)
        nets = [create_model(name, drop=None, in_chans=1) for name in sorted(_entrypoints)]
        nets[0].reset_classifier(0)
        x = torch.ones(1, 1, 32, 32)
        result = [*(net(x) for net in nets), create_model("net_large", features_only=True)(torch.ones(1, 3, 32, 32)), nets[1].forward_head(nets[1].forward_features(x), True),
                  nets[1].default_cfg["input_size"], net_small.registered, nets[1].feature_info[-1]["reduction"]]
    """,
    "module factories by a decorator with arguments and a class registry": """
        class Registered:
            registry = {}
            def __init_subclass__(cls, key=None, **kwargs):
                super().__init_subclass__(**kwargs)
                if key:
                    Registered.registry[key] = cls
        class Base(nn.Module, Registered):
            def __init__(self, dim):
                super().__init__()
                self.dim = dim
        class A(Base, key="a"):
            def __init__(self, dim):
                super().__init__(dim)
                self.fc = nn.Linear(dim, dim * 2)
            def forward(self, x):
                return self.fc(x)
        class B(A, key="b"):
            def forward(self, x):
                return super().forward(x).transpose(-1, -2)
        result = [Registered.registry[k](4)(torch.ones(2, 3, 4)) for k in ("a", "b")] + [sorted(Registered.registry)]
    """,
    "trees of tensors": """
        from torch.utils._pytree import tree_map, tree_flatten, tree_unflatten
        batch = {"a": torch.ones(2, 3), "b": [torch.ones(4), (torch.ones(1, 5), 7)]}
        moved = tree_map(lambda t: t.unsqueeze(0) if isinstance(t, torch.Tensor) else t, batch)
        leaves, spec = tree_flatten(batch)
        back = tree_unflatten([leaf * 2 if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves], spec)
        result = [moved["a"], moved["b"][0], moved["b"][1], len(leaves), leaves[0], back["b"][1]]
    """,
    "weights loaded by name": """
        net = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 4))
        state = {k.replace("0.", "first."): v for k, v in net.state_dict().items()}
        own = net.state_dict()
        for name, param in list(state.items()):
            if name.startswith("first."):
                state["0." + name[len("first."):]] = state.pop(name)
        found = {k: v for k, v in state.items() if k in own and v.shape == own[k].shape}
        own.update(found)
        net.load_state_dict(own)
        net[1] = nn.Linear(3, 1)
        result = [net(torch.ones(5, 2)), len(found), sum(p.numel() for p in net.parameters()), sorted(found)]
    """,
    "a grid of anchors by numpy": """
        import numpy as np
        class Anchors(nn.Module):
            def __init__(self, sizes=(32, 64), ratios=(0.5, 1.0, 2.0)):
                super().__init__()
                scales = np.array(ratios)
                base = np.concatenate([np.stack([size * np.sqrt(scales), size / np.sqrt(scales)], axis=1) for size in sizes], axis=0)
                self.register_buffer("base", torch.from_numpy(base).float())
                self.num = len(base)
            def forward(self, feature, stride=8):
                h, w = feature.shape[-2:]
                ys, xs = torch.meshgrid(torch.arange(h) * stride, torch.arange(w) * stride, indexing="ij")
                centres = torch.stack([xs, ys], -1).reshape(-1, 1, 2).float()
                sizes = self.base.unsqueeze(0).expand(h * w, -1, -1)
                return torch.cat([centres - sizes / 2, centres + sizes / 2], -1).reshape(-1, 4)
        anchors = Anchors()
        head = nn.Conv2d(8, anchors.num * 4, 1)
        x = torch.ones(1, 8, 5, 6)
        result = [anchors(x), head(x).permute(0, 2, 3, 1).reshape(1, -1, 4), anchors.num]
    """,
    "depths and rates by numpy": """
        import numpy as np
        rates = [x.item() for x in torch.linspace(0, 0.1, 6)]
        depths = [2, 3, 1]
        splits = np.split(np.arange(6), np.cumsum(depths).tolist()[:-1])
        widths = (np.round(np.array([8, 16, 24]) * 1.25 / 8) * 8).astype(int).tolist()
        per_stage = torch.linspace(0, 0.1, sum(depths)).split(depths)
        cumulative = [0] + np.cumsum(depths).tolist()
        layers, last = [], 3
        for i, (depth, width) in enumerate(zip(depths, widths)):
            for j in range(depth):
                layers += [nn.Conv2d(last, width, 3, 2 if j == 0 else 1, 1), nn.Dropout(rates[cumulative[i] + j])]
                last = width
        result = [nn.Sequential(*layers)(torch.ones(1, 3, 32, 32)), widths, [len(s) for s in splits], [len(p) for p in per_stage]]
    """,
    "optional parts chosen by flags of a dict": """
        class SE(nn.Module):
            def __init__(self, c, r=4):
                super().__init__()
                self.fc = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c // r, 1), nn.ReLU(), nn.Conv2d(c // r, c, 1), nn.Sigmoid())
            def forward(self, x):
                return x * self.fc(x)
        CONFIGS = {"S": dict(width=0.5, se=True, blocks=[(1, 16, 1), (2, 24, 2)]), "L": dict(width=1.5, blocks=[(2, 16, 2)] * 2)}
        def make_divisible(v, d=8, low=None):
            new = max(low or d, int(v + d / 2) // d * d)
            return new + d if new < 0.9 * v else new
        class Net(nn.Module):
            def __init__(self, width=1.0, blocks=(), se=False, **unused):
                super().__init__()
                self.stem = nn.Conv2d(3, last := make_divisible(16 * width), 3, 2, 1)
                for s, (n, c, stride) in enumerate(blocks):
                    c = make_divisible(c * width)
                    stage = nn.Sequential()
                    for i in range(n):
                        stage.add_module(f"{i}", nn.Conv2d(last, c, 3, stride if i == 0 else 1, 1))
                        if se:
                            stage.add_module(f"{i}_se", SE(c))
                        last = c
                    setattr(self, f"stage{s}", stage)
                self.count = len(blocks)
            def forward(self, x):
                outs = [x := self.stem(x)]
                for s in range(self.count):
                    outs.append(x := getattr(self, f"stage{s}")(x))
                return outs
        result = [Net(**CONFIGS[k])(torch.ones(1, 3, 32, 32)) for k in CONFIGS]
    """,
    "multi-task heads keyed by a dict of named tuples": """
        from typing import NamedTuple, Optional, Union
        class Task(NamedTuple):
            out: int
            dense: bool = False
            hidden: Optional[int] = None
        TASKS = {"cls": Task(5), "seg": Task(3, dense=True), "emb": Task(8, hidden=16)._replace(out=12)}
        class Net(nn.Module):
            def __init__(self, tasks):
                super().__init__()
                self.tasks = tasks
                self.body = nn.Conv2d(3, 6, 3, padding=1)
                self.heads = nn.ModuleDict()
                for name, (out, dense, hidden) in tasks.items():
                    if dense:
                        self.heads[name] = nn.Conv2d(6, out, 1)
                    else:
                        self.heads[name] = nn.Sequential(*filter(None, [nn.Linear(6, hidden) if hidden else None, nn.ReLU() if hidden else None, nn.Linear(hidden or 6, out)]))
            def forward(self, x, tasks=None):
                x = self.body(x)
                pooled = x.mean((-2, -1))
                return {t: head(x if self.tasks[t].dense else pooled) for t, head in self.heads.items() if tasks is None or t in tasks}
        out = Net(TASKS)(torch.ones(2, 3, 4, 4))
        result = [*(out[k] for k in TASKS), list(Net(TASKS)(torch.ones(1, 3, 4, 4), tasks={"seg"}))]
    """,
    "wrappers that delegate by getattr": """
        class Wrapper(nn.Module):
            def __init__(self, module):
                super().__init__()
                self.module = module
            def __getattr__(self, name):
                try:
                    return super().__getattr__(name)
                except AttributeError:
                    return getattr(self.module, name)
            def forward(self, *args, **kwargs):
                return self.module(*args, **kwargs)
        class Net(nn.Module):
            width = 4
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, self.width)
            def embed(self, x):
                return self.fc(x)
            def forward(self, x, scale=1):
                return self.embed(x) * scale
        net = Wrapper(Wrapper(Net()))
        result = [net(torch.ones(2, 3), scale=2), net.embed(torch.ones(1, 3)), net.width, net.fc.weight, hasattr(net, "other")]
    """,
    "optimisers and schedulers leave shapes alone": """
        net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
        decay = [p for n, p in net.named_parameters() if n.endswith("weight")]
        rest = [p for n, p in net.named_parameters() if not n.endswith("weight")]
        opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest}], lr=1e-3)
        sched = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=3)
        for step in range(2):
            opt.zero_grad(set_to_none=True)
            out = net(torch.ones(5, 4))
            loss = F.cross_entropy(out, torch.zeros(5, dtype=torch.long))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            sched.step()
        result = [out, loss, net[0].weight]
    """,
    "warnings and loggers are heard by nobody": """
        import logging, warnings
        logger = logging.getLogger(__name__)
        logger.setLevel(logging.INFO)
        if not logger.handlers:
            handler = logging.StreamHandler()
            handler.setFormatter(logging.Formatter("%(message)s"))
            logger.addHandler(handler)
        class Net(nn.Module):
            def __init__(self, width=None):
                super().__init__()
                if width is None:
                    warnings.warn("no width", UserWarning, stacklevel=2)
                    logger.warning("taking %d", 4)
                    width = 4
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self.fc = nn.Linear(2, width)
            def forward(self, x):
                logger.debug(f"got {x.shape}")
                return self.fc(x)
        result = Net()(torch.ones(1, 2))
    """,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_shapes_of_configured_models_are_those_torch_computes(name: str) -> None:
    assert value(PROGRAMS[name]) == ran(PROGRAMS[name])
