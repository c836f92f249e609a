"""Change the logos and the annexes of a draft one by one: add, put in order, take away, put back."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from sqlmodel import Session, select

from service.campaigns.contents import open_file
from service.campaigns.drafting import files_of
from service.campaigns.enclosures import (
    Files,
    enclosure_of,
    file_key,
    refuse_annexes,
)
from service.campaigns.file_tables import AnnexFile, CampaignFile, LogoMade
from service.campaigns.load import load_campaign
from service.campaigns.queries import lock_campaign
from service.foundation.errors import NotFound, Permanent, Refused
from service.foundation.sealing import CampaignKeys, Place
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line
from service.letter.annex_file import MOST_ANNEXES, check_annex
from service.letter.enclosed import MOST_LOGOS, Logo
from service.model.campaign import Campaign
from service.model.enclosure import Enclosure, EnclosureKind
from service.model.states import CampaignState
from service.store.keyring import Keyring
from service.store.sealed import open_bytes

Kind = Literal["logo", "annex", "word"]
T = TypeVar("T")
_KINDS: Mapping[EnclosureKind, Kind] = {
    EnclosureKind.PICTURE: "logo",
    EnclosureKind.ANNEX: "annex",
    EnclosureKind.WORD: "word",
}

NO_SUCH_FILE = Sentence("There is no such file of this letter.")
FINAL = Sentence(
    "The text is final, and its annexes with it. Make it a draft again, or write a new version, to change them."
)
GONE = Sentence("That file is not kept any more: bring it once more.")
_TITLE = Sentence("The title")
_TOO_MANY_LOGOS = Sentence("A letterhead has room for {most} logos: take one away first.", most=MOST_LOGOS)
_TOO_MANY_ANNEXES = Sentence("A letter takes {most} annexes at most: take one away first.", most=MOST_ANNEXES)
_THERE_ALREADY = Sentence("This file is there already.")
_NO_TITLE = Sentence("Write what the annex is.")
_NO_PLACEHOLDER = Sentence("The title cannot hold a placeholder: write the words themselves.")


class MistitledAnnex(Refused):
    """What an annex was called cannot be its title."""


@dataclass(frozen=True, kw_only=True)
class FileSeen:
    """A logo or an annex as the desk lists it; `id` is that of its kept file, `title` "" for a logo, sizes in bytes."""

    id: str
    kind: Kind
    title: str = ""
    pages: int = 0
    size: int = 0


@dataclass(frozen=True, kw_only=True, repr=False)
class _Whole:
    """A letter's file, with what its logos and annexes are, each by the id of its kept file."""

    campaign: Campaign
    keys: CampaignKeys
    file: CampaignFile
    files: Files

    def with_logos(self, logos: Sequence[tuple[str, LogoMade]]) -> CampaignFile:
        """Give the file with these logos and no others."""
        head = replace(
            self.file.letterhead,
            logos=tuple(name for name, _ in logos),
            made=tuple(made for _, made in logos),
        )
        return replace(self.file, letterhead=head)

    def with_annexes(self, annexes: Sequence[AnnexFile]) -> CampaignFile:
        """Give the file with these annexes and no others."""
        return replace(self.file, letter=replace(self.file.letter, annexes=tuple(annexes)))

    @property
    def logos(self) -> list[tuple[str, LogoMade]]:
        """The logos: the name of each, and what was made of it."""
        return list(zip(self.file.letterhead.logos, self.file.letterhead.made, strict=True))


def files_seen(session: Session, keyring: Keyring, campaign: Campaign) -> Sequence[FileSeen]:
    """List the logos of a letter, then its annexes, each in its order, and last its own Word template where it has one."""
    file = open_file(session, keyring, campaign)
    logos = (
        FileSeen(id=_id(session, keyring, campaign, EnclosureKind.PICTURE, one.sha256), kind="logo")
        for one in file.letterhead.made
    )
    annexes = (
        FileSeen(
            id=_id(session, keyring, campaign, EnclosureKind.ANNEX, one.sha256),
            kind="annex",
            title=one.title,
            pages=one.pages,
            size=one.size,
        )
        for one in file.letter.annexes
    )
    sha256 = file.letterhead.word_sha256
    word = (
        [FileSeen(id=_id(session, keyring, campaign, EnclosureKind.WORD, sha256), kind="word")]
        if sha256
        else ()
    )
    return (*logos, *annexes, *word)


