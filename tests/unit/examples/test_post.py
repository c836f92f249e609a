"""Caught mail is told apart by what it is for, and held against what was promised."""

from collections import Counter
from email.message import EmailMessage
from pathlib import Path

from examples.demo.catcher import Mail, read_mail
from examples.demo.post import Directory, Kind, Ledger, count_post

HOST = "http://127.0.0.1:8000"
DIRECTORY = Directory(
    offices=frozenset({"office@pm.example"}),
    secretariat="letter@banks.example",
    owner=lambda address: address.replace("filler@", "chair@"),
)


def _mails(folder: Path, *written: tuple[str, str]) -> list[Mail]:
    mails = []
    for number, (to, text) in enumerate(written, start=1):
        message = EmailMessage()
        message["To"] = to
        message.set_content(text)
        path = folder / f"{number:04}.eml"
        path.write_bytes(message.as_bytes())
        mails.append(read_mail(path))
    return mails


def test_mail_is_told_apart_by_its_link_and_its_reader(tmp_path: Path) -> None:
    mails = _mails(
        tmp_path,
        ("filler@a.example", f"{HOST}/confirm/1"),
        ("chair@a.example", f"{HOST}/confirm/2"),
        ("b@b.example", f"{HOST}/invitation/3"),
        ("b@b.example", f"{HOST}/confirm/4"),
        ("c@c.example", f"{HOST}/approve/5"),
        ("c@c.example", "The code beside the link:\n\n    123 456\n"),
        ("office@pm.example", "Your Excellency, call +1 202 555 0100"),
        ("letter@banks.example", "Your Excellency,"),
        ("b@b.example", f"Thank you. {HOST}/manage/6"),
    )

    assert count_post(mails, DIRECTORY) == {
        (Kind.CONFIRM, "chair@a.example"): 1,
        (Kind.REMINDER, "chair@a.example"): 1,
        (Kind.INVITATION, "b@b.example"): 1,
        (Kind.CONFIRM, "b@b.example"): 1,
        (Kind.APPROVAL, "c@c.example"): 1,
        (Kind.CODE, "c@c.example"): 1,
        (Kind.DELIVERY, "office@pm.example"): 1,
        (Kind.REHEARSAL, "letter@banks.example"): 1,
        (Kind.OTHER, "b@b.example"): 1,
    }


def test_a_promise_that_was_not_kept_is_lost() -> None:
    ledger = Ledger()
    ledger.promise(Kind.CONFIRM, ["a", "b"])

    caught = Counter({(Kind.CONFIRM, "a"): 1})

    assert ledger.lost(caught) == {(Kind.CONFIRM, "b"): 1}
    assert not ledger.surplus(caught)


def test_a_letter_that_came_twice_is_noticed_but_another_thanks_is_not() -> None:
    ledger = Ledger()
    ledger.promise(Kind.DELIVERY, ["office"])

    caught = Counter({(Kind.DELIVERY, "office"): 2, (Kind.OTHER, "a"): 2, (Kind.REHEARSAL, "us"): 3})

    assert ledger.surplus(caught) == {(Kind.DELIVERY, "office"): 1}
    assert not ledger.lost(caught)
