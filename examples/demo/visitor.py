"""Somebody with a browser: opens links on loopback, follows redirects, keeps cookies, sends forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, Request, build_opener

from examples.demo.errors import DemoFailed
from examples.demo.forms import Form, read_forms, visible_text

_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer of the service."""

    url: str
    status: int
    html: str = field(repr=False)

    @property
    def text(self) -> str:
        """Give the words that a reader sees."""
        return visible_text(self.html)

    def form(self, *, having: str = "") -> Form:
        """Find the first form that is posted and has a field of that name; raises DemoFailed if there is none."""
        for form in read_forms(self.html):
            if form.method == "post" and (not having or form.has(having)):
                return form
        wanted = f"form with the field “{having}”" if having else "form to send"
        raise DemoFailed(f"The page {_place(self.url)} (status {self.status}) has no {wanted}.")


class Visitor:
    """One person's browser, with cookies of its own and no proxy."""

    def __init__(self) -> None:
        """Begin without cookies."""
        self._opener: OpenerDirector = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def open(self, url: str) -> Page:
        """Open a link; a page with an error status is a page too.

        Raises DemoFailed where the service does not answer.
        """
        return self._fetch(Request(url))

    def send(self, page: Page, form: Form, values: Mapping[str, str]) -> Page:
        """Fill a form of a page and post it; gives the page that follows.

        Raises DemoFailed where the form cannot be filled so, or its answer has an error status.
        """
        body = urlencode(form.filled(values)).encode()
        answer = self._fetch(Request(urljoin(page.url, form.action or page.url), data=body))
        if answer.status >= 400:
            raise DemoFailed(
                f"The service did not take the form of {_place(page.url)}: status {answer.status}."
            )
        return answer

    def _fetch(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return Page(url=answer.url, status=answer.status, html=answer.read().decode())
        except HTTPError as error:
            with error:
                return Page(url=request.full_url, status=error.code, html=error.read().decode())
        except (URLError, TimeoutError, ConnectionError) as error:
            raise DemoFailed(f"The service does not answer at {_place(request.full_url)}.") from error


def _place(url: str) -> str:
    # Tokens and keys stay out of messages: the first part of the path says where it was.
    parts = urlsplit(url)
    return f"/{parts.path.lstrip('/').split('/')[0]}"
