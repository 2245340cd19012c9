"""Pictures are drawn anew before they are kept: their points alone remain, upright and of a size for a screen or a page.

What a telephone writes beside the points, above all where the picture was taken, could tell where a child lives (HB-3.11); whatever
else was hung on the file goes with it.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageCms, ImageOps

from pep_admin.document_words import MediaType
from pep_admin.uploads.refusing import refused

MOST_POINTS = 50_000_000
"""Points of a picture that is looked at: what today's telephones take. A file of some kilobytes may claim to have billions."""
LONGEST_SIDE = 2_400
"""Points of the longer side as it is kept: a page of A4 at 200 to the inch."""
QUALITY = 85
_TOO_MANY = f"This picture has more than {MOST_POINTS // 1_000_000} million points. Make it smaller, and add it again."
_FORMATS = ("JPEG", "PNG", "WEBP")


def draw_anew(data: bytes, largest: int) -> tuple[MediaType, bytes]:
    """The picture as it is kept: JPEG, or PNG where it was one and stays within `largest` bytes. Raises Refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a picture that Pillow has doubts about is none that we keep
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                _check_points(*opened.size)
                was_png = opened.format == "PNG"
                drawn = _points_alone(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise refused("inside", _TOO_MANY) from None
    except (OSError, SyntaxError, ValueError, ArithmeticError, Warning):
        raise refused("inside", "This picture cannot be read: it is damaged, or not whole. Take or save it anew.") from None
    if was_png and len(kept := _written(drawn, "PNG", optimize=True)) <= largest:
        return MediaType.PNG, kept
    return MediaType.JPEG, _written(_on_white(drawn), "JPEG", quality=QUALITY, optimize=True)


def _check_points(width: int, height: int) -> None:
    if width * height > MOST_POINTS:
        raise refused("inside", _TOO_MANY)


def _points_alone(opened: Image.Image) -> Image.Image:
    """Upright, in the usual colours, small enough; a new picture that has only the points."""
    picture = ImageOps.exif_transpose(opened)
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    profile = opened.info.get("icc_profile")
    picture = picture.convert("RGBA" if transparent else "L" if picture.mode in ("1", "L") else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    if profile and picture.mode == "RGB" and opened.mode == "RGB":
        picture = _in_usual_colours(picture, profile)
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean


def _in_usual_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    """By the profile that the picture brought; as it is, where that cannot be read."""
    try:
        found = ImageCms.profileToProfile(picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return found or picture


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _written(picture: Image.Image, name: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, name, **how)
    return out.getvalue()