def file_bytes(session: Session, keyring: Keyring, campaign: Campaign, file_id: str) -> tuple[Kind, bytes]:
    """Open a kept file of a letter: a logo's picture (PNG), an annex (PDF) or its Word template; raises NotFound for any other."""
    row = _row(session, campaign, file_id)
    return _KINDS[row.kind], open_bytes(keyring.of(session, campaign.id), row, "content")


def add_logo(session: Session, keyring: Keyring, slug: str, logo: Logo, *, by: str, now: datetime) -> None:
    """Put a logo behind those that a draft has; raises Refused for one too many, or one that is there."""
    whole = _whole(session, keyring, slug)
    if len(whole.logos) >= MOST_LOGOS:
        raise Refused(_TOO_MANY_LOGOS)
    made = LogoMade(sha256=logo.sha256, kind=logo.kind, width=logo.width, height=logo.height)
    if any(one.sha256 == made.sha256 for _, one in whole.logos):
        raise Refused(_THERE_ALREADY)
    files = {(EnclosureKind.LOGO, made.sha256): logo.file, (EnclosureKind.PICTURE, made.sha256): logo.picture}
    file = whole.with_logos([*whole.logos, (_logo_name(made), made)])
    _load(session, keyring, whole, file, more=files, by=by, now=now)


def add_annex(
    session: Session, keyring: Keyring, slug: str, *, title: str, data: bytes, by: str, now: datetime
) -> None:
    """Put an annex behind those that a draft has.

    Raises MistitledAnnex, and Refused for a file that check_annex() refuses, for one too many, and where all have too many bytes.
    """
    written = _read_title(title)
    pages = check_annex(data, name=written)
    whole = _whole(session, keyring, slug)
    annexes = whole.file.letter.annexes
    if len(annexes) >= MOST_ANNEXES:
        raise Refused(_TOO_MANY_ANNEXES)
    sha256 = hashlib.sha256(data).hexdigest()
    if any(one.sha256 == sha256 for one in annexes):
        raise Refused(_THERE_ALREADY)
    name = f"annex-{sha256[:12]}.pdf"
    annex = AnnexFile(title=written, file=name, sha256=sha256, size=len(data), pages=pages)
    refuse_annexes((*annexes, annex))
    file = whole.with_annexes([*annexes, annex])
    _load(session, keyring, whole, file, more={(EnclosureKind.ANNEX, sha256): data}, by=by, now=now)


def move_file(
    session: Session, keyring: Keyring, slug: str, file_id: str, *, up: bool, by: str, now: datetime
) -> None:
    """Change places with the one before, or after it; what stands at the end already stays."""
    whole = _whole(session, keyring, slug, having=file_id)
    kind, place = _find(session, keyring, whole, file_id)
    if kind == "logo":
        file = whole.with_logos(_moved(whole.logos, place, up=up))
    else:
        file = whole.with_annexes(_moved(list(whole.file.letter.annexes), place, up=up))
    if file != whole.file:
        _load(session, keyring, whole, file, by=by, now=now)


def take_away(session: Session, keyring: Keyring, slug: str, file_id: str, *, by: str, now: datetime) -> str:
    """Take a logo or an annex out of a draft; gives what put_back() needs, sealed.

    Its file stays until the draft changes the next time.
    """
    whole = _whole(session, keyring, slug, having=file_id)
    kind, place = _find(session, keyring, whole, file_id)
    if kind == "logo":
        name, made = whole.logos[place]
        was: dict[str, Any] = {"at": place, "name": name, "width": made.width, "height": made.height}
        was |= {"kind": made.kind, "sha256": made.sha256}
        file = whole.with_logos([one for at, one in enumerate(whole.logos) if at != place])
    else:
        annexes = list(whole.file.letter.annexes)
        annex = annexes.pop(place)
        was = {"at": place, "name": annex.file, "title": annex.title, "pages": annex.pages}
        was |= {"size": annex.size, "sha256": annex.sha256}
        file = whole.with_annexes(annexes)
    _load(session, keyring, whole, file, by=by, now=now)
    sealed = whole.keys.seal(json.dumps(was, ensure_ascii=False), place=_place(file_id))
    return base64.urlsafe_b64encode(sealed).decode()


