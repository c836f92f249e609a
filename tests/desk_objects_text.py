"""Makes the things of a letter's draft that addresses of the desk name: a guest, and what a guest said."""

import secrets

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.queries import get_campaign
from service.campaigns.writing.paragraphs import paragraphs_of
from service.campaigns.writing.words import text_of
from service.model.comment import TextComment
from service.model.enclosure import Enclosure, EnclosureKind
from service.signing.abuse.small_forms import Asking
from service.signing.commenting.comments import SaidOfIt, say_of_paragraph
from service.signing.commenting.guests import Invited, guest_link, invite_guest
from service.store.links import link_token
from service.store.sealed import seal_bytes
from tests.coalition import Coalition


def make_guest(session: Session, coalition: Coalition, slug: str) -> str:
    """Invite somebody to comment on a draft."""
    invited = Invited(name="Dora Drafter", email="dora@drafters.example")
    campaign = get_campaign(session, slug)
    return invite_guest(session, coalition.keyring, campaign, invited, by="test", now=coalition.now).id


def make_comment(session: Session, coalition: Coalition, slug: str) -> str:
    """Have that guest propose other words for the first paragraph of the text."""
    campaign = get_campaign(session, slug)
    guest = invite_guest(
        session,
        coalition.keyring,
        campaign,
        Invited(name="Dora Drafter", email="dora@drafters.example"),
        by="test",
        now=coalition.now,
    )
    file = open_file(session, coalition.keyring, campaign)
    text = text_of(file, file.language)
    there = next(one for one in paragraphs_of(text) if one.place.part == "body")
    said = SaidOfIt(
        language=file.language, place=there.place, seen=there.digest, comment="", proposed="Other words."
    )
    token = link_token(coalition.keyring.of(session, campaign.id), guest_link(guest))
    asking = Asking(address=None)
    say_of_paragraph(session, coalition.keyring, token=token, said=said, asking=asking, now=coalition.now)
    found = session.exec(select(TextComment.id).where(TextComment.campaign_id == campaign.id)).first()
    assert found is not None
    return found


def make_enclosure(session: Session, coalition: Coalition, slug: str) -> str:
    """Keep a file of a letter, as one stays that was taken out of it."""
    campaign = get_campaign(session, slug)
    row = Enclosure(
        campaign_id=campaign.id,
        kind=EnclosureKind.ANNEX,
        file_index=secrets.token_bytes(32),
        content=b"",
        kept_at=coalition.now,
    )
    row.content = seal_bytes(coalition.keyring.of(session, campaign.id), row, "content", b"%PDF-1.7")
    session.add(row)
    session.flush()
    return row.id


MAKERS = {"guest": make_guest, "comment": make_comment, "enclosure": make_enclosure}
