"""What a file is, told by its first bytes alone: names and content types are claims of a stranger."""

from enum import Enum

from bot.domain.errors import ImageFault


class Kind(Enum):
    """The formats that are taken."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    GIF = "GIF"
    BMP = "BMP"
    TIFF = "TIFF"
    AVIF = "AVIF"


Told = Kind | tuple[ImageFault, str]
"""The format, or why such a file is not taken and the fact for the sentence ("HEIC", "a text file")."""


def _picture(name: str) -> Told:
    return ImageFault.UNSUPPORTED, name


def _other(name: str) -> Told:
    return ImageFault.NOT_AN_IMAGE, name


_STARTS: tuple[tuple[bytes, Told], ...] = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"BM", Kind.BMP),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", _picture("BigTIFF")),
    (b"MM\0+", _picture("BigTIFF")),
    (b"8BPS", _picture("PSD")),
    (b"\0\0\1\0", _picture("ICO")),
    (b"\xff\x4f\xff\x51", _picture("JPEG 2000")),
    (b"\0\0\0\x0cjP  ", _picture("JPEG 2000")),
    (b"\xff\x0a", _picture("JPEG XL")),
    (b"\0\0\0\x0cJXL ", _picture("JPEG XL")),
    (b"qoif", _picture("QOI")),
    (b"gimp xcf", _picture("XCF")),
    (b"%PDF", _other("a PDF")),
    (b"PK\3\4", _other("a zip archive or an office document")),
    (b"\x1f\x8b", _other("a compressed archive")),
    (b"\x1a\x45\xdf\xa3", _other("a video")),
    (b"RIFF", _other("a sound or a video")),
    (b"OggS", _other("a sound or a video")),
    (b"ID3", _other("a sound")),
    (b"\x7fELF", _other("a program")),
    (b"MZ", _other("a program")),
)
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_AVIF = (b"avif", b"avis")


def kind_of(data: bytes) -> Told:
    """Tell what the file is."""
    if not data:
        return ImageFault.EMPTY, ""
    if data[4:8] == b"ftyp":
        return _boxed(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Kind.WEBP
    return next((told for start, told in _STARTS if data.startswith(start)), None) or _written(data)


def _boxed(data: bytes) -> Told:
    """Tell the files of the ISO box format apart: the brands stand in the first box, the major one first."""
    length = min(int.from_bytes(data[:4], "big"), 256)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, length - 3, 4))]
    if any(brand in _AVIF for brand in brands):
        return Kind.AVIF
    if any(brand in _HEIF for brand in brands):
        return ImageFault.UNSUPPORTED, "HEIC"
    return ImageFault.NOT_AN_IMAGE, "a video"


def _written(data: bytes) -> Told:
    head = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in head:
        return ImageFault.UNSUPPORTED, "SVG"
    if head.startswith((b"<!doctype html", b"<html")):
        return ImageFault.NOT_AN_IMAGE, "a web page"
    return ImageFault.NOT_AN_IMAGE, "a text file" if _is_text(data[:512]) else ""


def _is_text(head: bytes) -> bool:
    if any(byte < 0x20 and byte not in b"\t\n\f\r\x1b" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as e:
        return e.start > len(head) - 4  # a character that the cut went through
    return True


_SCAN, _FRAMES = 0xDA, (0xC0, 0xC1)
_BARE = (0x01, *range(0xD0, 0xD9))
"""Markers that no length follows (ITU T.81, table B.1)."""
_WHOLE = (0xC2, 0xC3, 0xC6, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF)
"""Progressive, lossless and arithmetic frames."""


def decodes_by_lines(jpeg: bytes) -> bool:
    """Whether a JPEG is sequential with all its layers in one scan.

    Any other makes libjpeg hold the coefficients of the full picture, however small it is asked to decode it, so that
    shrinking while decoding saves no memory.
    """
    at, layers = 2, 0
    while at + 10 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _WHOLE:
            return False
        if marker in _FRAMES:
            layers = jpeg[at + 9]
        if marker == _SCAN:
            return jpeg[at + 4] == layers
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return False
