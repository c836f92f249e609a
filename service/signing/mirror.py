"""A published letter as flat files that any web server or disk can hold, with a manifest of their hashes."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.access import is_public
from service.campaigns.contents import open_file
from service.campaigns.enclosures import annex_bytes
from service.campaigns.queries import get_campaign, numbered_edition, present_revision
from service.foundation.canonical import canonical
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import direction
from service.i18n.languages import mail_language
from service.letter.compile import compile_copy
from service.letter.copy import Copy, make_copy
from service.letter.document import make_document
from service.letter.edition import Edition
from service.letter.fonts import Fonts
from service.letter.render_html import Beside, render_html
from service.model.campaign import Campaign
from service.model.states import CampaignState
from service.signing.later import Addendum, shown_addenda
from service.signing.page import shows_names_to_all, veiled
from service.signing.roll import letter_for_page, letter_since, letter_without_roll
from service.signing.texts import ShownText, in_language, texts_of
from service.store.keyring import Keyring
from service.templating import render

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
_RECORD = "undersigned-mirror-1"
_FORMS = {
    "pdf": Sentence("PDF, to print"),
    "txt": Sentence("Plain text"),
    "json": Sentence("Data (JSON)"),
}


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """The files by their names, and the copies in them; `notices` tell a coordinator how names came out, and name signatories."""

    files: Mapping[str, bytes]
    copies: tuple[Copy, ...]
    notices: tuple[str, ...]


def make_mirror(
    session: Session,
    keyring: Keyring,
    slug: str,
    *,
    names: bool,
    address: str,
    fonts: Fonts,
    now: datetime,
) -> Mirror:
    """Make the files of a letter's mirror; `address` is the letter's own page.

    Without `names` nobody is named, since nobody can call back what others have copied. What is in each other language
    is a page alone: the files have the text that is signed. Raises Refused for a letter, or for names, that not
    everybody may see.
    """
    campaign = get_campaign(session, slug)
    _refuse_unless_public(campaign, names=names)
    (own_texts, letter), *others = _letters(session, keyring, campaign, now=now)
    copy = _copy(letter, names=names)
    addenda = shown_addenda(session, keyring, campaign, text=copy.text)
    copies = {"letter": copy}
    if names:
        copies |= {
            f"addendum-{one.ordinal}": _addendum_copy(session, keyring, campaign, one) for one in addenda
        }
    renderings = {
        (stem, form): compile_copy(one, form=form, fonts=fonts)
        for stem, one in copies.items()
        for form in _FORMS
    }
    files = {f"{stem}.{form}": rendering.data for (stem, form), rendering in renderings.items()}
    volumes = {
        f"{stem}-volume-{place}.pdf": volume
        for (stem, _), rendering in renderings.items()
        for place, volume in enumerate(rendering.volumes, start=1)
    }
    files |= volumes
    files["style.css"] = render("mirror/style.css").encode()
    files |= {f"logo-{place}.png": logo.picture for place, logo in enumerate(copy.logos, start=1)}
    for place, annex in enumerate(copy.annexes, start=1):
        files[f"annex-{place}.pdf"] = annex_bytes(session, keyring, campaign.id, annex)
    for texts, translated in ((own_texts, letter), *others):
        page = _index(
            _copy(translated, names=names),
            texts=texts,
            addenda=shown_addenda(session, keyring, campaign, text=translated.text),
            names=names,
            volumes=sorted(volumes, key=_by_number),
            address=address,
            now=now,
        )
        files[_page_of(next(text for text in texts if text.is_shown))] = page.encode()
    files[MANIFEST] = _manifest(files, copies, names=names, now=now)
    files[SUMS] = _sums(files)
    notices = tuple(notice for rendering in renderings.values() for notice in rendering.notices)
    return Mirror(files=files, copies=tuple(copies.values()), notices=tuple(dict.fromkeys(notices)))


def mirror_copy(session: Session, keyring: Keyring, slug: str, *, names: bool, now: datetime) -> Copy:
    """Make the copy of a letter that its mirror spreads; raises Refused as make_mirror() does."""
    campaign = get_campaign(session, slug)
    _refuse_unless_public(campaign, names=names)
    (_, letter), *_ = _letters(session, keyring, campaign, now=now)
    return _copy(letter, names=names)


def _copy(letter: Edition, *, names: bool) -> Copy:
    return make_copy(letter, audience="public" if names else "unnamed", office=None)


def _addendum_copy(session: Session, keyring: Keyring, campaign: Campaign, addendum: Addendum) -> Copy:
    row = numbered_edition(session, campaign, addendum.number)
    return make_copy(letter_since(session, keyring, campaign, row), audience="public", office=None)


def _by_number(name: str) -> tuple[str, int]:
    stem, _, number = name.removesuffix(".pdf").rpartition("-")
    return stem, int(number)


def _refuse_unless_public(campaign: Campaign, *, names: bool) -> None:
    if campaign.state is CampaignState.DRAFT or not is_public(campaign):
        raise Refused(
            Sentence(
                "“{slug}” is not public yet, and a mirror cannot be called back: publish the letter first.",
                slug=campaign.slug,
            )
        )
    if names and not shows_names_to_all(campaign):
        raise Refused(
            Sentence(
                "The names of “{slug}” are not public yet: make the mirror without names, or publish the "
                "letter first.",
                slug=campaign.slug,
            )
        )


def _letters(
    session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime
) -> list[tuple[tuple[ShownText, ...], Edition]]:
    """Give the letter in each of its texts, its own first, with the list of them as its page shows it."""
    file, revision = open_file(session, keyring, campaign), present_revision(session, campaign)
    names = shows_names_to_all(campaign)
    opened = letter_for_page if names else letter_without_roll
    letter = opened(session, keyring, campaign, now=now)
    lists = [texts_of(file, revision, wanted=text.language) for text in texts_of(file, revision, wanted="")]
    translated = [in_language(letter, file, texts) for texts in lists]
    return list(zip(lists, translated if names else map(veiled, translated), strict=True))


def _page_of(text: ShownText) -> str:
    return "index.html" if text.status == "original" else f"index-{text.language.lower()}.html"


@dataclass(frozen=True, kw_only=True)
class _Texts:
    """What a page says of the texts of its letter, whose own language this is."""

    language: str
    texts: tuple[ShownText, ...]


def _index(
    copy: Copy,
    *,
    texts: tuple[ShownText, ...],
    addenda: Sequence[Addendum],
    names: bool,
    volumes: Sequence[str],
    address: str,
    now: datetime,
) -> str:
    # Only a copy of the text that is signed is kept with its code: one of a translation could be checked nowhere.
    is_original = next(text for text in texts if text.is_shown).status == "original"
    document = make_document(copy, check_code=None if is_original else "")
    annexes = tuple(f"annex-{place}.pdf" for place in range(1, len(copy.annexes) + 1))
    beside = Beside(
        logos=tuple(f"logo-{place}.png" for place in range(1, len(copy.logos) + 1)), annexes=annexes
    )
    return render(
        "mirror/index.html",
        language=mail_language(reader="", letter=document.language),
        letter=_Texts(language=texts[0].language, texts=texts),
        pages=[(text, _page_of(text)) for text in texts],
        title=document.title,
        coalition=copy.coalition,
        letter_language=document.language,
        letter_direction=direction(document.language),
        letter_html=_Trusted(render_html(replace(document, check_at=""), beside=beside)),
        forms=_FORMS,
        annexes=dict(zip(annexes, document.enclosures, strict=True)),
        volumes=volumes,
        addenda=addenda,
        joined_since=sum(addendum.numbers.signatories for addendum in addenda),
        names=names,
        address=address,
        day=now.date(),
    )


@dataclass(frozen=True)
class _Trusted:
    """HTML of our own renderer, in which every word of a person is escaped."""

    html: str

    def __html__(self) -> str:
        return self.html


def _manifest(files: Mapping[str, bytes], copies: Mapping[str, Copy], *, names: bool, now: datetime) -> bytes:
    copy = copies["letter"]
    return canonical(
        {
            "record": _RECORD,
            "letter": copy.slug,
            "title": copy.fill(copy.text.title),
            "made_at": now.isoformat(timespec="seconds"),
            "names": names,
            "revision_sha256": copy.revision_sha256,
            "check_code": copy.check_code,
            "addenda": {stem: one.check_code for stem, one in copies.items() if one is not copy},
            "files": [
                {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in sorted(files.items())
            ],
        }
    )


def _sums(files: Mapping[str, bytes]) -> bytes:
    # As `sha256sum --check` reads it.
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "".join(lines).encode()
