"""A signatory's own words, in and out of the sealed columns of its row."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from service.foundation.addresses import comparable_address
from service.foundation.sealing import CampaignKeys, Place
from service.foundation.written import fold_name
from service.model.signature import Kind, Signature, Visibility
from service.store.sealed import open_record, open_text, seal_record, seal_text


@dataclass(frozen=True, kw_only=True)
class SignOn:
    """What somebody gave in a form or a file; every text is already clean.

    `email` is the contact; of an organization `approver_email`, where given, is who confirms. `name` is what is
    printed, and may be empty for a person who is only counted. `approver_from_form` says that whoever filled in the
    form named the approver, and not the coalition's list. `condition` is what it is signed under; the sign-on counts
    once that is `settled`. `line_before` is how the name appeared before its owner changed that (signing/line_before.py).
    """

    kind: Kind
    name: str
    email: str
    visibility: Visibility
    keeps_on_change: bool = False
    wants_news: bool = False
    discreet: bool = False
    language: str = ""
    name_latin: str = ""
    sort_name: str = ""
    acronym: str = ""
    country: str = ""
    category: str = ""
    website: str = ""
    qualifier: str = ""
    representative_name: str = ""
    representative_title: str = ""
    authority: bool = False
    filler_name: str = ""
    approver_email: str = ""
    approver_from_form: bool = False
    second_email: str = ""
    phone: str = ""
    messenger: str = ""
    chaser: str = ""
    position: str = ""
    affiliation: str = ""
    place: str = ""
    signs_for: str = "itself"
    members: tuple[str, ...] = ()
    order: int | None = None
    how_agreed: str = ""
    agreed_on: str = ""
    note: str = ""
    question: str = ""
    reply: str = ""
    reply_doubt: str = ""
    condition: str = ""
    settled: str = ""
    line_before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def confirming_email(self) -> str:
        """Who gets the confirming mail."""
        return self.approver_email or self.email


_IN_COLUMNS = {
    "kind",
    "name",
    "email",
    "visibility",
    "keeps_on_change",
    "wants_news",
    "discreet",
    "language",
    "condition",
}
_NO_ADDRESS = ""


def name_index(keys: CampaignKeys, kind: Kind, name: str) -> bytes:
    """Give the keyed hash under which a name is one signatory."""
    return keys.blind(f"{kind.value}-name", fold_name(name))


def second_claim_index(keys: CampaignKeys, sign_on: SignOn) -> bytes:
    """Give the keyed hash for a second sign-on under a name that another mailbox already holds."""
    mailbox = comparable_address(sign_on.confirming_email) if sign_on.confirming_email else _NO_ADDRESS
    return keys.blind("second-claim", f"{fold_name(sign_on.name)}\0{mailbox}")


def email_index(keys: CampaignKeys, email: str) -> bytes:
    """Give the keyed hash under which a mailbox is found."""
    return keys.blind("email", comparable_address(email) if email else _NO_ADDRESS)


def write_party(keys: CampaignKeys, row: Signature, sign_on: SignOn) -> None:
    """Seal what was given into the row, and set what may lie in clear beside it."""
    row.visibility = sign_on.visibility
    row.keeps_on_change = sign_on.keeps_on_change
    row.wants_news = sign_on.wants_news
    row.discreet = sign_on.discreet
    row.language = sign_on.language
    row.name = seal_text(keys, row, "name", sign_on.name)
    row.email = seal_text(keys, row, "email", sign_on.email) if sign_on.email else None
    row.condition = seal_text(keys, row, "condition", sign_on.condition) if sign_on.condition else None
    record = {key: value for key, value in asdict(sign_on).items() if key not in _IN_COLUMNS and value}
    row.details = seal_record(keys, row, "details", record)


def written(sign_on: SignOn) -> str:
    """Write what was given as the one text it has, to be sealed where it waits."""
    return json.dumps(vars(sign_on), ensure_ascii=False, sort_keys=True)


def read_written(record: Mapping[str, Any]) -> SignOn:
    """Read what written() wrote, once it is a record again."""
    return SignOn(
        **{
            **record,
            "kind": Kind(record["kind"]),
            "visibility": Visibility(record["visibility"]),
            "members": tuple(record["members"]),
        }
    )


def read_party(keys: CampaignKeys, row: Signature) -> SignOn:
    """Open what a row keeps."""
    details = open_record(keys, row, "details")
    details["members"] = tuple(details.get("members", ()))
    known = {one.name for one in fields(SignOn)}
    return SignOn(
        kind=row.kind,
        name=open_text(keys, row, "name"),
        email=open_text(keys, row, "email"),
        visibility=row.visibility,
        keeps_on_change=row.keeps_on_change,
        wants_news=row.wants_news,
        discreet=row.discreet,
        language=row.language,
        condition=open_text(keys, row, "condition"),
        **{key: value for key, value in details.items() if key in known},
    )


def country_of(keys: CampaignKeys, row: Signature) -> str:
    """Open of what a row keeps where it is from, and neither name nor mailbox; "" where that was not said."""
    return str(open_record(keys, row, "details").get("country", ""))


def confirming_mailbox(keys: CampaignKeys, row_id: str, *, email: bytes | None, details: bytes) -> str:
    """Open from the sealed columns of a row only to whom its mail goes; "" where no address is kept."""
    place = {"table": str(Signature.__tablename__), "row": row_id}
    kept = json.loads(keys.open(details, place=Place(column="details", **place))) if details else {}
    approver = str(kept.get("approver_email", ""))
    return approver or (keys.open(email, place=Place(column="email", **place)) if email else "")


def list_names_approver(party: SignOn) -> bool:
    """Tell whether the coalition's own list says who approves, so that no form may."""
    return bool(party.approver_email) and not party.approver_from_form


def on_record(recorded: SignOn, given: SignOn) -> SignOn:
    """Take what was given now, but keep the addresses on record: nobody moves a confirmation to another mailbox."""
    return replace(
        given,
        email=recorded.email,
        approver_email=recorded.approver_email,
        approver_from_form=recorded.approver_from_form,
        order=recorded.order,
        category=given.category or recorded.category,
        sort_name=given.sort_name or recorded.sort_name,
        second_email=recorded.second_email,
        phone=recorded.phone,
        messenger=recorded.messenger,
        chaser=recorded.chaser,
        how_agreed=recorded.how_agreed,
        agreed_on=recorded.agreed_on,
        # Whoever asked for discreet mail keeps it, whatever somebody else fills in.
        discreet=given.discreet or recorded.discreet,
        question=recorded.question,
        reply=recorded.reply,
        reply_doubt=recorded.reply_doubt,
        note=recorded.note,
    )
