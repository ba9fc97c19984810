"""Tiny pipelines with random weights, one of every listed diffusers class: the real loading code runs, offline."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers as d
import torch
import transformers as t
from diffusers.guiders import ClassifierFreeGuidance
from diffusers.pipelines.ltx2 import LTX2TextConnectors
from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder

_LETTERS = [chr(code) for code in range(33, 127)]
_WIDTH = 32  # of every text encoder


def save_tiny(name: str, folder: Path) -> Path:
    """Build the tiny pipeline of that name, save it as its users find it on the hub; the folder."""
    torch.manual_seed(0)
    where = folder / name
    TINY[name]().save_pretrained(where)
    return where


def _t5() -> dict[str, Any]:
    config = t.T5Config(
        vocab_size=384, d_model=_WIDTH, d_kv=8, d_ff=32, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu"
    )
    return {"tokenizer": t.ByT5Tokenizer(), "text_encoder": t.T5EncoderModel(config).eval()}


def _vision(model: type, config: type, size: int = 32) -> Any:
    told = {"projection_dim": _WIDTH} if config is t.CLIPVisionConfig else {}
    return model(
        config(
            hidden_size=_WIDTH, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
            image_size=size, patch_size=size // 4, **told,
        )
    ).eval()  # fmt: skip


def _processor(kind: type) -> Any:
    return kind(size={"height": 32, "width": 32}, crop_size={"height": 32, "width": 32})


def _wan(*, channels: int = 16, image: bool = False, photos: int = 1, two: bool = False, **more: Any) -> dict[str, Any]:
    def transformer() -> Any:
        return d.WanTransformer3DModel(
            patch_size=(1, 2, 2), num_attention_heads=2, attention_head_dim=12, in_channels=channels, out_channels=16,
            text_dim=_WIDTH, freq_dim=32, ffn_dim=32, num_layers=2, cross_attn_norm=True,
            qk_norm="rms_norm_across_heads", rope_max_seq_len=64, image_dim=_WIDTH if image else None,
            pos_embed_seq_len=2 * (1 + 4 * 4) if photos == 2 else None,
        ).eval()  # fmt: skip

    vae = d.AutoencoderKLWan(
        base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
    parts = {
        **_t5(), "vae": vae.eval(), "transformer": transformer(),
        "scheduler": d.UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0),
    }  # fmt: skip
    return {**parts, **({"transformer_2": transformer(), "boundary_ratio": 0.9} if two else {}), **more}


def _wan_i2v(photos: int = 1) -> Any:
    return d.WanImageToVideoPipeline(
        **_wan(channels=36, image=True, photos=photos),
        image_encoder=_vision(t.CLIPVisionModelWithProjection, t.CLIPVisionConfig),
        image_processor=_processor(t.CLIPImageProcessorPil),
    )


def _ltx() -> Any:
    vae = d.AutoencoderKLLTXVideo(
        latent_channels=8, block_out_channels=(8, 8, 8, 8), decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1), decoder_layers_per_block=(1, 1, 1, 1, 1),
        spatio_temporal_scaling=(True, True, True, False), decoder_spatio_temporal_scaling=(True, True, True, False),
        decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4, upsample_factor=(1,) * 4,
        timestep_conditioning=False, patch_size=4, patch_size_t=1, encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    transformer = d.LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, patch_size=1, patch_size_t=1, num_attention_heads=4, attention_head_dim=8,
        cross_attention_dim=32, num_layers=2, caption_channels=_WIDTH,
    )  # fmt: skip
    return d.LTXPipeline(
        **_t5(), vae=vae.eval(), transformer=transformer.eval(), scheduler=d.FlowMatchEulerDiscreteScheduler()
    )


def _gemma() -> dict[str, Any]:
    from tokenizers import Tokenizer, models, pre_tokenizers

    letters = {letter: number for number, letter in enumerate(["<pad>", "<eos>", "<bos>", "<unk>", " ", *_LETTERS])}
    tokens = Tokenizer(models.WordLevel(letters, unk_token="<unk>"))
    tokens.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = t.PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token="<pad>", eos_token="<eos>", bos_token="<bos>", unk_token="<unk>"
    )
    text = {
        "vocab_size": 128, "hidden_size": _WIDTH, "intermediate_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 2048,
    }  # fmt: skip
    vision = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        "image_size": 16, "patch_size": 8,
    }  # fmt: skip
    config = t.Gemma3Config(text_config=text, vision_config=vision, mm_tokens_per_image=4)
    return {"tokenizer": tokenizer, "text_encoder": t.Gemma3ForConditionalGeneration(config).eval()}


def _ltx2() -> Any:
    transformer = d.LTX2VideoTransformer3DModel(
        in_channels=4, out_channels=4, patch_size=1, patch_size_t=1, num_attention_heads=2, attention_head_dim=8,
        cross_attention_dim=16, audio_in_channels=4, audio_out_channels=4, audio_num_attention_heads=2,
        audio_attention_head_dim=4, audio_cross_attention_dim=8, num_layers=2, qk_norm="rms_norm_across_heads",
        caption_channels=_WIDTH, rope_double_precision=False, rope_type="split",
    )  # fmt: skip
    connectors = LTX2TextConnectors(
        caption_channels=_WIDTH, text_proj_in_factor=3, video_connector_num_attention_heads=4,
        video_connector_attention_head_dim=8, video_connector_num_layers=1,
        video_connector_num_learnable_registers=None, audio_connector_num_attention_heads=4,
        audio_connector_attention_head_dim=8, audio_connector_num_layers=1,
        audio_connector_num_learnable_registers=None, connector_rope_base_seq_len=32, rope_theta=10000.0,
        rope_double_precision=False, causal_temporal_positioning=False, rope_type="split",
    )  # fmt: skip
    vae = d.AutoencoderKLLTX2Video(
        latent_channels=4, block_out_channels=(8,) * 3, decoder_block_out_channels=(8,) * 3,
        layers_per_block=(1,) * 3, decoder_layers_per_block=(1,) * 4, spatio_temporal_scaling=(True,) * 3,
        decoder_spatio_temporal_scaling=(True,) * 3, decoder_inject_noise=(False,) * 4,
        downsample_type=("spatiotemporal",) * 3, upsample_residual=(False,) * 3, upsample_factor=(1,) * 3,
        timestep_conditioning=False, patch_size=4, patch_size_t=1, encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    audio_vae = d.AutoencoderKLLTX2Audio(
        base_channels=4, output_channels=2, ch_mult=(1,), num_res_blocks=1, attn_resolutions=None, in_channels=2,
        resolution=32, latent_channels=2, norm_type="pixel", causality_axis="height", dropout=0.0,
        mid_block_add_attention=False, sample_rate=16000, mel_hop_length=160, is_causal=True, mel_bins=8,
    )  # fmt: skip
    vocoder = LTX2Vocoder(
        in_channels=16, hidden_channels=32, out_channels=2, upsample_kernel_sizes=[4, 4], upsample_factors=[2, 2],
        resnet_kernel_sizes=[3], resnet_dilations=[[1, 3, 5]], leaky_relu_negative_slope=0.1,
        output_sampling_rate=16000,
    )  # fmt: skip
    parts = {
        "vae": vae,
        "audio_vae": audio_vae,
        "vocoder": vocoder,
        "transformer": transformer,
        "connectors": connectors,
    }
    return d.LTX2Pipeline(
        **_gemma(), **{name: part.eval() for name, part in parts.items()}, scheduler=d.FlowMatchEulerDiscreteScheduler()
    )


def _cogvideox(*, image: bool = False) -> dict[str, Any]:
    transformer = d.CogVideoXTransformer3DModel(
        num_attention_heads=2, attention_head_dim=16, in_channels=8 if image else 4, out_channels=4, time_embed_dim=2,
        text_embed_dim=_WIDTH, num_layers=1, sample_width=8, sample_height=8, sample_frames=25, patch_size=2,
        temporal_compression_ratio=4, max_text_seq_length=226, use_rotary_positional_embeddings=True,
        use_learned_positional_embeddings=image,
    )  # fmt: skip
    vae = d.AutoencoderKLCogVideoX(
        down_block_types=("CogVideoXDownBlock3D",) * 4, up_block_types=("CogVideoXUpBlock3D",) * 4,
        block_out_channels=(8, 8, 8, 8), latent_channels=4, layers_per_block=1, norm_num_groups=2,
        temporal_compression_ratio=4,
    )  # fmt: skip
    return {**_t5(), "transformer": transformer.eval(), "vae": vae.eval(), "scheduler": d.CogVideoXDDIMScheduler()}


def _svd() -> Any:
    unet = d.UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=8, in_channels=8, out_channels=4,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"), cross_attention_dim=_WIDTH,
        num_attention_heads=8, projection_class_embeddings_input_dim=96, addition_time_embed_dim=32, num_frames=25,
    )  # fmt: skip
    vae = d.AutoencoderKLTemporalDecoder(
        block_out_channels=[32, 32, 32, 32], down_block_types=["DownEncoderBlock2D"] * 4, latent_channels=4
    )
    scheduler = d.EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
        sigma_max=700.0, sigma_min=0.002, steps_offset=1, timestep_spacing="leading", timestep_type="continuous",
        use_karras_sigmas=True,
    )  # fmt: skip
    return d.StableVideoDiffusionPipeline(
        vae=vae.eval(),
        unet=unet.eval(),
        scheduler=scheduler,
        image_encoder=_vision(t.CLIPVisionModelWithProjection, t.CLIPVisionConfig, 224),
        feature_extractor=t.CLIPImageProcessorPil(size=224, crop_size=224),
    )


def _animatediff() -> Any:
    words = {piece: number for number, piece in enumerate(["<|startoftext|>", "<|endoftext|>", *_LETTERS])}
    words |= {f"{letter}</w>": len(words) + number for number, letter in enumerate(_LETTERS)}
    unet = d.UNet2DConditionModel(
        block_out_channels=(32, 64), layers_per_block=1, sample_size=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=_WIDTH, norm_num_groups=2,
    )  # fmt: skip
    text = t.CLIPTextConfig(
        vocab_size=len(words), hidden_size=_WIDTH, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    vae = d.AutoencoderKL(
        block_out_channels=[32] * 4, down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4, latent_channels=4,
    )  # fmt: skip
    adapter = d.MotionAdapter(
        block_out_channels=(32, 64), motion_layers_per_block=1, motion_norm_num_groups=2, motion_num_attention_heads=4
    )
    return d.AnimateDiffPipeline(
        vae=vae.eval(),
        unet=unet.eval(),
        motion_adapter=adapter.eval(),
        text_encoder=t.CLIPTextModel(text).eval(),
        tokenizer=t.CLIPTokenizer(vocab=words, merges=[], model_max_length=77),
        scheduler=d.DDIMScheduler(beta_schedule="linear", clip_sample=False),
    )


def _hunyuan(*, image: bool = False) -> dict[str, Any]:
    pieces = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "Ġ", *_LETTERS]
    tokenizer = t.Qwen2Tokenizer(vocab={piece: number for number, piece in enumerate(pieces)}, merges=[])
    tokenizer.chat_template = "{% for m in messages %}<|im_start|>{{ m.role }} {{ m.content }}<|im_end|>{% endfor %}"
    words = t.Qwen2_5_VLTextConfig(
        vocab_size=len(pieces), hidden_size=16, intermediate_size=16, num_hidden_layers=3, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=2048,
        rope_parameters={"mrope_section": [1, 1, 2], "rope_type": "default", "rope_theta": 1e6},
    )  # fmt: skip
    letters = t.T5Config(vocab_size=384, d_model=_WIDTH, d_kv=8, d_ff=32, num_layers=1, num_heads=2)
    transformer = d.HunyuanVideo15Transformer3DModel(
        in_channels=9, out_channels=4, num_attention_heads=2, attention_head_dim=8, num_layers=1,
        num_refiner_layers=1, mlp_ratio=2.0, patch_size=1, patch_size_t=1, text_embed_dim=16, text_embed_2_dim=_WIDTH,
        image_embed_dim=_WIDTH, rope_axes_dim=(2, 2, 4), target_size=64, task_type="i2v" if image else "t2v",
    )  # fmt: skip
    vae = d.AutoencoderKLHunyuanVideo15(
        latent_channels=4, block_out_channels=(16, 16, 16, 16, 16), layers_per_block=1, spatial_compression_ratio=16,
        temporal_compression_ratio=4, downsample_match_channel=False, upsample_match_channel=False,
    )  # fmt: skip
    return {
        "tokenizer": tokenizer,
        "text_encoder": t.Qwen2_5_VLTextModel(words).eval(),
        "tokenizer_2": t.ByT5Tokenizer(),
        "text_encoder_2": t.T5EncoderModel(letters).eval(),
        "transformer": transformer.eval(),
        "vae": vae.eval(),
        "scheduler": d.FlowMatchEulerDiscreteScheduler(shift=7.0),
        "guider": ClassifierFreeGuidance(guidance_scale=6.0),
    }


def _hunyuan_i2v() -> Any:
    return d.HunyuanVideo15ImageToVideoPipeline(
        **_hunyuan(image=True),
        image_encoder=_vision(t.SiglipVisionModel, t.SiglipVisionConfig, 27 * 8),
        feature_extractor=t.SiglipImageProcessorPil(size={"height": 27 * 8, "width": 27 * 8}),
    )


def _mochi() -> Any:
    transformer = d.MochiTransformer3DModel(
        patch_size=2, num_attention_heads=2, attention_head_dim=8, num_layers=2, pooled_projection_dim=16,
        in_channels=12, text_embed_dim=_WIDTH, time_embed_dim=4, activation_fn="swiglu", max_sequence_length=256,
    )  # fmt: skip
    vae = d.AutoencoderKLMochi(
        latent_channels=12, encoder_block_out_channels=(32,) * 4, decoder_block_out_channels=(32,) * 4,
        layers_per_block=(1,) * 5,
    )  # fmt: skip
    return d.MochiPipeline(
        **_t5(), transformer=transformer.eval(), vae=vae.eval(), scheduler=d.FlowMatchEulerDiscreteScheduler()
    )


TINY: dict[str, Callable[[], Any]] = {
    "wan-t2v": lambda: d.WanPipeline(**_wan()),
    "wan22-t2v": lambda: d.WanPipeline(**_wan(two=True)),
    "wan22-ti2v": lambda: d.WanPipeline(**_wan(expand_timesteps=True)),
    "wan-i2v": _wan_i2v,
    "wan-flf": lambda: _wan_i2v(photos=2),
    "wan22-i2v": lambda: d.WanImageToVideoPipeline(**_wan(channels=36, two=True)),
    "ltx": _ltx,
    "ltx2": _ltx2,
    "cogvideox": lambda: d.CogVideoXPipeline(**_cogvideox()),
    "cogvideox-i2v": lambda: d.CogVideoXImageToVideoPipeline(**_cogvideox(image=True)),
    "svd": _svd,
    "animatediff": _animatediff,
    "hunyuan15": lambda: d.HunyuanVideo15Pipeline(**_hunyuan()),
    "hunyuan15-i2v": _hunyuan_i2v,
    "mochi": _mochi,
}
