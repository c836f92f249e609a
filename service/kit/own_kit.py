"""The kit of one signatory: found by its link, made of the letter as it may be shown now."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.enclosures import annex_bytes
from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Press
from service.campaigns.wording import addressee
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.i18n.zones import zone_of_country
from service.kit.its_letter import ItsLetter, Part, its_letter
from service.kit.texts import Embargo, Facts, Texts, write_texts
from service.letter.audience import may_show
from service.letter.copy import Copy
from service.letter.document import plain_blocks
from service.letter.enclosed import Annex
from service.letter.markdown import read_markdown
from service.letter.share_image import Share
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.signature import Kind, Signature, Standing, standing
from service.signing.own_sign_on import hold_own
from service.signing.page import shows_names_to
from service.signing.party import SignOn, read_party
from service.signing.sign import LINKS_LIVE
from service.store.keyring import Keyring
from service.store.links import Link, find_link, keep_link, link_token

_PUBLIC_LETTER = Sentence("Public letter")
_NOT_COUNTED = Sentence("There is no kit: this sign-on is not part of the letter.")
_NOT_NAMED = Sentence(
    "There is no kit: the name of this sign-on is not public, and nothing is to be published under it."
)
_NOT_SENT = Sentence("There is no kit: the letter was sent without this name.")


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What a signatory may publish, in its language; the letter is in `text_language` where it has no text in that one.

    `names_follow` while the names in the letter are not to be shown yet; `day` is that of the letter.
    """

    slug: str
    language: str
    reader: str
    name: str
    is_organization: bool
    coalition: str
    title: str
    text_language: str
    texts: Texts
    letter_html: str
    names_follow: bool
    embargo: Embargo | None
    share: Share
    link: str
    day: date
    campaign_id: str
    annexes: tuple[Annex, ...]


def kit_link(signature: Signature) -> Link:
    """Give the link of a signatory's kit: whoever has it may read the kit, and nothing else."""
    return Link(purpose=Purpose.KIT, row_id=signature.id, generation=signature.generation)


def open_kit(session: Session, keyring: Keyring, *, token: str, public_url: str, now: datetime) -> Kit:
    """Give the kit behind a link.

    Raises NotFound for a link that opens nothing, Refused, with one sentence that says why, where there is no kit.
    """
    link = find_link(session, token, Purpose.KIT)
    signature, campaign = session.get(Signature, link.row_id), session.get(Campaign, link.campaign_id)
    if signature is None or campaign is None or now >= link.expires_at:
        raise NotFound(Sentence("This link does not open anything."))
    if link.generation != signature.generation:
        raise NotFound(Sentence("This link does not open anything any more."))
    return make_kit(session, keyring, campaign, signature, public_url=public_url, now=now)


def kit_annexes(session: Session, keyring: Keyring, kit: Kit) -> tuple[bytes, ...]:
    """Open the files of a kit's annexes, in their order: only its one file needs them."""
    return tuple(annex_bytes(session, keyring, kit.campaign_id, annex) for annex in kit.annexes)


def give_kit(session: Session, keyring: Keyring, *, manage_token: str, now: datetime) -> str:
    """Keep the link of a kit for the holder of a sign-on, and give its token; raises as open_kit() does."""
    holder = hold_own(session, keyring, token=manage_token, now=now)
    _refuse_without_kit(holder.campaign, holder.signature)
    link = kit_link(holder.signature)
    keep_link(session, holder.keys, link, expires_at=now + LINKS_LIVE, now=now)
    return link_token(holder.keys, link)


def has_kit(campaign: Campaign, signature: Signature) -> bool:
    """Tell whether a signatory may have a kit at all: one that counts and is named in public."""
    return not _why_no_kit(campaign, signature)


