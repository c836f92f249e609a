"""The server that listens for `run`: waitress, stricter with requests whose end two servers could see at two places."""

from typing import Any

import waitress
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

from service.foundation.errors import Refused

# The pages refuse far less, and with a sentence; this only keeps a disk from being filled.
_LARGEST_REQUEST = 16_000_000
# A letter that is sent to be checked names people: it is kept in memory, where waitress would write it to a disk.
_IN_MEMORY = 13_000_000


def listen(app: Any, *, host: str, port: int) -> Any:
    """Listen at an address; gives the server, still to be run. Raises Refused where the address cannot be had."""
    HTTPChannel.parser_class = _StrictParser
    try:
        return waitress.create_server(
            app,
            host=host,
            port=port,
            threads=8,
            ident=None,
            clear_untrusted_proxy_headers=False,
            max_request_body_size=_LARGEST_REQUEST,
            inbuf_overflow=_IN_MEMORY,
        )
    except OSError as error:
        raise Refused(
            f"{host}:{port} cannot be listened on ({error.strerror}); choose another --port."
        ) from error


def _parse_header(parser: Any, header_plus: bytes) -> None:
    """Parse as waitress does, and refuse a length beside chunks (RFC 9112, section 6.3): a proxy may go by the other."""
    HTTPRequestParser.parse_header(parser, header_plus)
    if parser.chunked and "CONTENT_LENGTH" in parser.headers:
        raise ParsingError("Content-Length beside Transfer-Encoding")


_StrictParser = type("StrictParser", (HTTPRequestParser,), {"parse_header": _parse_header})
