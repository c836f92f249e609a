"""Everything that is kept of a sign-on, as its owner may take it along."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.campaigns.contents import open_file
from service.model.message import Message
from service.model.signature import Signature
from service.signing.consents import consents_of
from service.signing.constituents import constituent_of, open_address
from service.signing.own_sign_on import Holder, look_at_holder, view_of
from service.signing.proof_answers import answers_of
from service.store.keyring import Keyring

FORMAT = "undersigned-sign-on-1"
# A link may be forwarded, and where somebody lives cannot be changed as a password is: that is shown by a mailed code alone.
_BY_CODE = frozenset({"address", "address_2", "city", "zip", "phone"})
_ABOUT_THE_REST = {
    "kept_until": "The Member's office has accepted the message, or you take it back, or the sign-on is withdrawn or erased.",
    "to_see_the_rest": "On the page of your message to your Member, with a code that is mailed to your address on record.",
    "to_erase_it": "Take the message back on that page, or erase the sign-on.",
}
# What the secretariat wrote for its own work may name others, or warn of whoever has got hold of this link.
_OF_THE_SECRETARIAT = ("note", "chaser")


def own_data(session: Session, keyring: Keyring, *, token: str, now: datetime) -> dict[str, Any]:
    """Give what is kept of a sign-on as plain values for JSON; raises NotFound as looking does."""
    holder = look_at_holder(session, keyring, token=token, now=now)
    view, row = view_of(holder), holder.signature
    given = {key: value for key, value in asdict(view.party).items() if key not in _OF_THE_SECRETARIAT}
    file = open_file(session, keyring, holder.campaign)
    return {
        "format": FORMAT,
        "as_of": _written(now),
        "letter": {
            "title": file.letter.title,
            "coalition": file.coalition,
            "revision": view.revision,
            "sha256": view.fingerprint,
        },
        "sign_on": {
            "id": row.id,
            **given,
            "state": row.state.value,
            "standing": view.standing_text,
            "printed_line": view.printed_line,
            "came_by": row.provenance.value,
            **_moments(row),
        },
        "answers": _answers(holder),
        "said_of_the_printed_line": _said_of_line(holder),
        "asked_of_a_member_of_congress": _asked(holder),
        "mails": _mails(holder),
        "not_in_here": "The secretariat's own working notes; ask the coalition for them.",
    }


def _moments(row: Signature) -> dict[str, str]:
    names = ("created_at", "signed_at", "confirmed_at", "accepted_at", "left_at", "erased_at", "late_until")
    return {name: _written(getattr(row, name)) for name in (*names, "correction_asked_at")}


def _answers(holder: Holder) -> list[dict[str, Any]]:
    return [
        {
            "at": _written(one.at),
            "where": one.occasion.value,
            "wording": one.wording,
            "visibility": one.visibility.value,
            "keeps_on_change": one.keeps_on_change,
            "wants_news": one.wants_news,
        }
        for one in consents_of(holder.session, holder.signature)
    ]


def _said_of_line(holder: Holder) -> list[dict[str, str]]:
    return [
        {"right_at": _written(one.agreed_at), "changed_at": _written(one.fixed_at)}
        for one in answers_of(holder.session, holder.signature)
    ]


def _asked(holder: Holder) -> dict[str, Any]:
    row = constituent_of(holder.session, holder.signature.id)
    if row is None:
        return {}
    given = open_address(holder.session, holder.keyring, row)
    return {
        "office": row.office,
        "given": {name: text for name, text in given.items() if name not in _BY_CODE},
        "asked_at": _written(row.created_at),
        "address_deleted_at": _written(row.settled_at),
        "kept_and_not_in_here": sorted(_BY_CODE & given.keys()),
        **(_ABOUT_THE_REST if _BY_CODE & given.keys() else {}),
    }


def _mails(holder: Holder) -> list[dict[str, str]]:
    found = select(Message).where(Message.recipient_ref == holder.signature.id)
    rows = holder.session.exec(found.order_by(col(Message.created_at), col(Message.id))).all()
    return [
        {"kind": row.kind.value, "state": row.state.value, "posted_at": _written(row.created_at)}
        for row in rows
    ]


def _written(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
