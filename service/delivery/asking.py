"""Ask another service over HTTPS, once, and say truly what became of it: the only user of httpx."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from service.delivery.parcel import Exchange, InDoubt, NotNow

LONGEST_ANSWER = 64 * 1024
_CONNECT_SECONDS = 15.0
# Of these it is known that no byte of what was asked has left.
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was answered: the status, the headers by small names, the first 64 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    exchange: Exchange

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", errors="replace")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A way to one service; `ca_file` names the authority to be trusted in place of the system's.

    It may be silent for so many `seconds`, then it is taken to have broken off.
    """

    ca_file: str = ""
    seconds: float = 60.0

    def ask(
        self,
        method: str,
        url: str,
        *,
        shown_as: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        fence: Callable[[], None] = lambda: None,
        may_repeat: bool = False,
    ) -> Answer:
        """Ask, and give whatever was answered; no redirect is followed, nothing is asked twice.

        `shown_as` is the address as evidence may show it, without keys; the address itself where that is "". Raises NotNow
        where nothing left, or where what broke off `may_repeat` because it changes nothing there or bears its own key;
        else InDoubt.
        """
        asked = f"{method} {shown_as or url}, {len(body):,} bytes"
        exchange = Exchange(asked=asked)
        fence()
        try:
            with (
                httpx.Client(
                    verify=ssl.create_default_context(cafile=self.ca_file or None),
                    timeout=httpx.Timeout(self.seconds, connect=min(self.seconds, _CONNECT_SECONDS)),
                    trust_env=False,
                ) as client,
                client.stream(method, url, headers=dict(headers or {}), content=body) as response,
            ):
                answer = _first(response)
        except _NEVER_LEFT:
            raise NotNow(
                "The other side could not be reached; nothing was sent.", exchange=exchange
            ) from None
        except httpx.HTTPError:
            if may_repeat:
                raise NotNow("The connection broke off; it is asked again.", exchange=exchange) from None
            raise InDoubt(
                "The connection broke off after it was asked; nobody can know whether it arrived.",
                exchange=exchange,
            ) from None
        text = answer.decode("utf-8", errors="replace")
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=answer,
            exchange=Exchange(asked=asked, status=response.status_code, answered=text),
        )


def _first(response: httpx.Response) -> bytes:
    read = b""
    for part in response.iter_bytes():
        read += part
        if len(read) >= LONGEST_ANSWER:
            break
    return read[:LONGEST_ANSWER]
