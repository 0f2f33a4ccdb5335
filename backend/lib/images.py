"""Photos from strangers: read with suspicion, written anew."""

from __future__ import annotations

import io
import secrets
import warnings

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from backend.lib.errors import BadInput

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 1600


class NotAPhoto(BadInput):
    code = "not_a_photo"
    message = _("This file is not a photo we can read. Please send a JPEG, PNG or WebP picture.")


class PhotoTooLarge(BadInput):
    code = "photo_too_large"
    message = _("This photo is too large. Please send one under 10 MB and 25 megapixels.")


def read_photo(file: UploadedFile[bytes]) -> ContentFile[bytes]:
    """
    Return the picture re-encoded as WebP, upright, at most 1600 px a side, without metadata, under a random name.

    The header is read and the pixels counted before anything is decoded: a 20 kB PNG can ask for a gigabyte.

    :raises NotAPhoto: for anything that is not a whole JPEG, PNG or WebP picture.
    :raises PhotoTooLarge: over 10 MB or 25 megapixels.
    """
    if file.size is None or file.size > MOST_BYTES:
        raise PhotoTooLarge
    raw = file.read()
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise PhotoTooLarge
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise PhotoTooLarge from bomb
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as broken:
            raise NotAPhoto from broken
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=80)
    return ContentFile(out.getvalue(), name=f"{secrets.token_hex(16)}.webp")
