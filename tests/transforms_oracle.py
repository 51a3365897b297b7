"""What torchvision's transforms give: the answers that ``tests/test_transforms.py`` holds shapelint against.

``python -m tests.transforms_oracle`` needs torch and torchvision, applies every transform to pictures, tensors and arrays, and writes
``tests/data/transforms.json.gz``: for each expression what came out (several different results where chance decides), or that it raises.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "transforms.json.gz"
PRELUDE = """\
import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms as T
from torchvision.transforms import functional as F
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as G
"""
PICTURES = ('Image.new("RGB", (31, 17))', 'Image.new("L", (28, 28))', 'Image.new("RGBA", (20, 40))', 'Image.new("1", (9, 8))')
TENSORS = (
    "torch.rand(3, 17, 31)", "torch.rand(1, 28, 28)", "torch.rand(2, 3, 17, 31)", "torch.randint(0, 255, (3, 40, 20), dtype=torch.uint8)", "torch.rand(12, 13)",
    "torch.rand(4, 20, 20)",
)
ARRAYS = ("np.zeros((17, 31, 3), dtype=np.uint8)", "np.zeros((28, 28), dtype=np.float32)", "np.zeros((5, 6, 1))")

_SIZED = ("(8)", "([8])", "((8, 9))", "([10, 6])", "(size=12)")
BOTH = (
    *(f"{name}{size}" for name in ("Resize", "CenterCrop", "RandomResizedCrop", "FiveCrop", "RandomCrop", "TenCrop") for size in _SIZED),
    "Resize(20)", "Resize(8, max_size=12)", "Resize(8, max_size=11, antialias=True)", "CenterCrop(50)", "RandomCrop(36, padding=4)", "RandomCrop(32, pad_if_needed=True)",
    "Pad(2)", "Pad((1, 2))", "Pad((1, 2, 3, 4))", "Pad([3])", "Pad(padding=1, fill=1)", "Grayscale()", "Grayscale(3)", "Grayscale(num_output_channels=1)", "ToTensor()",
    "PILToTensor()", "ToPILImage()", "ConvertImageDtype(torch.float32)", "ConvertImageDtype(torch.uint8)", "RandomHorizontalFlip()", "RandomVerticalFlip(p=1.0)",
    "RandomRotation(30)", "RandomRotation(45, expand=True)", "RandomRotation((90, 90), expand=True)", "RandomAffine(10, translate=(0.1, 0.1))", "RandomPerspective(p=1.0)",
    "ColorJitter(0.1, 0.1, 0.1, 0.1)", "ColorJitter(brightness=0.5)", "GaussianBlur(3)", "RandomInvert()", "RandomPosterize(4)", "RandomSolarize(0.5)",
    "RandomAdjustSharpness(2)", "RandomAutocontrast()", "RandomEqualize()", "RandomErasing(p=1.0)", "RandomGrayscale(p=1.0)", "RandomGrayscale(p=0.0)", "AutoAugment()",
    "RandAugment()", "TrivialAugmentWide()", "AugMix()", "ElasticTransform()", "Normalize((0.5,), (0.5,))", "Normalize((0.5, 0.4, 0.3), (0.2, 0.2, 0.2))",
    "Normalize(0.5, 0.5)", "Normalize((0.5, 0.4, 0.3, 0.2), (0.5,))", "Normalize([0.5, 0.4, 0.3], [1, 1, 1], inplace=True)", "Lambda(lambda x: x)",
    "RandomApply([{t}.Resize((8, 9))], p=0.5)", "RandomApply([{t}.RandomHorizontalFlip()])", "RandomChoice([{t}.Resize((8, 9)), {t}.CenterCrop((8, 9))])",
    "RandomChoice([{t}.Resize((8, 9)), {t}.Resize((8, 7))])", "RandomOrder([{t}.CenterCrop(12), {t}.RandomHorizontalFlip()])",
    "Compose([{t}.Resize(20), {t}.CenterCrop(16)])", "Compose([{t}.Resize((16, 20)), {t}.Pad(2), {t}.RandomCrop(16)])",
    "Compose([{t}.ToTensor(), {t}.Normalize((0.5,), (0.5,))])", "Compose([{t}.Grayscale(3), {t}.ToTensor()])", "Compose([{t}.Resize(12), {t}.ToTensor()])",
)
NEWER = (
    "ToImage()", "ToDtype(torch.float32, scale=True)", "ToDtype(torch.int64)", "RGB()", "RandomZoomOut(p=1.0)", "RandomShortestSize(10)", "RandomResize(8, 20)",
    "ScaleJitter((20, 20))", "RandomPhotometricDistort()", "RandomChannelPermutation()", "GaussianNoise()", "JPEG(50)", "Identity()", "ToPureTensor()",
    "Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])", "Compose([v2.ToImage(), v2.RandomResizedCrop(size=(12, 10), antialias=True), v2.ToPureTensor()])",
)
FUNCTIONS = (
    "resize({x}, 8)", "resize({x}, [8, 9])", "resize({x}, [8], max_size=9)", "center_crop({x}, 8)", "center_crop({x}, [8, 9])", "crop({x}, 1, 2, 5, 6)",
    "resized_crop({x}, 1, 2, 5, 6, [8, 9])", "pad({x}, 2)", "pad({x}, [1, 2])", "pad({x}, [1, 2, 3, 4])", "hflip({x})", "vflip({x})", "rotate({x}, 30)",
    "rotate({x}, 90, expand=True)", "rgb_to_grayscale({x})", "rgb_to_grayscale({x}, 3)", "to_grayscale({x}, 3)", "to_tensor({x})", "pil_to_tensor({x})",
    "to_pil_image({x})", "convert_image_dtype({x}, torch.float32)", "five_crop({x}, 8)", "ten_crop({x}, (8, 6))", "adjust_brightness({x}, 0.5)", "adjust_gamma({x}, 0.5)",
    "gaussian_blur({x}, 3)", "invert({x})", "erase({x}, 1, 1, 3, 3, 0)", "normalize({x}, (0.5,), (0.5,))", "normalize({x}, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))",
    "get_image_size({x})", "get_dimensions({x})", "get_image_num_channels({x})", "to_dtype({x}, torch.float32, scale=True)", "to_image({x})",
)
OTHERS = (
    "nn.Sequential(T.CenterCrop(10), T.Normalize((0.5,), (0.5,)))(torch.rand(3, 20, 20))",
    "v2.Resize((8, 9))(Image.new('RGB', (20, 30)), 3)", "v2.Compose([v2.CenterCrop(8), v2.ToImage()])(Image.new('RGB', (20, 30)), 3)",
    "v2.RandomHorizontalFlip()({'image': torch.rand(3, 8, 8), 'label': 4})", "v2.CenterCrop(4)((torch.rand(3, 8, 8), 4))",
    "v2.CutMix(num_classes=10)(torch.rand(4, 3, 8, 8), torch.randint(0, 10, (4,)))", "v2.MixUp(num_classes=10)(torch.rand(4, 3, 8, 8), torch.randint(0, 10, (4,)))",
    "Image.new('RGB', (20, 30)).resize((8, 9))", "Image.new('RGB', (20, 30)).crop((1, 2, 8, 9))", "Image.new('RGB', (20, 30)).convert('L')", "Image.new('L', (20, 30)).copy()",
    "np.array(Image.new('RGB', (20, 30)))", "np.asarray(Image.new('L', (20, 30)))", "Image.new('RGB', (20, 30)).size", "Image.fromarray(np.zeros((8, 9, 3), dtype=np.uint8))",
    "torch.from_numpy(np.array(Image.new('RGB', (20, 30)))).permute(2, 0, 1)", "torch.stack(T.FiveCrop(8)(torch.rand(3, 20, 20)))",
    "torch.stack([T.ToTensor()(crop) for crop in T.TenCrop(8)(Image.new('RGB', (20, 30)))])",
)


def cases() -> Iterator[str]:
    """Every expression."""
    for image in (*PICTURES, *TENSORS, *ARRAYS):
        for text in BOTH:
            yield f"T.{text.replace('{t}', 'T')}({image})"
            yield f"v2.{text.replace('{t}', 'v2')}({image})"
        for text in NEWER:
            yield f"v2.{text}({image})"
        for text in FUNCTIONS:
            yield f"F.{text.format(x=image)}"
            yield f"G.{text.format(x=image)}"
    yield from OTHERS


def described(value: Any) -> Any:
    """A result as JSON holds it."""
    import numpy as np
    import torch
    from PIL import Image

    if isinstance(value, torch.Tensor):
        kind = "float" if value.is_floating_point() else "bool" if value.dtype is torch.bool else "int"
        return ["tensor", list(value.shape), kind]
    if isinstance(value, Image.Image):
        return ["picture", [value.height, value.width], value.mode]
    if isinstance(value, np.ndarray):
        return ["array", list(value.shape), {"f": "float", "b": "bool"}.get(value.dtype.kind, "int")]
    if isinstance(value, (tuple, list)):
        return [described(item) for item in value]
    if isinstance(value, dict):
        return {key: described(item) for key, item in value.items()}
    return value if isinstance(value, (int, float, str, type(None))) else type(value).__name__


def answers(text: str, names: dict[str, Any], tries: int = 6) -> list[Any]:
    """The different results of an expression; empty where it raises."""
    import random
    import warnings

    import numpy as np
    import torch

    found: list[Any] = []
    for seed in range(tries):
        for start in (torch.manual_seed, random.seed, np.random.seed):
            start(seed)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = described(eval(text, names))
        except Exception:
            return []
        found += [result] if result not in found else []
    return found


def names() -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(PRELUDE, found)
    return found


def main() -> None:
    import torchvision

    scope = names()
    table = {text: answers(text, scope) for text in dict.fromkeys(cases())}
    DATA.write_bytes(gzip.compress(json.dumps({"torchvision": torchvision.__version__, "answers": table}).encode(), mtime=0))
    print(len(table), sum(map(bool, table.values())), DATA.stat().st_size)


if __name__ == "__main__":
    main()
