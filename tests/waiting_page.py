"""Somebody at the page that waits, without a browser: its verbs, one word each."""

import re
from datetime import timedelta

from sqlmodel import select

from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature, Visibility
from service.signing.abuse.small_forms import Asking
from service.signing.abuse.visit import Caution, Visit
from service.signing.party import SignOn
from service.signing.waiting import CodeAnswer, confirm_by_code, correct_address, send_again
from service.store.transaction import reading, transaction
from tests.coalition import Coalition

CODE = re.compile(r"^    (\d{3} \d{3})\r?$", re.MULTILINE)


def send_form(coalition: Coalition, name="Lake Alliance", email="office@lakes.example", **given) -> str:
    """Send a form, and give the token of its page."""
    values = {"kind": Kind.ORGANIZATION, "visibility": Visibility.PUBLIC, **given}
    sign_on = SignOn(name=name, email=email, **values)
    visit = Visit(
        address="", open_for=timedelta(minutes=1), form=f"form of {coalition.now}", caution=Caution()
    )
    page = coalition.receive(sign_on, visit).page
    coalition.take_in()
    return page


def type_code(coalition: Coalition, token: str, code: str) -> CodeAnswer:
    with transaction(coalition.engine) as session:
        return confirm_by_code(session, coalition.keyring, token=token, code=code, now=coalition.now)


def again(coalition: Coalition, token: str) -> None:
    with transaction(coalition.engine) as session:
        send_again(session, coalition.keyring, token=token, asking=Asking(address=None), now=coalition.now)
    coalition.take_in()


def correct(coalition: Coalition, token: str, address: str) -> str:
    with transaction(coalition.engine) as session:
        new = correct_address(
            session,
            coalition.keyring,
            token=token,
            address=address,
            visit=Visit(address=None, open_for=timedelta(minutes=1), caution=Caution()),
            now=coalition.now,
        )
    coalition.take_in()
    return new


def newest_code(coalition: Coalition) -> str:
    coalition.deliver_mail()
    found = [code for text in coalition.mail_texts() for code in CODE.findall(text)]
    return found[-1].replace(" ", "")


def another(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06}"


def rows(coalition: Coalition) -> list[Signature]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(Signature).order_by(Signature.id)).all())


def mails_of(coalition: Coalition, kind: MessageKind) -> int:
    with reading(coalition.engine) as session:
        return len(session.exec(select(Message).where(Message.kind == kind)).all())
