"""Which models of packages with registries, encoders and n-dimensional factories are held against torch: expressions, each with the notation of its input."""

import random
from typing import Any

Targets = list[tuple[str, str]]

SEED = 4


def timm() -> Targets:
    """Two names of every file at random, and the lists of features of some of them."""
    import timm as package
    from timm.models import _registry as registry

    chance = random.Random(SEED)
    found: Targets = []
    for file in sorted(registry._module_to_models):
        names = sorted(name for name in registry._module_to_models[file] if name not in registry._deprecated_models)
        for name in chance.sample(names, min(2, len(names))):
            found.append((f"timm:create_model('{name}')", _timm_input(package, name)))
    for target, spec in chance.sample(found, 30):
        found.append((target.replace("')", "', features_only=True)"), spec))
    return found


def _timm_input(package: Any, name: str) -> str:
    """The size that the model is configured for."""
    given = package.get_pretrained_cfg(name)
    return " ".join(map(str, (1, *(given.input_size if given is not None else (3, 224, 224)))))


_DECODERS = ("Unet", "UnetPlusPlus", "MAnet", "Linknet", "FPN", "PSPNet", "DeepLabV3", "DeepLabV3Plus", "PAN", "UPerNet", "Segformer")
_TIMM_ENCODERS = ("tu-resnet18", "tu-convnext_atto", "tu-mobilenetv3_small_100", "tu-swin_tiny_patch4_window7_224", "tu-regnetx_002", "tu-hrnet_w18_small", "tu-pvt_v2_b0")
_VITS = ("tu-vit_base_patch16_224.augreg_in21k", "tu-vit_small_patch16_224", "tu-deit3_small_patch16_224")


def segmentation_models_pytorch() -> Targets:
    """Every decoder with encoders of every family, some through ``create_model``; further arguments for some."""
    from segmentation_models_pytorch.encoders import encoders

    chance = random.Random(SEED)
    families: dict[str, list[str]] = {}
    for name, given in encoders.items():
        families.setdefault(given["encoder"].__module__, []).append(name)
    base = "segmentation_models_pytorch"
    found: Targets = []
    for number, (_, names) in enumerate(sorted(families.items())):
        for name in chance.sample(sorted(names), min(2, len(names))):
            decoder = _DECODERS[number % 5] if name.startswith("mit_b") is False else "Unet"
            found.append((f"{base}:create_model('{decoder.lower()}', encoder_name='{name}', encoder_weights=None)", "1 3 256 256"))
    for decoder in _DECODERS:
        for name in ("resnet34", chance.choice(_TIMM_ENCODERS)):
            found.append((f"{base}:{decoder}('{name}', encoder_weights=None)", "1 3 224 224"))
    found += [(f"{base}:Unet('{name}', encoder_weights=None, classes=3)", "1 3 224 224") for name in _TIMM_ENCODERS]
    found += [(f"{base}:DPT('{name}', encoder_weights=None)", "1 3 224 224") for name in _VITS]
    extra = (
        "Unet('resnet18', encoder_weights=None, encoder_depth=3, decoder_channels=(64, 32, 16))", "Unet('resnet18', encoder_weights=None, decoder_attention_type='scse')",
        "Unet('resnet18', encoder_weights=None, decoder_interpolation='bilinear', decoder_use_norm='layernorm')",
        "UnetPlusPlus('vgg11_bn', encoder_weights=None, decoder_attention_type='scse', activation='softmax')",
        "FPN('efficientnet-b0', encoder_weights=None, decoder_merge_policy='cat', upsampling=2)", "PSPNet('resnet18', encoder_weights=None, psp_out_channels=128, encoder_depth=4)",
        "DeepLabV3Plus('resnet50', encoder_weights=None, encoder_output_stride=8, decoder_atrous_rates=(6, 12, 18))", "PAN('resnet50', encoder_weights=None, encoder_output_stride=32)",
        "Unet('resnet18', encoder_weights=None, aux_params={'classes': 4, 'dropout': 0.5, 'pooling': 'max'})", "Linknet('resnet18', encoder_weights=None, decoder_use_norm=False, classes=5)",
    )
    return [*found, *((f"{base}:{call}", "1 3 256 256") for call in extra)]


def monai() -> Targets:
    """Networks in one, two and three dimensions."""
    return [(f"monai.networks.nets:{call}", spec) for call, spec in _MONAI]


