"""The letter as kits are made of it: opened once for all that are made together, and laid out once in each language."""

import functools
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.queries import present_revision
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.i18n.formats import direction
from service.letter.copy import Copy, make_copy
from service.letter.document import make_document
from service.letter.edition import Edition, Signatory
from service.letter.render_html import render_html
from service.model.campaign import Campaign
from service.model.letter_revision import LetterRevision
from service.model.signature import Signature
from service.signing.later import Addendum, shown_addenda
from service.signing.page import shown_counts, veiled
from service.signing.queries import Counts
from service.signing.roll import addenda_since, letter_for_page, letter_without_roll, signature_salt
from service.signing.texts import in_language, texts_of
from service.store.held import ask_once
from service.store.keyring import Keyring
from service.templating import render


@dataclass(frozen=True, kw_only=True)
class Part:
    """Where a signatory stands: how, and whether in an addendum rather than in the letter itself."""

    entry: Signatory
    is_later: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class ItsLetter:
    """A letter as it may be shown at one moment; `numbers` are None while nobody is to know them.

    `later` has the addenda that went out, whoever may see them; `addenda` those that everybody may.
    """

    file: CampaignFile
    revision: LetterRevision
    whole: Edition
    veil: Edition
    numbers: Counts | None
    later: tuple[Edition, ...]
    addenda: tuple[Addendum, ...]
    _copies: dict[tuple[str, bool], Copy] = field(default_factory=dict, init=False)
    _fragments: dict[tuple[str, bool], str] = field(default_factory=dict, init=False)

    def part_of(self, keyring: Keyring, session: Session, signature: Signature) -> Part | None:
        """Find where a signatory stands; None where it was confirmed too late for all that was sent."""
        keys = keyring.of(session, signature.campaign_id)
        for place, rows in enumerate(self._rows):
            edition = self.whole if place == 0 else self.later[place - 1]
            entry = rows.get(signature_salt(keys, signature, number=edition.number))
            if entry is not None:
                return Part(entry=entry, is_later=place > 0)
        return None

    def copy(self, language: str, *, names: bool) -> Copy:
        """Give the public copy in its text of a language, where it has one; without `names` neither they nor the numbers show."""
        if (language, names) not in self._copies:
            texts = texts_of(self.file, self.revision, wanted=language)
            letter = in_language(self.whole if names else self.veil, self.file, texts)
            made = make_copy(replace(letter, other_texts=()), audience="public", office=None)
            self._copies[language, names] = made
        return self._copies[language, names]

    def html(self, language: str, *, names: bool) -> str:
        """Write that copy as the fragment that members publish, and below it who has joined since the letter was sent."""
        if (language, names) not in self._fragments:
            letter = public_html(self.copy(language, names=names))
            later = self._later_html(language) if names and self.addenda else ""
            self._fragments[language, names] = f"{letter}\n{later}" if later else letter
        return self._fragments[language, names]

    def _later_html(self, language: str) -> str:
        return render(
            "kit/later.html",
            language=language,
            page_language=language,
            direction=direction(language),
            addenda=self.addenda,
            joined_since=sum(one.numbers.signatories for one in self.addenda),
        )

    @functools.cached_property
    def _rows(self) -> tuple[dict[str, Signatory], ...]:
        return tuple({entry.salt: entry for entry in one.roll} for one in (self.whole, *self.later))


def its_letter(session: Session, keyring: Keyring, campaign: Campaign, *, now: datetime) -> ItsLetter:
    """Open the letter for the kits of a session; one that makes many of them opens it once."""
    return ask_once(session, ("kits of", campaign.id, now), lambda: _open(session, keyring, campaign, now))


def public_html(copy: Copy) -> str:
    """Write a copy as the fragment that members publish; raises Refused for any but the public one."""
    if copy.audience != "public" or copy.names_for_addressee_only:
        raise Refused(
            Sentence(
                "Members publish the public copy only: this one holds names that are not for publication."
            )
        )
    # It is neither a draft nor a copy that can be checked: whoever has left since does not stand in it.
    return render_html(replace(make_document(copy, check_code=""), draft=""), language=copy.text.language)


def _open(session: Session, keyring: Keyring, campaign: Campaign, now: datetime) -> ItsLetter:
    whole = letter_for_page(session, keyring, campaign, now=now)
    return ItsLetter(
        file=open_file(session, keyring, campaign),
        revision=present_revision(session, campaign),
        whole=whole,
        veil=veiled(letter_without_roll(session, keyring, campaign, now=now)),
        numbers=shown_counts(session, keyring, campaign, now=now),
        later=tuple(edition for _, edition in addenda_since(session, keyring, campaign)),
        addenda=shown_addenda(session, keyring, campaign, text=whole.text),
    )
