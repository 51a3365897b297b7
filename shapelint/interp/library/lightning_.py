"""Lightning: a trainer runs the steps of a module on the batches of loaders, and modules log, save their arguments and configure optimisers.

``accelerate`` and Lightning's Fabric hand models, optimisers and loaders through.
"""

from typing import TYPE_CHECKING

from ..natives import METHODS
from ..values import External, FunctionValue, Instance, ListObject, Unknown, Value, Why
from .support import Args, Kwargs, aside, bind, method, native

if TYPE_CHECKING:
    from ..machine import Machine

_PACKAGES = ("pytorch_lightning", "lightning", "lightning.pytorch", "pytorch_lightning.core", "lightning.pytorch.core")
_SAYING = ("log", "log_dict", "print", "toggle_optimizer", "untoggle_optimizer", "manual_backward", "clip_gradients", "freeze", "unfreeze")
_BOTH = ("LightningModule", "LightningDataModule")


HPARAMS = "lightning.AttributeDict"


@method(HPARAMS, "__getitem__", least=2)
@method(HPARAMS, "get", least=2)
def hyperparameter(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``self.hparams["lr"]`` is ``self.hparams.lr``."""
    found = args[0].table.get(args[1]) if isinstance(args[0], Instance) and isinstance(args[1], str) else None
    return aside(machine, "a hyper-parameter", Why.ENTRY) if found is None else found


@method("lightning.Both", "save_hyperparameters")
def save_hyperparameters(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """``self.hparams`` are the arguments of the constructor that calls this."""
    made = Instance(External(HPARAMS))
    made.hidden["open"] = aside(machine, "a hyper-parameter", Why.ENTRY)
    frame = machine.frames[-1] if machine.frames else None
    if frame is not None and all(isinstance(name, str) for name in args[1:]):
        spec = frame.function.node.args
        names = args[1:] or [arg.arg for arg in (*spec.args[1:], *spec.kwonlyargs)]
        made.table.update({name: frame.scope.table[name] for name in names if name in frame.scope.table})
    if isinstance(args[0], Instance):
        machine.heap.write(args[0].table, "hparams", made)
    return None


for _package in _PACKAGES:
    for _class in _BOTH:
        METHODS[f"{_package}.{_class}", "save_hyperparameters"] = METHODS["lightning.Both", "save_hyperparameters"]
        for _name in _SAYING:
            method(f"{_package}.{_class}", _name)(lambda machine, args, kwargs: None)
        method(f"{_package}.{_class}", "optimizers", "lr_schedulers", "all_gather")(lambda machine, args, kwargs: aside(machine, "what the trainer holds"))
    method(f"{_package}.LightningDataModule", "__init__")(lambda machine, args, kwargs: None)


# --- the trainer ------------------------------------------------------------------------------------------------------------

TRAINER = "lightning.Trainer"


@native(*(f"{package}.Trainer" for package in _PACKAGES), "pytorch_lightning.trainer.Trainer", "lightning.pytorch.trainer.Trainer")
def trainer(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(TRAINER))
    made.hidden["open"] = aside(machine, "an attribute of a trainer")
    return made


def _defines(machine: "Machine", value: Value, name: str) -> bool:
    """Whether a user's class has this method: the base class's does nothing."""
    found = machine.get_attribute(value, name) if isinstance(value, Instance) and machine.has_attribute(value, name) else None
    return isinstance(getattr(found, "function", None), FunctionValue)


def _call(machine: "Machine", value: Value, name: str, *args: Value) -> Value:
    return machine.call(machine.get_attribute(value, name), list(args), {})


def _loaders(machine: "Machine", sources: Args, name: str) -> list[Value]:
    """The loaders that were passed, or that the data module or the module makes."""
    for source in sources:
        made = _call(machine, source, name) if _defines(machine, source, name) else None
        if made is not None and not isinstance(made, Unknown):
            return _listed(made)
    return []


def _listed(loaders: Value) -> list[Value]:
    items = loaders.table["items"] if isinstance(loaders, ListObject) else loaders
    return list(items) if isinstance(items, tuple) else [] if isinstance(loaders, Unknown) else [loaders]


def _steps(machine: "Machine", model: Value, step: str, loaders: list[Value], training: bool) -> None:
    """One step on a batch of each loader."""
    if not _defines(machine, model, step):
        return
    machine.call(machine.get_attribute(model, "train"), [training], {})
    function = machine.get_attribute(model, step).function
    names = [arg.arg for arg in function.node.args.args]
    for index, loader in enumerate(loaders):
        given = {"batch": machine.element_of(loader), "batch_idx": 0, "dataloader_idx": index}
        if _defines(machine, model, "on_after_batch_transfer") or _defines(machine, model, "transfer_batch_to_device"):
            given["batch"] = aside(machine, "a batch that the module changes")
        _call(machine, model, step, *(given[name] for name in ("batch", "batch_idx", "dataloader_idx")[: max(1, len(names) - 1)]))


def _prepared(machine: "Machine", model: Value, module: Value, stage: str) -> None:
    for part in (module, model):
        if _defines(machine, part, "prepare_data"):
            _call(machine, part, "prepare_data")
        if _defines(machine, part, "setup"):
            _call(machine, part, "setup", stage)
        elif _defines(machine, part, "configure_model"):
            _call(machine, part, "configure_model")


def _module_of(loaders: Value, module: Value) -> tuple[Value, Value]:
    """A data module may be passed in the place of the loaders."""
    is_module = isinstance(loaders, Instance) and any(isinstance(base, External) and base.name.endswith(".LightningDataModule")
                                                      for base in getattr(loaders.cls, "mro", ()))
    return (None, loaders) if is_module else (loaders, module)


@method(TRAINER, "fit")
def fit(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """Validation is tried first, then the module is trained."""
    names = ("model", "train_dataloaders", "val_dataloaders", "datamodule", "ckpt_path", "weights_only")
    renamed = {"train_dataloaders" if name == "train_dataloader" else name: value for name, value in kwargs.items()}
    model, train, val, module, *_ = bind("fit", args[1:], renamed, **dict.fromkeys(names))
    train, module = _module_of(train, module)
    if not isinstance(model, Instance):
        return None
    _prepared(machine, model, module, "fit")
    if _defines(machine, model, "configure_optimizers"):
        _call(machine, model, "configure_optimizers")
    validating = _listed(val) if val is not None else _loaders(machine, [module, model], "val_dataloader")
    _steps(machine, model, "validation_step", validating, False)
    _steps(machine, model, "training_step", [train] if train is not None else _loaders(machine, [module, model], "train_dataloader")[:1], True)
    return None


def _evaluation(method_name: str, stage: str, step: str, loader_name: str) -> None:
    @method(TRAINER, method_name)
    def evaluate(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
        known = {name: value for name, value in kwargs.items() if name in ("model", "dataloaders", "datamodule")}
        model, loaders, module = bind(method_name, args[1:4], known, model=None, dataloaders=None, datamodule=None)
        loaders, module = _module_of(loaders, module)
        if isinstance(model, Instance):
            _prepared(machine, model, module, stage)
            _steps(machine, model, step, _listed(loaders) if loaders is not None else _loaders(machine, [module, model], loader_name), False)
        return aside(machine, f"what trainer.{method_name} returns")


_evaluation("test", "test", "test_step", "test_dataloader")
_evaluation("validate", "validate", "validation_step", "val_dataloader")
_evaluation("predict", "predict", "predict_step", "predict_dataloader")
method(TRAINER, "tune", "save_checkpoint")(lambda machine, args, kwargs: None)


# --- accelerate and Fabric -----------------------------------------------------------------------------------------------------

ACCELERATOR = "accelerate.Accelerator"


@native(ACCELERATOR, "lightning.Fabric", "lightning.fabric.Fabric", "lightning_fabric.Fabric")
def accelerator(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    made = Instance(External(ACCELERATOR))
    made.hidden["open"] = Unknown(Why.DATA, "an attribute of an accelerator")
    return made


@method(ACCELERATOR, "prepare", "setup", "setup_dataloaders", "prepare_model", "prepare_data_loader", "unwrap_model", "setup_module")
def prepare(machine: "Machine", args: Args, kwargs: Kwargs) -> Value:
    """The same objects, which run elsewhere."""
    return args[1] if len(args) == 2 else tuple(args[1:])


method(ACCELERATOR, "backward", "print", "log", "wait_for_everyone", "clip_grad_norm_", "save", "launch", "seed_everything")(lambda machine, args, kwargs: None)
native(*(f"{package}.seed_everything" for package in _PACKAGES))(lambda machine, args, kwargs: None)