_MONAI: Targets = [
    ("UNet(2, 1, 2, channels=(8, 16, 32), strides=(2, 2))", "1 1 64 64"),
    ("UNet(spatial_dims=3, in_channels=1, out_channels=2, channels=(8, 16, 32, 64), strides=(2, 2, 2), num_res_units=2, norm='batch')", "1 1 32 32 32"),
    ("UNet(1, 2, 3, channels=(4, 8, 16), strides=(2, 2), num_res_units=1, act='relu', dropout=0.1, adn_ordering='ADN')", "2 2 64"),
    ("DynUNet(3, 1, 2, kernel_size=[3, 3, 3, 3], strides=[1, 2, 2, 2], upsample_kernel_size=[2, 2, 2], deep_supervision=True)", "1 1 32 32 32"),
    ("DynUNet(2, 1, 2, kernel_size=[3, 3, (3, 5)], strides=[1, 2, (2, 2)], upsample_kernel_size=[2, (2, 2)], res_block=True)", "1 1 64 48"),
    ("SegResNet(spatial_dims=3, init_filters=8, in_channels=1, out_channels=2)", "1 1 32 32 32"),
    ("SegResNet(spatial_dims=2, in_channels=3, upsample_mode='deconv', dropout_prob=0.1)", "1 3 64 64"),
    ("SegResNetVAE((32, 32, 32), in_channels=1)", "1 1 32 32 32"),
    ("SegResNetDS(spatial_dims=3, init_filters=8, dsdepth=3)", "1 1 32 32 32"),
    ("VNet()", "1 1 32 32 32"),
    ("VNet(spatial_dims=2, dropout_dim=2, out_channels=3)", "1 1 64 64"),
    ("UNETR(1, 4, img_size=32, feature_size=16)", "1 1 32 32 32"),
    ("UNETR(in_channels=3, out_channels=2, img_size=(64, 96), spatial_dims=2, proj_type='perceptron')", "1 3 64 96"),
    ("SwinUNETR(in_channels=1, out_channels=2, feature_size=12)", "1 1 64 64 64"),
    ("SwinUNETR(in_channels=3, out_channels=2, spatial_dims=2, use_v2=True, downsample='mergingv2')", "1 3 64 64"),
    ("DenseNet121(spatial_dims=2, in_channels=1, out_channels=3)", "1 1 64 64"),
    ("DenseNet264(spatial_dims=3, in_channels=1, out_channels=3)", "1 1 64 64 64"),
    ("DenseNet(spatial_dims=1, in_channels=1, out_channels=3, block_config=(2, 3))", "2 1 128"),
    ("EfficientNetBN('efficientnet-b0', pretrained=False)", "1 3 224 224"),
    ("EfficientNetBN('efficientnet-b1', pretrained=False, spatial_dims=3, in_channels=1, num_classes=5)", "1 1 32 32 32"),
    ("EfficientNetBNFeatures('efficientnet-b2', pretrained=False)", "1 3 128 128"),
    ("AHNet(spatial_dims=2, in_channels=1, out_channels=2)", "1 1 128 128"),
    ("AHNet(spatial_dims=3, upsample_mode='trilinear')", "1 1 64 64 64"),
    ("HighResNet()", "1 1 32 32 32"),
    ("HighResNet(spatial_dims=2, channel_matching='project')", "1 1 32 32"),
    ("BasicUNet(spatial_dims=2, features=(8, 8, 16, 32, 64, 8))", "1 1 64 64"),
    ("BasicUNet(spatial_dims=3, upsample='pixelshuffle')", "1 1 48 48 48"),
    ("BasicUNetPlusPlus(spatial_dims=2, deep_supervision=True)", "1 1 64 64"),
    ("AttentionUnet(3, 1, 2, channels=(8, 16, 32), strides=(2, 2))", "1 1 32 32 32"),
    ("AttentionUnet(2, 3, 2, channels=(8, 16, 32, 64), strides=(2, 2, 2))", "1 3 64 64"),
    ("FlexibleUNet(3, 2, 'efficientnet-b0')", "1 3 128 128"),
    ("FlexibleUNet(1, 2, 'resnet18', spatial_dims=3)", "1 1 64 64 64"),
    ("resnet18(spatial_dims=3, n_input_channels=1, num_classes=3)", "1 1 64 64 64"),
    ("resnet50(spatial_dims=2, n_input_channels=3, shortcut_type='A')", "1 3 96 96"),
    ("resnet10(spatial_dims=1, n_input_channels=1, feed_forward=False)", "1 1 128"),
    ("ResNetFeatures('resnet34', pretrained=False, spatial_dims=2, in_channels=3)", "1 3 96 96"),
    ("SENet154(spatial_dims=2, in_channels=2, num_classes=2)", "1 2 64 64"),
    ("SEResNet50(spatial_dims=3, in_channels=2, num_classes=2)", "1 2 64 64 64"),
    ("SEResNext50(spatial_dims=2, in_channels=3, num_classes=10)", "1 3 64 64"),
    ("ViT(in_channels=1, img_size=(32, 32, 32), patch_size=(8, 8, 8), classification=True)", "1 1 32 32 32"),
    ("ViT(in_channels=3, img_size=64, patch_size=16, spatial_dims=2, proj_type='perceptron', pos_embed_type='sincos')", "1 3 64 64"),
    ("ViTAutoEnc(in_channels=1, img_size=64, patch_size=16, spatial_dims=2)", "1 1 64 64"),
    ("MaskedAutoEncoderViT(in_channels=1, img_size=64, patch_size=16, spatial_dims=2)", "1 1 64 64"),
    ("AutoEncoder(2, 1, 1, channels=(2, 4, 8), strides=(2, 2, 2))", "1 1 64 64"),
    ("AutoEncoder(3, 1, 2, channels=(4, 8), strides=(2, 2), num_res_units=2, inter_channels=(8, 8), inter_dilations=(1, 2))", "1 1 32 32 32"),
    ("VarAutoEncoder(2, (1, 32, 32), 1, 3, channels=(4, 8), strides=(2, 2))", "1 1 32 32"),
    ("Generator((12,), (16, 4, 4), channels=(8, 4, 1), strides=(2, 2, 2))", "2 12"),
    ("Regressor((1, 64, 64), (3,), channels=(2, 4, 8), strides=(2, 2, 2))", "2 1 64 64"),
    ("Classifier((1, 64, 64), 4, channels=(2, 4, 8), strides=(2, 2, 2), last_act='softmax')", "2 1 64 64"),
    ("Discriminator((1, 32, 32, 32), channels=(4, 8), strides=(2, 2))", "2 1 32 32 32"),
    ("Critic((1, 64, 64), channels=(4, 8, 16), strides=(2, 2, 2))", "2 1 64 64"),
    ("MILModel(num_classes=3, pretrained=False, backbone='resnet18', mil_mode='att_trans')", "1 4 3 64 64"),
    ("MILModel(num_classes=3, pretrained=False, mil_mode='att_trans_pyramid')", "1 4 3 64 64"),
    ("DiNTS(TopologySearch(num_blocks=3, num_depths=3, device='cpu'), 1, 2)", "1 1 64 64 64"),
    ("DiffusionModelUNet(2, 1, 1, channels=(32, 64), num_res_blocks=(1, 1), attention_levels=(False, True), num_head_channels=8)", "1 1 32 32; 1: int64"),
    ("DiffusionModelUNet(3, 1, 1, channels=(32, 64), num_res_blocks=1, attention_levels=(False, True), with_conditioning=True, cross_attention_dim=3)",
     "1 1 16 16 16; 1: int64; 1 4 3"),
    ("AutoencoderKL(2, 1, 1)", "1 1 64 64"),
    ("AutoencoderKL(3, channels=(32, 64), num_res_blocks=1, attention_levels=(False, False), use_convtranspose=True)", "1 1 32 32 32"),
    ("VQVAE(2, 1, 1)", "1 1 64 64"),
    ("VQVAE(3, 1, 1, channels=(16, 32), num_res_channels=(16, 32), num_res_layers=1, downsample_parameters=((2, 4, 1, 1),) * 2, upsample_parameters=((2, 4, 1, 1, 0),) * 2)",
     "1 1 32 32 32"),
    ("FullyConnectedNet(10, 3, [8, 16, 8], dropout=0.2)", "5 10"),
    ("VarFullyConnectedNet(10, 3, 2, [8, 16], [16, 8])", "5 10"),
    ("HoVerNet(mode='fast', out_classes=3)", "1 3 256 256"),
    ("MedNeXt(spatial_dims=2, init_filters=8)", "1 1 64 64"),
    ("MedNeXt(deep_supervision=True, init_filters=8, use_residual_connection=True, kernel_size=3)", "1 1 32 32 32"),
    ("RegUNet(3, 2, 8, depth=3, pooling=False)", "1 2 32 32 32"),
    ("LocalNet(2, 2, 8, extract_levels=[0, 1, 2])", "1 2 32 32"),
    ("GlobalNet((32, 32), 2, 2, 8, depth=3)", "1 2 32 32"),
    ("VoxelMorphUNet(2, 2, 16, channels=(8, 16, 16, 16, 16, 16), final_conv_channels=(8, 8))", "1 2 64 64"),
    ("VoxelMorph()", "1 1 64 64 64; 1 1 64 64 64"),
    ("PatchDiscriminator(2, 16, 1)", "1 1 64 64"),
    ("MultiScalePatchDiscriminator(2, 3, 2, 8, 3, minimum_size_im=64)", "1 3 64 64"),
    ("DecoderOnlyTransformer(num_tokens=10, max_seq_len=16, attn_layers_dim=32, attn_layers_depth=2, attn_layers_heads=4)", "2 16: int64"),
    ("DAF3D(1, 2)", "1 1 64 64 64"),
    ("TorchVisionFCModel('resnet18', num_classes=4)", "1 3 224 224"),
    ("Quicknat()", "1 1 64 64"),
    ("Restormer(spatial_dims=2, in_channels=1, out_channels=1, dim=16, num_blocks=(1, 1, 1, 1))", "1 1 64 64"),
    ("SPADEAutoencoderKL(2, 3, channels=(32, 64), num_res_blocks=(1, 1), attention_levels=(False, False))", "1 1 32 32; 1 3 32 32"),
    ("ControlNet(2, 1, channels=(32, 64), num_res_blocks=(1, 1), attention_levels=(False, True), conditioning_embedding_num_channels=(16, 32))",
     "1 1 32 32; 1: int64; 1 1 64 64"),
]
