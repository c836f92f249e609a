"""A published letter as flat files that any web server or disk can hold, with a manifest of their hashes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.access import is_public
from service.campaigns.enclosures import annex_bytes
from service.campaigns.queries import get_campaign
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
from service.signing.page import shows_names_to_all, veiled
from service.signing.roll import letter_for_page, letter_without_roll
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
    """The files by their names; `notices` tell a coordinator how names came out, and name signatories."""

    files: Mapping[str, bytes]
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

    Without `names` nobody is named, since nobody can call back what others have copied. Raises Refused for a letter,
    or for names, that not everybody may see.
    """
    copy = mirror_copy(session, keyring, slug, names=names, now=now)
    renderings = {f"letter.{form}": compile_copy(copy, form=form, fonts=fonts) for form in _FORMS}
    files = {name: rendering.data for name, rendering in renderings.items()}
    for place, volume in enumerate(renderings["letter.pdf"].volumes, start=1):
        files[f"letter-volume-{place}.pdf"] = volume
    files["style.css"] = render("mirror/style.css").encode()
    files |= {f"logo-{place}.png": logo.picture for place, logo in enumerate(copy.logos, start=1)}
    campaign = get_campaign(session, slug)
    for place, annex in enumerate(copy.annexes, start=1):
        files[f"annex-{place}.pdf"] = annex_bytes(session, keyring, campaign.id, annex)
    files["index.html"] = _index(copy, address=address, now=now).encode()
    files[MANIFEST] = _manifest(files, copy, names=names, now=now)
    files[SUMS] = _sums(files)
    notices = tuple(notice for rendering in renderings.values() for notice in rendering.notices)
    return Mirror(files=files, notices=notices)


def mirror_copy(session: Session, keyring: Keyring, slug: str, *, names: bool, now: datetime) -> Copy:
    """Make the copy of a letter that its mirror spreads; raises Refused as make_mirror() does."""
    campaign = get_campaign(session, slug)
    _refuse_unless_public(campaign, names=names)
    letter = _letter(session, keyring, campaign, now=now)
    return make_copy(letter, audience="public" if names else "unnamed", office=None)


def _refuse_unless_public(campaign: Campaign, *, names: bool) -> None:
    if campaign.state is CampaignState.DRAFT or not is_public(campaign):
        raise Refused(
            f"{campaign.slug!r} is not public yet, and a mirror cannot be called back: publish the letter first."
        )
    if names and not shows_names_to_all(campaign):
        raise Refused(
            f"The names of {campaign.slug!r} are not public yet: make the mirror without --names, or publish the"
            " letter first."
        )


def _letter(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> Edition:
    if shows_names_to_all(campaign):
        return letter_for_page(session, keyring, campaign, now=now)
    return veiled(letter_without_roll(session, keyring, campaign, now=now))


def _index(copy: Copy, *, address: str, now: datetime) -> str:
    document = make_document(copy)
    annexes = tuple(f"annex-{place}.pdf" for place in range(1, len(copy.annexes) + 1))
    beside = Beside(
        logos=tuple(f"logo-{place}.png" for place in range(1, len(copy.logos) + 1)), annexes=annexes
    )
    return render(
        "mirror/index.html",
        language=mail_language(reader="", letter=document.language),
        title=document.title,
        coalition=copy.coalition,
        letter_language=document.language,
        letter_direction=direction(document.language),
        letter_html=_Trusted(render_html(replace(document, check_at=""), beside=beside)),
        forms=_FORMS,
        annexes=dict(zip(annexes, document.enclosures, strict=True)),
        address=address,
        day=now.date(),
    )


@dataclass(frozen=True)
class _Trusted:
    """HTML of our own renderer, in which every word of a person is escaped."""

    html: str

    def __html__(self) -> str:
        return self.html


def _manifest(files: Mapping[str, bytes], copy: Copy, *, names: bool, now: datetime) -> bytes:
    return canonical(
        {
            "record": _RECORD,
            "letter": copy.slug,
            "title": copy.fill(copy.text.title),
            "made_at": now.isoformat(timespec="seconds"),
            "names": names,
            "revision_sha256": copy.revision_sha256,
            "check_code": copy.check_code,
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
