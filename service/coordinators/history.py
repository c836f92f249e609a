"""What was done to a letter and by whom, the newest first, as its team reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from service.coordinators.accounts import person_of
from service.coordinators.act_words import DESK_WORDS
from service.coordinators.names import word_for
from service.foundation.sealing import CampaignKeys
from service.foundation.sentence import Sentence
from service.model.audit_event import AuditEvent
from service.model.coordinator import Coordinator

PAGE = 50
_COORDINATOR = "coordinator:"


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One act; `who` is a name where a coordinator did it, else `by` says which part of the service or which person did.

    `what` is empty for an act that has no words yet: then its code says it. `number` is its place in the chain.
    """

    id: str
    at: datetime
    who: str
    by: str
    act: str
    what: str
    thing: str
    number: int | None


@dataclass(frozen=True, kw_only=True)
class History:
    """A part of a letter's history, and by which ids the parts before and behind it are found; "" where there is none."""

    happenings: Sequence[Happening]
    newer: str
    older: str


def history_of(
    session: Session, keys: CampaignKeys, campaign_id: str, *, before: str = "", after: str = ""
) -> History:
    """Give what happened to a letter: the newest, or those `before` an event or `after` it; `keys` are those of the desk."""
    mine = col(AuditEvent.campaign_id) == campaign_id
    if after:
        found = select(AuditEvent).where(mine, col(AuditEvent.id) > after).order_by(col(AuditEvent.id))
    else:
        older = (col(AuditEvent.id) < before,) if before else ()
        found = select(AuditEvent).where(mine, *older).order_by(col(AuditEvent.id).desc())
    rows = list(session.exec(found.limit(PAGE + 1)).all())
    has_more = len(rows) > PAGE
    rows = rows[:PAGE]
    if after:
        rows.reverse()
    names = _names_of(session, keys, rows)
    # Going back to the newest, there is always what one came from.
    has_older, has_newer = (True, has_more) if after else (has_more, bool(before))
    return History(
        happenings=[_happening(row, names) for row in rows],
        newer=rows[0].id if rows and has_newer else "",
        older=rows[-1].id if rows and has_older else "",
    )


def events_of(session: Session, campaign_id: str | None, *, most: int) -> Sequence[AuditEvent]:
    """List the newest events of a letter, or of everything, the oldest of them first."""
    mine = (col(AuditEvent.campaign_id) == campaign_id,) if campaign_id is not None else ()
    found = select(AuditEvent).where(*mine).order_by(col(AuditEvent.id).desc()).limit(most)
    return list(reversed(session.exec(found).all()))


def count_of(session: Session, campaign_id: str) -> int:
    """Count the events of a letter."""
    return session.exec(select(func.count()).where(AuditEvent.campaign_id == campaign_id)).one()


def said_of(act: str) -> str:
    """Say an act in plain words; "" for one that has none."""
    if act in _WORDS:
        return _WORDS[act]
    head, _, tail = act.partition(":")
    if head in DESK_WORDS:
        return DESK_WORDS[head]
    if head in _SECOND:
        return _SECOND[head].with_values(what=_WORDS_OF_LOOKS.get(tail, tail))
    return ""


def _happening(row: AuditEvent, names: dict[str, str]) -> Happening:
    coordinator = row.actor.removeprefix(_COORDINATOR) if row.actor.startswith(_COORDINATOR) else ""
    return Happening(
        id=row.id,
        at=row.at,
        who=names.get(coordinator, ""),
        by=word_for(row.actor),
        act=row.act,
        what=said_of(row.act),
        thing=row.thing,
        number=row.number,
    )


def _names_of(session: Session, keys: CampaignKeys, rows: Sequence[AuditEvent]) -> dict[str, str]:
    ids = {row.actor.removeprefix(_COORDINATOR): None for row in rows if row.actor.startswith(_COORDINATOR)}
    found = session.exec(select(Coordinator).where(col(Coordinator.id).in_(list(ids)))).all()
    return {row.id: person_of(keys, row).name for row in found}


