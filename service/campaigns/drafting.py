"""Begin a letter at the desk, change its settings, and make another one like it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from pydantic_core import to_json
from sqlmodel import Session

from service.campaigns.contents import open_file, seal_file
from service.campaigns.enclosures import (
    Files,
    annex_bytes,
    letter_annexes,
    letter_logos,
    letter_word,
    word_of,
)
from service.campaigns.file_checks import faults_between_keys
from service.campaigns.file_faults import Fault, faults_of, key_name
from service.campaigns.file_tables import CAMPAIGN_FILE, CampaignFile
from service.campaigns.load import fill_columns, load_campaign
from service.campaigns.queries import find_campaign, lock_campaign, released_edition
from service.coordinators import audit
from service.coordinators.accounts import give_role, role_in
from service.coordinators.permissions import Act
from service.coordinators.voices import people_of
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence, in_a_row
from service.model.campaign import Campaign
from service.model.coordinator import Role
from service.model.enclosure import EnclosureKind
from service.model.states import PUT_AWAY, CampaignState
from service.store.keyring import Keyring

MAY_STILL_CHANGE = frozenset(
    {"goal", "goal_public", "milestones", "press", "send_at", "publish_at", "deadline"}
)
"""What binds nobody who has signed, so that it may change after the text is final; a deadline only to a later moment."""
UNTIL_SENT = frozenset({"signatories.order"})
"""What changes nobody's line, only where it stands: it may change until the letter is sent. A heading may be a country, which tells."""
TAKEN = Sentence("There is a letter with this short name already; choose another.")
STAYS = Sentence(
    "This cannot change any more: people sign, or have signed, under it. Make a new version of the text instead."
)
HAS_A_TEAM = Sentence(
    "This letter has several owners, so it is not of one person alone: two people look at what needs two."
)
ONLY_LATER = Sentence("The deadline for sign-ons can only move to a later moment while people sign.")
_ONE_PRESS = timedelta(minutes=1)
_MOMENTS = ("opens", "deadline", "send_at", "publish_at")


class Misdrafted(Refused):
    """Settings that cannot be taken; `by_key` has a sentence for each faulty key, by its name in the campaign file."""

    def __init__(self, by_key: Mapping[str, str]) -> None:
        """Keep the sentences by key."""
        super().__init__(in_a_row(by_key.values()), tuple(by_key.values()))
        self.by_key = dict(by_key)


def file_of(record: Mapping[str, Any], *, now: datetime) -> CampaignFile:
    """Make a campaign file of a record as CampaignFile.as_record() gives it; raises Misdrafted with every fault."""
    faults: list[Fault] = []
    try:
        file = CAMPAIGN_FILE.validate_json(to_json(dict(record)))
    except ValidationError as error:
        faults, file = faults_of(error), None
    faults += faults_between_keys(_checkable(record), now=now)
    if faults or file is None:
        _refuse(faults)
    return file


def begin_letter(
    session: Session,
    keyring: Keyring,
    file: CampaignFile,
    *,
    files: Files | None = None,
    owner_id: str,
    by: str,
    now: datetime,
) -> Campaign:
    """Make a draft whose owner is whoever begins it; its mail goes to its own team until an owner switches it live.

    Begun twice within a moment it is one letter. Raises Misdrafted where another has its short name already.
    """
    there = find_campaign(session, file.slug)
    if there is not None:
        if _is_pressed_twice(session, keyring, there, file, owner_id=owner_id, now=now):
            return there
        raise Misdrafted({"slug": TAKEN})
    campaign = load_campaign(session, keyring, file, files=files, by=by, now=now)
    campaign.trial_since = now
    session.add(campaign)
    session.flush()
    give_role(session, coordinator_id=owner_id, campaign_id=campaign.id, role=Role.OWNER, now=now)
    return campaign


