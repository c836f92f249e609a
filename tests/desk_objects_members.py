"""The things of a letter that addresses of the members' pages name, for tests/stories/test_who_may_do_what_at_the_desk.py."""

import io

from openpyxl import Workbook
from sqlmodel import Session, select

from service.campaigns.queries import get_campaign
from service.model.chaser import Chaser
from service.model.directory_entry import DirectoryEntry
from service.model.signature import Signature
from service.signing.invite import import_signatories
from service.signing.invitees.chasers import NewChaser, add_chaser, assign
from service.signing.invitees.directory import keep_one
from service.signing.invitees.importing import keep_upload
from service.signing.roll_file import read_signatories
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition

ROW = b"kind,name,email\norganization,Dale Union,office@dale.example\n"


def make_member(session: Session, coalition: Coalition, slug: str) -> str:
    """Invite an organization to a letter; give its sign-on's id."""
    rows = read_signatories(ROW, attested=False)
    import_signatories(session, coalition.keyring, slug, rows, attest="", by="test", now=coalition.now)
    campaign = get_campaign(session, slug)
    found = select(Signature.id).where(Signature.campaign_id == campaign.id, Signature.invited)
    return session.exec(found).first()


def make_member_import(session: Session, coalition: Coalition, slug: str) -> str:
    """Upload a spreadsheet to a letter; give the import's id."""
    campaign = get_campaign(session, slug)
    return keep_upload(session, coalition.keyring, campaign, ROW, by="test", now=coalition.now)


def make_chaser(session: Session, coalition: Coalition, slug: str) -> str:
    """Take somebody in as a chaser of a letter; give its id."""
    who = NewChaser(name="Cora Chaser", email="cora@friends.example", language="en")
    campaign = get_campaign(session, slug)
    return add_chaser(session, coalition.keyring, campaign, who, by="test", now=coalition.now).id


def chased(coalition: Coalition, *names: str, slug: str = SLUG, most: int = 1000) -> list[str]:
    """Invite organizations to a letter and give the first of its list to one chaser; gives the ids of their sign-ons."""
    rows = "".join(f"organization,{name},office@{name.split()[0].lower()}.example\n" for name in names)
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, slug)
        if names:
            read = read_signatories(f"kind,name,email\n{rows}".encode(), attested=False)
            import_signatories(
                session, coalition.keyring, slug, read, attest="", by="test", now=coalition.now
            )
        chaser = session.get(Chaser, make_chaser(session, coalition, slug))
        ids = session.exec(
            select(Signature.id).where(Signature.campaign_id == campaign.id, Signature.invited)
        ).all()
        ids = ids[:most]
        assign(session, campaign, ids, chaser, by="test", now=coalition.now)
    return list(ids)


def make_entry(session: Session, coalition: Coalition, slug: str) -> str:
    """Keep a member of a letter in the directory; give the entry's id."""
    member, campaign = make_member(session, coalition, slug), get_campaign(session, slug)
    keep_one(session, coalition.keyring, campaign, member, "by phone", by="test", now=coalition.now)
    return session.exec(select(DirectoryEntry.id).where(DirectoryEntry.source_letter == campaign.id)).one()


def workbook(*rows: tuple[object, ...]) -> bytes:
    """Write an XLSX file of one sheet."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


OBJECTS = {
    "chaser": make_chaser,
    "entry": make_entry,
    "member": make_member,
    "member_import": make_member_import,
}