_SECOND = {
    "second.ask": Sentence("Asked a second coordinator: {what}"),
    "second.approved": Sentence("Approved as the second coordinator: {what}"),
    "second.refused": Sentence("Refused as the second coordinator: {what}"),
    "second.back": Sentence("Took back what two had decided: {what}"),
    "second.withdrawn": Sentence("Took the question back: {what}"),
}
_WORDS_OF_LOOKS = {
    "freeze": Sentence("make the text final"),
    "emergency.end": Sentence("end the emergency"),
    "export": Sentence("export the signatories"),
    "invalidate": Sentence("take sign-ons out"),
    "release": Sentence("release the letter"),
    "text.revise": Sentence("make a new version of the final text"),
    "signatures.batch": Sentence("do something with many sign-ons"),
    "signatories.export": Sentence("export the signatories"),
}
_WORDS = {
    "campaign.load": Sentence("Saved the letter and its settings"),
    "campaign.duplicate": Sentence("Made this letter as a copy of another"),
    "campaign.adjust": Sentence("Changed the settings"),
    "campaign.freeze": Sentence("Made the text final"),
    "campaign.thaw": Sentence("Made the text a draft again"),
    "campaign.open": Sentence("Opened the letter for sign-ons"),
    "campaign.close": Sentence("Closed the letter for sign-ons"),
    "campaign.reopen": Sentence("Opened the letter again"),
    "campaign.pause": Sentence("Paused the taking of sign-ons"),
    "campaign.resume": Sentence("Went on taking sign-ons"),
    "campaign.publish": Sentence("Published the letter"),
    "campaign.archive": Sentence("Put the letter away"),
    "campaign.revise": Sentence("Changed the final text: a new version"),
    "campaign.translate": Sentence("Changed a courtesy translation"),
    "campaign.logos": Sentence("Changed the logos"),
    "campaign.word": Sentence("Changed the look of the letter's Word files"),
    "campaign.live": Sentence("Switched the letter live"),
    "campaign.trial": Sentence("Put the letter back into trial"),
    "campaign.emergency": Sentence("Emergency: hid all names, stopped mail and links"),
    "campaign.emergency-end": Sentence("Ended the emergency"),
    "check.sender_dns": Sentence("Measured the sender's DNS"),
    "check.fonts": Sentence("Looked whether the fonts can print all names"),
    "check.test_mail": Sentence("Sent a test mail"),
    "check.test_mail.pressed": Sentence("Pressed the button of a test mail"),
    "second.by_the_invited": Sentence("Of these two one had invited the other"),
    "team.vouch": Sentence("Vouched for somebody who is new in the team"),
    "edition.propose": Sentence("Proposed the letter to its approvers"),
    "edition.approved": Sentence("Approved the letter as proposed"),
    "edition.changes": Sentence("Asked for changes of the letter as proposed"),
    "edition.release": Sentence("Released the letter"),
    "edition.release-solo": Sentence("Released the letter, alone"),
    "edition.checked:one_person": Sentence("Released with recipients that one person checked, or nobody"),
    "edition.checked:two_one_invited_the_other": Sentence(
        "Released with recipients checked by two, of whom one had invited the other"
    ),
    "edition.checked:two_people": Sentence("Released with recipients checked by two"),
    "edition.stop": Sentence("Stopped copies that had not left"),
    "signature.accept": Sentence("Accepted a sign-on"),
    "signature.decline": Sentence("Declined a sign-on"),
    "signature.hold": Sentence("Held a sign-on for a check"),
    "signature.release": Sentence("Let a held sign-on count"),
    "signature.attest": Sentence("Added a sign-on that was agreed elsewhere"),
    "signature.code": Sentence("Gave out a code to confirm by"),
    "signature.not_me": Sentence("Said that it was not them who signed"),
    "signature.domain": Sentence("Asked for an organization's DNS record"),
    "signatories.import": Sentence("Imported signatories"),
    "abuse.attack_mode": Sentence("Switched the proof of work at the form on or off"),
    "abuse.allow": Sentence("Put an entry on the list of those who are allowed"),
    "abuse.block": Sentence("Put an entry on the list of those who are blocked"),
    "abuse.no_mail": Sentence("Put a domain on the list of those to which no mail goes"),
    "abuse.forget": Sentence("Took an entry off the lists against abuse"),
    "campaign.mirror": Sentence("Made a mirror of the public page"),
    "dossier.make": Sentence("Made the dossier of a sent letter"),
    "deliver.rehearse": Sentence("Rehearsed the delivery"),
    "delivery.again": Sentence("Tried a sending again"),
    "delivery.arrived": Sentence("Said that a sending has arrived"),
    "delivery.otherwise": Sentence("Let a copy go another way"),
    "delivery.brought": Sentence("Said that a copy was brought by hand"),
    "delivery.filed": Sentence("Filed a mail that came to the Bcc address of a sending"),
    "edition.freeze": Sentence("Froze the letter as it would be sent, for its approvers"),
    "kit.send": Sentence("Sent kits to members"),
    "outbox.hold": Sentence("Held all e-mail"),
    "outbox.resume": Sentence("Let e-mail go on"),
    "outbox.retry": Sentence("Sent e-mail again"),
    "purge.ask": Sentence("Asked to delete all personal data"),
    "purge.done": Sentence("All personal data is deleted"),
    "purge.keep": Sentence("Changed how long personal data is kept"),
    "purge.shred": Sentence("Deleted the keys of all personal data"),
    "show.go": Sentence("Let a step of the run of show go"),
    "show.skipped": Sentence("Skipped a step of the run of show"),
    "signatories.export": Sentence("Exported the signatories"),
    "signature.countersign": Sentence("Asked a second officer to countersign"),
    "signature.dispute": Sentence("An organization objected to a sign-on"),
    "signature.unlist": Sentence("An organization objected to being listed as a member"),
    "signature.late-link": Sentence("Gave a late link to one signatory"),
    "signature.settle": Sentence("Decided for whom an organization signs"),
    "signature.unproven": Sentence("Decided about an unproven reply"),
    "update.send": Sentence("Sent an update"),
    "update.stop": Sentence("Stopped an update"),
    "schedule.add": Sentence("Planned a sending"),
    "schedule.change": Sentence("Changed a planned sending"),
    "schedule.approve": Sentence("Approved a planned sending"),
    "schedule.pause": Sentence("Paused a planned sending"),
    "schedule.resume": Sentence("Let a planned sending go on"),
    "schedule.cancel": Sentence("Cancelled a planned sending"),
    "greeting.draft": Sentence("Wrote a greeting for the confirming and thanking mails"),
    "greeting.use": Sentence("Put the greeting into the confirming and thanking mails"),
    "greeting.leave": Sentence("Took the greeting out of the confirming and thanking mails"),
    "greeting.test": Sentence("Mailed a test of the greeting"),
}
