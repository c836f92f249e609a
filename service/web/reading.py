"""A request whose words are read as far as they can be: a byte that is no text becomes the broken letter, and is told.

The library's own reading would put "%FF" into a name for a byte that is no text, or lose the whole form for it.
"""

from io import BytesIO
from typing import IO
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property


class WholeFormParser(FormDataParser):
    """Reads both ways in which browsers send forms, and of either no more fields than the application takes."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        del mimetype, content_length, options
        data = stream.read()
        if self.max_form_parts is not None and data.count(b"&") >= self.max_form_parts:
            raise RequestEntityTooLarge
        return stream, self.cls(_pairs(data)), self.cls()


class WholeRequest(Request):
    """What Flask gives to our pages as `request`."""

    form_data_parser_class = WholeFormParser

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Keep a file in memory: it may name people who must not lie on a disk, even for a moment."""
        del total_content_length, content_type, filename, content_length
        return BytesIO()

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Give the parts of the address behind its question mark."""
        return self.parameter_storage_class(_pairs(self.query_string))


def _pairs(data: bytes) -> list[tuple[str, str]]:
    return parse_qsl(data.decode(errors="replace"), keep_blank_values=True, errors="replace")
