"""A file is compared with what we made, and with each volume of its names."""

import pytest

from service.delivery.verify import Bytes, Compared, compare_with
from service.letter.compile import Rendering

LETTER = Rendering(data=b"letter", media_type="application/pdf", volumes=(b"first", b"second"))


@pytest.mark.parametrize(
    ("made", "data", "told"),
    [
        (LETTER, b"letter", Compared(bytes=Bytes.SAME)),
        (LETTER, b"first", Compared(bytes=Bytes.SAME, volume=1, volumes=2)),
        (LETTER, b"second", Compared(bytes=Bytes.SAME, volume=2, volumes=2)),
        (LETTER, b"third", Compared(bytes=Bytes.CHANGED)),
        (None, b"letter", Compared(bytes=Bytes.CHANGED)),
    ],
)
def test_what_a_file_is_of_those_that_we_made(made, data, told):
    assert compare_with(made, data) == told