def put_back(
    session: Session, keyring: Keyring, slug: str, file_id: str, taken: str, *, by: str, now: datetime
) -> None:
    """Put back where it stood what take_away() took; raises Refused where its file is gone."""
    whole = _whole(session, keyring, slug, having=file_id)
    try:
        was = json.loads(whole.keys.open(base64.urlsafe_b64decode(taken), place=_place(file_id)))
        more = _kept(session, keyring, whole.campaign, was)
    except (Permanent, ValueError):
        raise Refused(GONE) from None
    if "title" in was:
        annexes = list(whole.file.letter.annexes)
        annex = AnnexFile(
            title=was["title"], file=was["name"], sha256=was["sha256"], size=was["size"], pages=was["pages"]
        )
        if any(one.sha256 == annex.sha256 for one in annexes):
            return
        if len(annexes) >= MOST_ANNEXES:
            raise Refused(_TOO_MANY_ANNEXES)
        annexes.insert(was["at"], annex)
        refuse_annexes(annexes)
        file = whole.with_annexes(annexes)
    else:
        logos = whole.logos
        made = LogoMade(sha256=was["sha256"], kind=was["kind"], width=was["width"], height=was["height"])
        if any(one.sha256 == made.sha256 for _, one in logos):
            return
        if len(logos) >= MOST_LOGOS:
            raise Refused(_TOO_MANY_LOGOS)
        logos.insert(was["at"], (was["name"], made))
        file = whole.with_logos(logos)
    _load(session, keyring, whole, file, more=more, by=by, now=now)


def _read_title(title: str) -> str:
    try:
        written = clean_line(title, what=_TITLE)
    except Refused as refusal:
        raise MistitledAnnex(refusal.args[0]) from refusal
    if not written:
        raise MistitledAnnex(_NO_TITLE)
    if "((" in written:
        raise MistitledAnnex(_NO_PLACEHOLDER)
    return written


def _whole(session: Session, keyring: Keyring, slug: str, *, having: str = "") -> _Whole:
    """Open a draft to change its files; raises NotFound for a kept file `having` that is not of this letter."""
    campaign = lock_campaign(session, slug)
    if having:
        _row(session, campaign, having)
    if campaign.state is not CampaignState.DRAFT:
        raise Refused(FINAL)
    file = open_file(session, keyring, campaign)
    files = files_of(session, keyring, campaign, file)
    return _Whole(campaign=campaign, keys=keyring.of(session, campaign.id), file=file, files=files)


def _load(
    session: Session,
    keyring: Keyring,
    whole: _Whole,
    file: CampaignFile,
    *,
    more: Files | None = None,
    by: str,
    now: datetime,
) -> None:
    """Bring the draft to a file; what it had before stays kept with what it has now, so that it can be put back."""
    load_campaign(session, keyring, file, files={**whole.files, **(more or {})}, by=by, now=now)


def _moved(ones: list[T], place: int, *, up: bool) -> list[T]:
    other = place - 1 if up else place + 1
    if 0 <= other < len(ones):
        ones[place], ones[other] = ones[other], ones[place]
    return ones


def _find(session: Session, keyring: Keyring, whole: _Whole, file_id: str) -> tuple[Kind, int]:
    """Find which of the logos, or of the annexes, has this kept file; raises NotFound where none has."""
    seen = files_seen(session, keyring, whole.campaign)
    kinds: tuple[Kind, ...] = ("logo", "annex")
    for kind in kinds:
        ids = [one.id for one in seen if one.kind == kind]
        if file_id in ids:
            return kind, ids.index(file_id)
    raise NotFound(NO_SUCH_FILE)


def _kept(session: Session, keyring: Keyring, campaign: Campaign, was: dict[str, Any]) -> Files:
    kinds = (EnclosureKind.ANNEX,) if "title" in was else (EnclosureKind.LOGO, EnclosureKind.PICTURE)
    keys = keyring.of(session, campaign.id)
    return {
        (kind, was["sha256"]): open_bytes(
            keys, enclosure_of(session, keyring, campaign.id, kind, was["sha256"]), "content"
        )
        for kind in kinds
    }


def _id(session: Session, keyring: Keyring, campaign: Campaign, kind: EnclosureKind, sha256: str) -> str:
    found = select(Enclosure.id).where(
        Enclosure.campaign_id == campaign.id, Enclosure.file_index == file_key(keyring, kind, sha256)
    )
    return session.exec(found).first() or ""


def _row(session: Session, campaign: Campaign, file_id: str) -> Enclosure:
    row = session.get(Enclosure, file_id)
    if row is None or row.campaign_id != campaign.id or row.kind not in _KINDS:
        raise NotFound(NO_SUCH_FILE)
    return row


def _logo_name(made: LogoMade) -> str:
    return f"logo-{made.sha256[:12]}.{made.kind}"


def _place(file_id: str) -> Place:
    return Place(table="enclosure", column="taken away", row=file_id)
