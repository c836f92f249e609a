"""Read the form of a recipient, and fill it in from one (pure)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from service.campaigns import file_tables as tables
from service.campaigns.codes import country_code
from service.campaigns.file_tables import ChannelName, CopyKind, Recipient
from service.campaigns.file_values import LONGEST_ASK
from service.delivery.offices.contacts import Contact
from service.foundation.addresses import normal_address, web_address
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text
from service.model.office import ContactKind
from service.web.desk.delivering.days import read_day
from service.web.desk.delivering.plan_form import plan_values, read_plan
from service.web.desk.delivering.statement_form import read_council, read_review, statement_values
from service.web.desk.delivering.way_form import form_values, read_form
from service.web.forms import FormState, Reader

MOST_LINES = 12
CHANNELS: tuple[str, ...] = get_args(ChannelName)
ROLES: tuple[str, ...] = get_args(tables.RecipientRole)
_COPIES: tuple[str, ...] = get_args(CopyKind)
_FIXED = ("role", "name", "position", "office")
"""What the final text holds, so that the form of one does not ask for it."""
_REGULATIONS = ("regulations_document", "regulations_organization_type", "regulations_category")


def blank_recipient() -> FormState:
    """Give the empty form: an office that the letter is written to, reached by e-mail."""
    values = {"role": "to", "copy": "full", "channel-email": "yes", "format-pdf": "yes"}
    return FormState(values=values | statement_values(None, None))


def prefilled_recipient(office: Recipient) -> FormState:
    """Give the form filled in with what is kept of an office."""
    values = {
        **{
            part: str(getattr(office, part))
            for part in (*_FIXED, "country", "salutation", "cover_note", "source")
        },
        **{part: getattr(office, part) or "" for part in (*_REGULATIONS, "pec", "office_code")},
        "copy": office.copy_kind,
        "address": "\n".join(office.address),
        "emails": "\n".join(office.emails),
        "checked": office.checked.isoformat() if office.checked else "",
        "phone": office.phone or "",
        "contact_form": office.contact_form or "",
        **{f"channel-{name}": "yes" for name in office.channels},
        **{f"format-{name}": "yes" for name in office.formats},
        **plan_values(office.otherwise),
        **form_values(office.webform),
        **statement_values(office.unhrc, office.upr),
    }
    return FormState(values=values)


def read_recipient(entries: Mapping[str, str], *, fixed: Recipient | None = None) -> Recipient:
    """Read the form of a recipient; raises Misfilled with everything that is wrong.

    Where the text is final, what it holds of the recipient stays that of `fixed`.
    """
    reader = Reader(entries)
    who = {part: getattr(fixed, part) for part in _FIXED} if fixed is not None else _read_who(reader)
    nothing: tuple[str, ...] = ()
    emails = reader.read("emails", lambda text: tuple(_email(line) for line in _lines(text)), nothing)
    rest: dict[str, Any] = {
        "salutation": reader.line("salutation", Sentence("The salutation")),
        "source": reader.line("source", Sentence("The source")),
        "regulations_document": reader.line("regulations_document", Sentence("The document")) or None,
        "regulations_organization_type": reader.line(
            "regulations_organization_type", Sentence("The type of organization")
        )
        or None,
        "regulations_category": reader.line("regulations_category", Sentence("The category")) or None,
        "phone": reader.line("phone", Sentence("The telephone number")) or None,
        "contact_form": reader.read("contact_form", _web_address, None),
        "pec": reader.read("pec", lambda text: _email(text) if text else None, None),
        "address": reader.read(
            "address", lambda text: tuple(_address(line) for line in _lines(text)), nothing
        ),
        "country": reader.read(
            "country", lambda text: country_code(text, what=Sentence("The country")) if text else "", ""
        ),
        "emails": emails,
        "cover_note": reader.read("cover_note", _cover_note, ""),
        "checked": reader.read("checked", _day, None),
        "channels": tuple(name for name in CHANNELS if reader.ticked(f"channel-{name}")),
        "formats": ("pdf", "docx") if reader.ticked("format-docx") else ("pdf",),
        "webform": read_form(reader, entries),
        "unhrc": read_council(reader, entries),
        "upr": read_review(reader, entries),
        "office_code": reader.line("office_code", Sentence("The code of the office")).upper() or None,
        "copy": reader.read("copy", lambda text: _copy(text, str(who["role"])), "public"),
    }
    rest["otherwise"] = read_plan(reader, rest["channels"])
    if "email" in rest["channels"] and not emails and "emails" not in reader.errors:
        reader.errors["emails"] = Sentence("Enter an address, or do not send by e-mail.")
    if "regulations" in rest["channels"] and not rest["regulations_document"]:
        reader.errors.setdefault(
            "regulations_document", Sentence("Name the document, or do not send to regulations.gov.")
        )
    if {"cwc", "soapbox"} & set(rest["channels"]) and not rest["office_code"]:
        reader.errors.setdefault(
            "office_code", Sentence("Give the code of the office, or do not write to Congress.")
        )
    if "pec" in rest["channels"] and not rest["pec"]:
        reader.errors.setdefault(
            "pec", Sentence("Enter the PEC address, or do not send by certified e-mail.")
        )
    reader.refuse_if_wrong()
    return Recipient(**who, **rest)


def read_contact(entries: Mapping[str, str]) -> Contact:
    """Read the form of a contact; raises Misfilled."""
    reader = Reader(entries)
    kinds = {kind.value for kind in ContactKind}
    kind = reader.read(
        "kind", lambda text: _one_of(text, kinds, Sentence("Choose how you were in touch.")), ""
    )
    said = reader.read("said", _said, "")
    step = reader.line("next_step", Sentence("The next step"), longest=300)
    next_on = reader.read("next_on", _day, None)
    if next_on is not None and not step and "next_step" not in reader.errors:
        reader.errors["next_step"] = Sentence("Say what is to be done on that day.")
    reader.refuse_if_wrong()
    return Contact(kind=ContactKind(kind), said=said, next_step=step, next_on=next_on)


def _read_who(reader: Reader) -> dict[str, Any]:
    role = reader.read(
        "role",
        lambda text: _one_of(text, ROLES, Sentence("Choose whether the letter is written to this office.")),
        "to",
    )
    return {
        "role": role,
        "name": reader.line(
            "name", Sentence("The name"), missing=Sentence("Enter the name of the person or the office.")
        ),
        "position": reader.line("position", Sentence("The position")),
        "office": reader.line("office", Sentence("The office")),
    }


def _one_of(text: str, allowed: Sequence[str] | set[str], otherwise: str) -> str:
    if text not in allowed:
        raise Refused(otherwise)
    return text


def _copy(text: str, role: str) -> str:
    found = _one_of(text, _COPIES, Sentence("Choose which copy this office gets."))
    if role == "press" and found == "full":
        raise Refused(
            Sentence("The press gets the public copy: the full one holds names that are not for publication.")
        )
    return found


def _lines(text: str) -> list[str]:
    found = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    found = list(dict.fromkeys(line for line in found if line))
    if len(found) > MOST_LINES:
        raise Refused(Sentence("Give at most {n} lines.", n=MOST_LINES))
    return found


def _email(line: str) -> str:
    return normal_address(line)


def _address(line: str) -> str:
    return clean_line(line, what=Sentence("A line of the address"))


def _web_address(text: str) -> str | None:
    return web_address(text, what=Sentence("The address of the contact form")) if text.strip() else None


def _cover_note(text: str) -> str:
    return clean_text(text, what=Sentence("The cover note"), longest=LONGEST_ASK)


def _said(text: str) -> str:
    found = clean_text(text, what=Sentence("What was said"), longest=LONGEST_ASK)
    if not found:
        raise Refused(Sentence("Write what was said, in a few words."))
    return found


def _day(text: str) -> date | None:
    return read_day(text) if text.strip() else None
