"""A caught mail is shown as a stranger's writing: whole, and without any power."""

from collections.abc import Iterator
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path

import pytest

from examples.demo.catcher import Mail, read_mail
from examples.demo.mail_pages import linked, mail_page, mailbox_page
from examples.demo.mail_server import MailServer

SERVICE = "http://127.0.0.1:8000"
ATTACK = '<script>alert("1")</script>'


def _mail(
    folder: Path, *, subject: str = "Hello", text: str = "text", html: str = "", number: int = 1
) -> Mail:
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = "a@b.example", "c@d.example", subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    message.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="../河 letter.pdf")
    path = folder / f"{number:04}.eml"
    path.write_bytes(message.as_bytes())
    return read_mail(path)


def test_nothing_of_a_mail_becomes_markup(tmp_path: Path) -> None:
    mail = _mail(tmp_path, subject=ATTACK, text=ATTACK, html=f'<p title="x">{ATTACK}</p>')

    for page in (mail_page(mail, service=SERVICE), mailbox_page([mail], service=SERVICE)):
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_the_html_twin_is_framed_without_scripts_and_leads_to_the_running_service(tmp_path: Path) -> None:
    html = '<a href="http://127.0.0.1:5999/confirm/t">x</a><a href="https://elsewhere.example">y</a>'

    page = mail_page(_mail(tmp_path, html=html), service=SERVICE)

    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert f"href=&quot;{SERVICE}/confirm/t&quot;" in page
    assert "href=&quot;https://elsewhere.example&quot;" in page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "See http://127.0.0.1:5999/confirm/t?a=1&b.",
            'See <a href="http://127.0.0.1:8000/confirm/t?a=1&amp;b">http://127.0.0.1:5999/confirm/t?a=1&amp;b</a>.',
        ),
        ("https://far.example/<b>", "https://far.example/&lt;b&gt;"),
        ("http://127.0.0.1.far.example/", "http://127.0.0.1.far.example/"),
        ("1 < 2", "1 &lt; 2"),
        ("", ""),
    ],
)
def test_only_loopback_links_can_be_clicked(text: str, expected: str) -> None:
    assert linked(text, service=SERVICE) == expected


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[HTTPConnection]:
    _mail(tmp_path, subject="First", number=1)
    _mail(tmp_path, subject="Second", number=2)
    with MailServer(tmp_path, port=0, service=SERVICE) as server:
        connection = HTTPConnection(server.url.removeprefix("http://"), timeout=5)
        yield connection
        connection.close()


def test_the_newest_mail_stands_first(pages: HTTPConnection) -> None:
    pages.request("GET", "/")
    page = pages.getresponse().read().decode()

    assert page.index("Second") < page.index("First")


def test_an_attachment_is_only_ever_a_download(pages: HTTPConnection) -> None:
    pages.request("GET", "/mail/1/part/1")
    answer = pages.getresponse()

    assert answer.read() == b"%PDF-1"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%B2%B3%20letter.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/mail/3", "/mail/1/part/2", "/mail/1/part/0", "/../0001.eml", "/mail/x"])
def test_what_is_not_there_is_missing(pages: HTTPConnection, path: str) -> None:
    pages.request("GET", path)

    assert pages.getresponse().status == 404


def test_another_name_for_this_machine_sees_nothing(pages: HTTPConnection) -> None:
    pages.request("GET", "/mail/1", headers={"Host": "rebound.example:8025"})
    answer = pages.getresponse()

    assert answer.status == 404
    assert b"First" not in answer.read()