def make_kit(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    signature: Signature,
    *,
    public_url: str,
    now: datetime,
) -> Kit:
    """Make the kit of a signatory as of now; raises Refused where there is none."""
    _refuse_without_kit(campaign, signature)
    party = read_party(keyring.of(session, campaign.id), signature)
    language = mail_language(reader=signature.language, letter=campaign.language)
    letter = its_letter(session, keyring, campaign, now=now)
    part = letter.part_of(keyring, session, signature)
    if part is None:
        raise Refused(_NOT_SENT)
    if not may_show(part.entry.shown, "public"):
        raise Refused(_NOT_NAMED)
    names = shows_names_to(campaign, signature)
    copy = letter.copy(language, names=names)
    embargo = _embargo(campaign, party, now=now)
    link = f"{public_url}/letters/{campaign.slug}"
    told = letter.copy(language, names=True) if letter.numbers is not None else copy
    others = _others(letter, part, is_organization=party.kind is Kind.ORGANIZATION)
    facts = _facts(letter.file, party, told, language=language, others=others, link=link, embargo=embargo)
    texts = write_texts(facts)
    return Kit(
        slug=campaign.slug,
        language=language,
        reader=signature.language,
        name=party.name,
        is_organization=facts.is_organization,
        coalition=letter.file.coalition,
        title=facts.title,
        text_language=copy.text.language,
        texts=texts,
        letter_html=letter.html(language, names=names),
        names_follow=not names,
        embargo=embargo,
        share=Share(
            language=language,
            label=str(catalogue(language).say(_PUBLIC_LETTER)),
            title=facts.title,
            signatories=texts.signatories,
            coalition=letter.file.coalition,
        ),
        link=link,
        day=letter.whole.date,
        campaign_id=campaign.id,
        annexes=copy.annexes,
    )


def _why_no_kit(campaign: Campaign, signature: Signature) -> str:
    if standing(signature, campaign) is not Standing.COUNTED:
        return _NOT_COUNTED
    return "" if may_show(signature.visibility.value, "public") else _NOT_NAMED


def _refuse_without_kit(campaign: Campaign, signature: Signature) -> None:
    reason = _why_no_kit(campaign, signature)
    if reason:
        raise Refused(reason)


def _embargo(campaign: Campaign, party: SignOn, *, now: datetime) -> Embargo | None:
    if campaign.published_at is not None:
        return None
    # A minute that has passed without the letter being published binds nobody: it is not public yet.
    until = campaign.publish_at if campaign.publish_at and campaign.publish_at > now else None
    there = zone_of_country(party.country, at=until) if until and party.country else None
    return Embargo(until=until, zone=ZoneInfo(campaign.time_zone), there=there)


def _facts(
    file: CampaignFile,
    party: SignOn,
    copy: Copy,
    *,
    language: str,
    others: tuple[int, int] | None,
    link: str,
    embargo: Embargo | None,
) -> Facts:
    return Facts(
        language=language,
        name=party.name,
        is_organization=party.kind is Kind.ORGANIZATION,
        others=others,
        addressee=addressee(file),
        coalition=file.coalition,
        title=copy.fill(copy.text.title),
        text_language=copy.text.language,
        asks=_asks(copy),
        subject=copy.fill(copy.text.re),
        link=link,
        embargo=embargo,
        boilerplate=file.press.boilerplate.strip() if file.press else "",
        contact=_contact(file.press, file),
    )


def _others(letter: ItsLetter, part: Part, *, is_organization: bool) -> tuple[int, int] | None:
    """Count all but this one: in the letter as it was sent, and for who joined it later in the addenda too."""
    if letter.numbers is None:
        return None
    organizations, individuals = letter.numbers.organizations, letter.numbers.individuals
    if part.is_later:
        if not letter.addenda:
            # It is in none of the numbers that may be told.
            return organizations, individuals
        organizations += sum(one.numbers.organizations for one in letter.addenda)
        individuals += sum(one.numbers.individuals for one in letter.addenda)
    own = int(is_organization)
    return max(0, organizations - own), max(0, individuals - (1 - own))


def _asks(copy: Copy) -> tuple[str, ...]:
    """Give the bare words of the asks, without notes and emphasis."""
    read = read_markdown(list(copy.text.asks), fill=copy.fill)
    return tuple(" ".join(plain_blocks(ask).split()) for ask in read.parts)


def _contact(press: Press | None, file: CampaignFile) -> str:
    parts = (press.name, press.role, press.email, press.phone) if press else ()
    return ", ".join(filter(None, parts)) or file.reply_to
