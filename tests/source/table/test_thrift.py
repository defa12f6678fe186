from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairpipe.source.table.thrift import BINARY, FALSE, I32, STRUCT, field, read_struct, varint, zigzag


def test_a_struct_is_read_back() -> None:
    inner = field(1, I32, zigzag(300, 5)) + field(15, BINARY, varint(3) + b"abc") + b"\0"
    data = field(2, I32, zigzag(7)) + field(1, STRUCT, inner) + field(1, FALSE, b"") + b"\0"
    assert read_struct(data + b"rest") == ({2: 7, 3: {1: 300, 16: b"abc"}, 4: False}, len(data))


@given(number=st.integers(0, 2**31 - 1), width=st.integers(0, 5))
def test_a_number_is_read_back(number: int, width: int) -> None:
    written = zigzag(number, width)
    assert len(written) >= width
    assert read_struct(field(1, I32, written) + b"\0") == ({1: number}, len(written) + 2)


@given(data=st.binary(max_size=100))
def test_junk_raises_what_is_said(data: bytes) -> None:
    try:
        read_struct(data)
    except (ValueError, IndexError):
        return


@pytest.mark.parametrize("data", [b"", b"\x1c" * 100, b"\x15" + b"\xff" * 20, b"\x18\xff\x01a", b"\x19\0\0"])
def test_what_is_no_struct(data: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        read_struct(data)
