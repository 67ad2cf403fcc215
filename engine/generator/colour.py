"""Every kind of pixel a picture file can hold, as 8-bit sRGB.

Pillow's plain convert clips 16-bit samples, ignores colour profiles and drops transparency; here each is done with
intent: 16 bits are scaled, profiles are followed, transparency lies over white.
"""

import io

import numpy as np
from PIL import Image, ImageCms

from engine.generator.arrays import Array

_DEEP = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
_BYTE, _WORD = 255.0, 65535.0
_PROFILED = ("RGB", "RGBA", "L", "CMYK", "LAB")


def resizable(image: Image.Image) -> Image.Image:
    """Give the picture in a mode that can be averaged: no palette, no bits, no 16-bit samples."""
    if image.mode in _DEEP:
        return _to_bytes(image)
    if image.has_transparency_data and image.mode not in ("RGBA", "LA", "RGBa", "La"):
        return image.convert("RGBA")
    if image.mode in ("P", "PA", "1"):
        return image.convert("RGB" if image.mode == "P" else "L" if image.mode == "1" else "RGBA")
    return image


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Give the picture as mode RGB in the sRGB space, over white where it is transparent."""
    if image.mode in ("LA", "La", "RGBa"):
        image = image.convert("RGBA")
    if image.mode not in _PROFILED:
        image = image.convert("RGB")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    opaque = image.convert("RGB") if alpha else image
    rgb = _followed(opaque, profile) if profile else opaque.convert("RGB")
    if alpha is None:
        return rgb
    white = Image.new("RGB", rgb.size, (255, 255, 255))
    white.paste(rgb, mask=alpha)
    return white


def _followed(image: Image.Image, profile: bytes) -> Image.Image:
    """Follow an ICC profile; one that is damaged or belongs to other channels counts as absent."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        done = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        done = None
    return done or image.convert("RGB")


def _to_bytes(image: Image.Image) -> Image.Image:
    samples: Array = np.asarray(image)
    if image.mode == "F":
        floats = np.nan_to_num(samples.astype(np.float32))
        low, high = float(floats.min()), float(floats.max())
        if low >= 0.0 and high <= _BYTE:
            low, high = 0.0, 1.0 if high <= 1.0 else _BYTE
        scaled = (floats - low) * (_BYTE / max(high - low, 1e-6))
    else:
        high = max(_WORD, float(samples.max(initial=0)))
        scaled = samples.astype(np.float32) * (_BYTE / high)
    return Image.fromarray(np.clip(scaled + 0.5, 0, _BYTE).astype(np.uint8))