def duplicate_letter(
    session: Session, keyring: Keyring, slug: str, *, new_slug: str, owner_id: str, by: str, now: datetime
) -> Campaign:
    """Make a draft like a letter: its text, settings, offices and files, but none of its signatories and dates."""
    campaign = lock_campaign(session, slug)
    was = open_file(session, keyring, campaign)
    zone = ZoneInfo(was.time_zone)
    today = now.astimezone(zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    record = was.as_record()
    for key in ("send_at", "publish_at"):
        record.pop(key, None)
    record["letter"] = {key: value for key, value in record["letter"].items() if key != "date"}
    if record.get("event"):
        record["event"] = {"name": record["event"].get("name", "")}
    lasts = max(was.deadline - was.opens, timedelta(days=1))
    record |= {"slug": new_slug, "opens": today.isoformat(), "deadline": (today + lasts).isoformat()}
    file = file_of(record, now=now)
    files = files_of(session, keyring, campaign, was)
    made = begin_letter(session, keyring, file, files=files, owner_id=owner_id, by=by, now=now)
    audit.record(session, by=by, act="campaign.duplicate", campaign_id=made.id, thing=campaign.id, now=now)
    return made


def change_settings(
    session: Session, keyring: Keyring, slug: str, changes: Mapping[str, Any], *, by: str, now: datetime
) -> Sequence[str]:
    """Change keys of a letter's file, named as in it with dots; gives which of them were others before.

    A draft takes any. Later only what binds nobody may change (MAY_STILL_CHANGE); raises Misdrafted with a sentence for
    every key that cannot be what it is to be, and changes nothing.
    """
    campaign = lock_campaign(session, slug)
    was = open_file(session, keyring, campaign)
    before = record_now(campaign, was)
    record = _with(before, changes)
    changed = [key for key in changes if _at(record, key) != _at(before, key)]
    if campaign.state is not CampaignState.DRAFT:
        _refuse_what_stays(session, campaign, before, record, changed)
    if not changed:
        return ()
    if "solo" in changed and record.get("solo"):
        _refuse_solo_for_a_team(session, campaign, now=now)
    file = file_of(record, now=now)
    if campaign.state is CampaignState.DRAFT:
        load_campaign(session, keyring, file, files=files_of(session, keyring, campaign, was), by=by, now=now)
        return changed
    fill_columns(campaign, file)
    seal_file(keyring.of(session, campaign.id), campaign, file)
    campaign.changed_at = now
    session.add(campaign)
    audit.record(
        session,
        by=by,
        act="campaign.adjust",
        campaign_id=campaign.id,
        thing=" ".join(sorted(changed))[:200],
        now=now,
    )
    return changed


def record_now(campaign: Campaign, file: CampaignFile) -> dict[str, Any]:
    """Give the record of a letter's file with the deadline as it is: a letter may have been opened again."""
    there = campaign.deadline_at.astimezone(file.zone).replace(tzinfo=None)
    return file.as_record() | {"deadline": there.isoformat()}


def may_change(state: CampaignState, key: str) -> bool:
    """Tell whether a key of the file may still change in this state (pure)."""
    if state is CampaignState.DRAFT:
        return True
    if key in UNTIL_SENT:
        return state in {CampaignState.FROZEN, CampaignState.OPEN, CampaignState.CLOSED}
    return state not in PUT_AWAY and key.partition(".")[0] in MAY_STILL_CHANGE


def files_of(session: Session, keyring: Keyring, campaign: Campaign, file: CampaignFile) -> Files:
    """Open the logos and annexes that a letter has, and its own Word template."""
    found: dict[tuple[EnclosureKind, str], bytes] = {}
    for logo in letter_logos(session, keyring, campaign.id, file):
        found[EnclosureKind.LOGO, logo.sha256] = logo.file
        found[EnclosureKind.PICTURE, logo.sha256] = logo.picture
    for annex in letter_annexes(file):
        found[EnclosureKind.ANNEX, annex.sha256] = annex_bytes(session, keyring, campaign.id, annex)
    word = word_of(session, keyring, campaign.id, letter_word(file))
    if word is not None:
        found[EnclosureKind.WORD, word.sha256] = word.file
    return found


def _is_pressed_twice(
    session: Session, keyring: Keyring, there: Campaign, file: CampaignFile, *, owner_id: str, now: datetime
) -> bool:
    """Tell whether a letter is the very one that its owner began a moment ago."""
    is_new = there.state is CampaignState.DRAFT and now - there.created_at < _ONE_PRESS
    is_own = role_in(session, coordinator_id=owner_id, campaign_id=there.id) is Role.OWNER
    return is_new and is_own and open_file(session, keyring, there) == file


def _refuse_what_stays(
    session: Session,
    campaign: Campaign,
    before: Mapping[str, Any],
    record: Mapping[str, Any],
    changed: Sequence[str],
) -> None:
    stays = {key: str(STAYS) for key in changed if not may_change(campaign.state, key)}
    if "deadline" in changed and "deadline" not in stays:
        is_later = record["deadline"] > before["deadline"]
        can_move = campaign.state in {CampaignState.FROZEN, CampaignState.OPEN}
        if not can_move or released_edition(session, campaign) is not None:
            stays["deadline"] = str(STAYS)
        elif not is_later:
            stays["deadline"] = str(ONLY_LATER)
    if stays:
        raise Misdrafted(stays)


def _refuse_solo_for_a_team(session: Session, campaign: Campaign, *, now: datetime) -> None:
    """Refuse to call a letter one of one person where it has several owners: one would do alone what needs two."""
    if len(people_of(session, campaign.id, Act.LEAD, now=now)) > 1:
        raise Misdrafted({"solo": str(HAS_A_TEAM)})


def _refuse(faults: Sequence[Fault]) -> NoReturn:
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault(key_name(fault.path), fault.told)
    raise Misdrafted(told)


def _with(record: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Put values into a record, in the tables that dots name; None takes a key out, and an empty table goes."""
    made: dict[str, Any] = dict(record)
    for name, value in changes.items():
        table, _, key = name.rpartition(".")
        place = made
        if table:
            place = made[table] = dict(made.get(table) or {})
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
    return {key: value for key, value in made.items() if value != {}}


def _at(record: Mapping[str, Any], name: str) -> Any:
    table, _, key = name.rpartition(".")
    place = record.get(table) or {} if table else record
    value = place.get(key)
    return value if value not in ("", None, [], ()) else None


def _checkable(record: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values as TOML would say them, for the checks between keys."""
    values = dict(record)
    for key in _MOMENTS:
        values[key] = _read(datetime.fromisoformat, values.get(key))
    event = dict(values.get("event") or {})
    if event:
        event["starts"] = _read(lambda text: datetime.fromisoformat(text).date(), event.get("starts"))
        values["event"] = {key: value for key, value in event.items() if value is not None}
    letter = {key: value for key, value in dict(values.get("letter") or {}).items() if key != "words"}
    letter.pop("date", None)
    letter["translations"] = [
        {key: value for key, value in one.items() if key != "words"}
        for one in letter.get("translations") or ()
    ]
    values["letter"] = letter
    values["recipients"] = [
        {key: value for key, value in one.items() if key != "checked"}
        for one in values.get("recipients") or ()
    ]
    return {key: value for key, value in values.items() if value is not None}


def _read(read: Callable[[str], Any], text: object) -> Any:
    try:
        return read(text) if isinstance(text, str) and text else None
    except ValueError:
        return None
