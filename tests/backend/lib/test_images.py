"""Photos from strangers."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from backend.lib.images import NotAPhoto, PhotoTooLarge, read_photo


def uploaded(picture: Image.Image, format_: str, **options) -> SimpleUploadedFile:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return SimpleUploadedFile(f"photo.{format_.lower()}", out.getvalue())


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_written_anew_small_and_under_another_name(format_):
    clean = read_photo(uploaded(Image.new("RGB", (3000, 1500), "teal"), format_))
    with Image.open(clean) as picture:
        assert (picture.format, picture.size) == ("WEBP", (1600, 800))
    assert "photo" not in clean.name


def test_where_it_was_taken_does_not_travel():
    exif = Image.Exif()
    exif[0x010E] = "my address"
    exif.get_ifd(0x8825)[1] = "N"
    clean = read_photo(uploaded(Image.new("RGB", (40, 40)), "JPEG", exif=exif.tobytes()))
    with Image.open(clean) as picture:
        assert not picture.getexif()
        assert "exif" not in picture.info


def test_a_photo_taken_sideways_is_set_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    clean = read_photo(uploaded(Image.new("RGB", (40, 20)), "JPEG", exif=exif.tobytes()))
    with Image.open(clean) as picture:
        assert picture.size == (20, 40)


def test_a_small_file_that_unpacks_to_a_giant_is_refused():
    bomb = uploaded(Image.new("1", (13000, 13000)), "PNG")
    assert bomb.size < 60_000
    with pytest.raises(PhotoTooLarge):
        read_photo(bomb)


def test_a_heavy_file_is_refused_unread():
    heavy = SimpleUploadedFile("photo.jpg", b"\xff\xd8" + bytes(10 * 1024 * 1024))
    with pytest.raises(PhotoTooLarge):
        read_photo(heavy)


@pytest.mark.parametrize("format_", ["EPS", "GIF", "BMP", "TIFF"])
def test_other_formats_are_refused(format_):
    with pytest.raises(NotAPhoto):
        read_photo(uploaded(Image.new("RGB", (40, 40)), format_))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(NotAPhoto):
        read_photo(SimpleUploadedFile("photo.png", content))


def test_a_picture_cut_short_is_refused():
    whole = uploaded(Image.effect_noise((400, 400), 50).convert("RGB"), "JPEG").read()
    with pytest.raises(NotAPhoto):
        read_photo(SimpleUploadedFile("photo.jpg", whole[: len(whole) // 2]))


def test_a_script_behind_a_picture_does_not_survive():
    png = uploaded(Image.new("RGB", (40, 40)), "PNG").read() + b"<script>alert(1)</script>"
    assert b"<script>" not in read_photo(SimpleUploadedFile("photo.png", png)).read()
