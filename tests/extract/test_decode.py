from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PillowImage

from hairpipe.extract.decode import decode, flatten_alpha
from hairpipe.extract.settings import DecodeSettings
from hairpipe.status import Status
from tests.extract.drawing import head

HEAD = head(60, 45)


def saved(picture: PillowImage.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def png(image: np.ndarray = HEAD, **options: object) -> bytes:
    return saved(PillowImage.fromarray(image), "PNG", **options)


def jpeg(image: np.ndarray = HEAD, **options: object) -> bytes:
    return saved(PillowImage.fromarray(image), "JPEG", quality=95, **options)


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG of any size with hardly a pixel."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(bytes(9))
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, pixels)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP"])
def test_lossless_formats_come_back_as_they_were(kind):
    decoded = decode(saved(PillowImage.fromarray(HEAD), kind, lossless=True))
    assert (decoded.status, decoded.width, decoded.height, decoded.error) == (Status.OK, 45, 60, None)
    np.testing.assert_array_equal(decoded.image, HEAD)


def test_jpeg():
    decoded = decode(jpeg())
    assert decoded.status is Status.OK
    assert np.abs(decoded.image.astype(int) - HEAD).mean() < 6


def test_cmyk_jpeg():
    picture = PillowImage.fromarray(HEAD).convert("CMYK")
    decoded = decode(saved(picture, "JPEG", quality=95))
    assert decoded.status is Status.OK
    assert np.abs(decoded.image.astype(int) - HEAD).mean() < 8


def test_palette_and_grey():
    indexed = PillowImage.fromarray(HEAD).convert("P", palette=PillowImage.Palette.ADAPTIVE)
    np.testing.assert_array_equal(decode(saved(indexed, "PNG")).image, np.asarray(indexed.convert("RGB")))
    grey = PillowImage.fromarray(HEAD).convert("L")
    np.testing.assert_array_equal(decode(saved(grey, "PNG")).image, np.asarray(grey.convert("RGB")))
    black_and_white = PillowImage.fromarray(HEAD).convert("1")
    assert set(np.unique(decode(saved(black_and_white, "PNG")).image)) == {0, 255}


def test_sixteen_bits_are_scaled_to_eight():
    levels = (np.arange(256, dtype=np.uint16) * 257).reshape(16, 16)
    decoded = decode(saved(PillowImage.fromarray(levels), "PNG"))
    np.testing.assert_array_equal(decoded.image[..., 0], np.arange(256).reshape(16, 16))


def test_the_first_frame_of_an_animation():
    frames = [PillowImage.new("RGB", (9, 7), color) for color in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(decode(data).image, np.broadcast_to([255, 0, 0], (7, 9, 3)))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_honoured(orientation):
    exif = PillowImage.Exif()
    exif[0x0112] = orientation
    upright = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    turn = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright),
        7: np.rot90(upright.transpose(1, 0, 2), 2),
        8: np.rot90(upright, -1),
    }
    stored = np.ascontiguousarray(turn[orientation])
    decoded = decode(png(stored, exif=exif))
    np.testing.assert_array_equal(decoded.image, upright)
    assert (decoded.width, decoded.height) == (6, 4)


def test_transparent_parts_show_the_background():
    rgba = np.dstack([HEAD, np.full(HEAD.shape[:2], 255, np.uint8)])
    rgba[:20, :, 3] = 0
    decoded = decode(png(rgba), DecodeSettings(background=(10, 20, 30)))
    assert (decoded.image[:20] == (10, 20, 30)).all()
    np.testing.assert_array_equal(decoded.image[20:], HEAD[20:])


def test_transparency_of_a_palette_and_of_one_color():
    indexed = PillowImage.new("P", (4, 4))
    indexed.putpalette([200, 0, 0])
    decoded = decode(saved(indexed, "PNG", transparency=0), DecodeSettings(background=(1, 2, 3)))
    assert (decoded.image == (1, 2, 3)).all()
    red = PillowImage.new("RGB", (4, 4), (200, 0, 0))
    decoded = decode(saved(red, "PNG", transparency=(200, 0, 0)), DecodeSettings(background=(1, 2, 3)))
    assert (decoded.image == (1, 2, 3)).all()


def test_half_transparent_is_half_of_both():
    pixel = np.array([[[200, 100, 0, 128]]], np.uint8)
    np.testing.assert_array_equal(flatten_alpha(pixel, (0, 100, 200)), [[[100, 100, 100]]])


def test_an_rgb_picture_has_no_alpha_to_flatten():
    assert flatten_alpha(HEAD, (1, 2, 3)) is HEAD


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"", Status.EMPTY, "empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", Status.NOT_AN_IMAGE, "web page"),
        (b"  <html><head>", Status.NOT_AN_IMAGE, "web page"),
        (b"just some text", Status.NOT_AN_IMAGE, "no known picture format"),
        (bytes(5000), Status.NOT_AN_IMAGE, "no known picture format"),
        (png()[:20], Status.TRUNCATED, "header"),
        (b"\xff\xd8\xff" + bytes(200) + b"\xff\xd9", Status.UNREADABLE, "header is damaged"),
    ],
)
def test_what_is_no_picture(data, status, reason):
    decoded = decode(data)
    assert decoded.status is status
    assert decoded.image is None
    assert reason in decoded.error


@pytest.mark.parametrize("write", [png, jpeg])
@pytest.mark.parametrize("part", [0.5, 0.75])
def test_a_file_cut_off_is_truncated(write, part):
    data = write(np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8))
    decoded = decode(data[: int(len(data) * part)])
    assert decoded.status is Status.TRUNCATED
    assert (decoded.width, decoded.height) == (80, 80)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6),
    st.floats(0, 1),
)
def test_damage_of_any_kind_is_a_status(kind, changes, kept):
    data = bytearray(saved(PillowImage.fromarray(HEAD), kind))
    for place, value in changes:
        data[int(place * len(data))] = value
    decoded = decode(bytes(data[: int(kept * len(data))]))
    assert (decoded.image is not None) == (decoded.status is Status.OK)
    assert (decoded.error is None) == (decoded.status is Status.OK)


def test_too_many_bytes():
    assert decode(png(), DecodeSettings(max_bytes=100)).status is Status.TOO_LARGE


def test_too_many_pixels_are_refused_before_they_are_decoded():
    decoded = decode(png_claiming(6000, 8000))
    assert decoded.status is Status.TOO_LARGE
    assert (decoded.width, decoded.height) == (6000, 8000)
    assert decode(png_claiming(10**6, 10**6)).status is Status.TOO_LARGE


@pytest.mark.filterwarnings("error")
def test_large_pictures_raise_no_warning():
    assert decode(png_claiming(10_000, 10_000)).status is Status.TOO_LARGE
