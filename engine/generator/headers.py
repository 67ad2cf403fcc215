"""What a file's first bytes tell before any decoder is trusted with it."""

_SOI, _SOS = 0xD8, 0xDA
_BARE = (0x01, *range(0xD0, 0xD8))  # markers without a length
_PROGRESSIVE_OR_RARE = (0xC2, 0xC6, 0xC9, 0xCA, 0xCD, 0xCE)
_BRANDS = {
    b"heic": "a HEIC photo",
    b"heix": "a HEIC photo",
    b"hevc": "a HEIC photo",
    b"mif1": "a HEIF photo",
    b"msf1": "a HEIF photo",
}
_OWN = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_STARTS = (
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\x03\x04", "a zip archive or document"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"\x00\x00\x01\x00", "an icon file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
)


def foreign_kind(data: bytes) -> str | None:
    """Name a known kind of file that the generator does not read ("a HEIC photo"); None when nothing is known."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a video")
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "an SVG drawing"
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "a text file" if _is_text(data[:512]) else None


def claims_a_known_format(data: bytes) -> bool:
    """Whether the first bytes are those of a format that the generator reads: then the rest must be damaged."""
    return data.startswith(_OWN) or data[:4] + data[8:12] == b"RIFFWEBP" or data[4:12] in (b"ftypavif", b"ftypavis")


def jpeg_streams(data: bytes) -> bool:
    """Whether a JPEG can be decoded line by line: sequential, with all its layers in one scan.

    Any other JPEG makes the decoder keep the coefficients of the whole picture, whatever the scale asked for
    (libjpeg's multiple-scan mode), so its true size must obey the pixel limit.
    """
    at, layers = 2, 0
    while at + 10 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _BARE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _PROGRESSIVE_OR_RARE:
            return False
        if marker in (0xC0, 0xC1):
            layers = data[at + 9]
        if marker == _SOS:
            return data[at + 4] == layers
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def _is_text(head: bytes) -> bool:
    return bool(head) and all(byte >= 0x20 or byte in b"\t\r\n\f" for byte in head) and _decodes(head)


def _decodes(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as e:
        return e.start >= len(head) - 3  # a character that the cut went through
    return True
