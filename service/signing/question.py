"""Keep a question that came with an invitation, and tell the secretariat by mail."""

from dataclasses import replace

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.mail import outbox
from service.model.message import MessageKind
from service.model.signature import Signature
from service.signing.party import read_party, write_party
from service.signing.sign import Desk

LONGEST_QUESTION = 2000
_LONGEST_OF_ALL = 10_000


def keep_question(desk: Desk, row: Signature, question: str) -> None:
    """Seal the question with the sign-on and post it to the secretariat; raises Refused for an empty one."""
    text = clean_text(question, what=Sentence("The question"), longest=LONGEST_QUESTION)
    if not text:
        raise Refused(Sentence("The question is empty; write it, or go back."))
    party = read_party(desk.keys, row)
    asked = f"{party.question}\n\n{text}" if party.question else text
    write_party(desk.keys, row, replace(party, question=asked[-_LONGEST_OF_ALL:]))
    desk.session.add(row)
    outbox.post(
        desk.session,
        kind=MessageKind.QUESTION,
        campaign_id=desk.campaign.id,
        recipient_ref=row.id,
        occurrence=desk.now.isoformat(),
        now=desk.now,
    )
