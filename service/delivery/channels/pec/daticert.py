"""Read daticert.xml, what a provider certifies about one message: held against its DTD, no entity, no network (pure)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from lxml import etree

from service.delivery.channels.pec.unproven import Unproven
from service.foundation.sentence import Sentence

_DTD = Path(__file__).with_name("daticert.dtd").read_text()
_LONGEST = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Certified:
    """What is certified: which `kind` of receipt, of which message, from whom, to whom, and when.

    `kind` and `error` are words of the format ("avvenuta-consegna", "no-dest"; "nessuno" where nothing went wrong).
    `message_id` is that of the message before the provider changed it, `number` the one that the provider gave it.
    `recipients` are the addresses that it went to, in small letters, each with whether its mailbox is certified too;
    `handed_to` is the one that this receipt is about, "" where it is about all. `more` are the provider's own words.
    """

    kind: str
    error: str
    message_id: str
    number: str
    sender: str
    recipients: dict[str, bool]
    handed_to: str
    more: str
    at: datetime


def read_daticert(data: bytes) -> Certified:
    """Read what is certified; raises Unproven for anything that is not built as the DTD says."""
    root = _root(data)
    # Made anew each time: it keeps the faults that it found, and is not to be shared between threads.
    if not etree.DTD(StringIO(_DTD)).validate(root):
        raise _unreadable()
    return Certified(
        kind=root.get("tipo", ""),
        error=root.get("errore", "nessuno"),
        message_id=bare_id(_text(root, "dati/msgid")),
        number=_text(root, "dati/identificativo"),
        sender=_text(root, "intestazione/mittente").lower(),
        recipients={
            "".join(one.itertext()).strip().lower(): one.get("tipo", "certificato") == "certificato"
            for one in root.iterfind("intestazione/destinatari")
        },
        handed_to=_text(root, "dati/consegna").lower(),
        more=_text(root, "dati/errore-esteso"),
        at=_moment(root),
    )


def bare_id(message_id: str) -> str:
    """Give a Message-ID without its brackets and the blanks in it and around it, however it was written."""
    return "".join(message_id.split()).removeprefix("<").removesuffix(">")


def _root(data: bytes) -> etree._Element:
    if len(data) > _LONGEST:
        raise _unreadable()
    reader = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, reader)
    except etree.XMLSyntaxError:
        raise _unreadable() from None
    # None of these documents declares anything, and what declares nothing has no entities.
    if root.getroottree().docinfo.doctype:
        raise _unreadable()
    return root


def _text(root: etree._Element, path: str) -> str:
    return (root.findtext(path) or "").strip()


def _moment(root: etree._Element) -> datetime:
    found = root.find("dati/data")
    said = f"{_text(found, 'giorno')} {_text(found, 'ora')} {found.get('zona')}"
    try:
        return datetime.strptime(said, "%d/%m/%Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> Unproven:
    return Unproven(Sentence("What the receipt certifies is not written as it should be: it proves nothing."))
