"""The things of a letter that addresses of the members' pages name, for tests/stories/test_who_may_do_what_at_the_desk.py."""

import io

from openpyxl import Workbook
from sqlmodel import Session, select

from service.campaigns.queries import get_campaign
from service.model.signature import Signature
from service.signing.invite import import_signatories
from service.signing.invitees.importing import keep_upload
from service.signing.roll_file import read_signatories
from tests.coalition import Coalition

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


def workbook(*rows: tuple[object, ...]) -> bytes:
    """Write an XLSX file of one sheet."""
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


OBJECTS = {"member": make_member, "member_import": make_member_import}
