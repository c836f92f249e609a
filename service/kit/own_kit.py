"""The kit of one signatory: found by its link, made of the letter as it may be shown now."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from service.campaigns.contents import open_file
from service.campaigns.enclosures import annex_bytes
from service.campaigns.file import CampaignFile
from service.campaigns.file_tables import Press
from service.campaigns.queries import present_revision
from service.campaigns.wording import addressee
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.languages import mail_language
from service.i18n.zones import zone_of_country
from service.kit.texts import Embargo, Facts, Texts, write_texts
from service.letter.audience import may_show
from service.letter.copy import Copy, make_copy
from service.letter.document import make_document, plain_blocks
from service.letter.edition import Edition
from service.letter.markdown import read_markdown
from service.letter.render_html import render_html
from service.letter.share_image import Share
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.signature import Kind, Signature, Standing, standing
from service.signing.own_sign_on import hold_own
from service.signing.page import shown_counts, shows_names_to, veiled
from service.signing.party import SignOn, read_party
from service.signing.queries import Counts
from service.signing.roll import letter_for_page, letter_without_roll, signature_salt
from service.signing.sign import LINKS_LIVE
from service.signing.texts import in_language, texts_of
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
    annexes: tuple[bytes, ...]


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
    file = open_file(session, keyring, campaign)
    language = mail_language(reader=signature.language, letter=campaign.language)
    whole = letter_for_page(session, keyring, campaign, now=now)
    _refuse_unless_in(session, keyring, whole, signature)
    names = shows_names_to(campaign, signature)
    numbers = shown_counts(session, keyring, campaign, now=now)
    texts_there = texts_of(file, present_revision(session, campaign), wanted=language)

    def copy_of(letter: Edition) -> Copy:
        return make_copy(
            replace(in_language(letter, file, texts_there), other_texts=()), audience="public", office=None
        )

    veil = veiled(letter_without_roll(session, keyring, campaign, now=now))
    copy = copy_of(whole if names else veil)
    embargo = _embargo(campaign, party, now=now)
    link = f"{public_url}/letters/{campaign.slug}"
    told = copy_of(whole) if numbers is not None else copy
    facts = _facts(file, party, told, language=language, numbers=numbers, link=link, embargo=embargo)
    texts = write_texts(facts)
    return Kit(
        slug=campaign.slug,
        language=language,
        reader=signature.language,
        name=party.name,
        is_organization=facts.is_organization,
        coalition=file.coalition,
        title=facts.title,
        text_language=copy.text.language,
        texts=texts,
        letter_html=public_html(copy),
        names_follow=not names,
        embargo=embargo,
        share=Share(
            language=language,
            label=str(catalogue(language).say(_PUBLIC_LETTER)),
            title=facts.title,
            signatories=texts.signatories,
            coalition=file.coalition,
        ),
        link=link,
        day=whole.date,
        annexes=tuple(annex_bytes(session, keyring, campaign.id, one) for one in copy.annexes),
    )


def public_html(copy: Copy) -> str:
    """Write a copy as the fragment that members publish; raises Refused for any but the public one."""
    if copy.audience != "public" or copy.names_for_addressee_only:
        raise Refused(
            "Members publish the public copy only: this one holds names that are not for publication."
        )
    # It is neither a draft nor a copy that can be checked: whoever has left since does not stand in it.
    return render_html(replace(make_document(copy, check_code=""), draft=""), language=copy.text.language)


def _why_no_kit(campaign: Campaign, signature: Signature) -> str:
    if standing(signature, campaign) is not Standing.COUNTED:
        return _NOT_COUNTED
    return "" if may_show(signature.visibility.value, "public") else _NOT_NAMED


def _refuse_without_kit(campaign: Campaign, signature: Signature) -> None:
    reason = _why_no_kit(campaign, signature)
    if reason:
        raise Refused(reason)


def _refuse_unless_in(session: Session, keyring: Keyring, letter: Edition, signature: Signature) -> None:
    """Refuse a kit to one who was confirmed too late for the letter that was sent."""
    salt = signature_salt(keyring.of(session, signature.campaign_id), signature, number=letter.number)
    entry = next((one for one in letter.roll if one.salt == salt), None)
    if entry is None:
        raise Refused(_NOT_SENT)
    if not may_show(entry.shown, "public"):
        raise Refused(_NOT_NAMED)


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
    numbers: Counts | None,
    link: str,
    embargo: Embargo | None,
) -> Facts:
    is_organization = party.kind is Kind.ORGANIZATION
    return Facts(
        language=language,
        name=party.name,
        is_organization=is_organization,
        others=_others(numbers, is_organization=is_organization),
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


def _others(numbers: Counts | None, *, is_organization: bool) -> tuple[int, int] | None:
    """Count all but this one."""
    if numbers is None:
        return None
    own = int(is_organization)
    return max(0, numbers.organizations - own), max(0, numbers.individuals - (1 - own))


def _asks(copy: Copy) -> tuple[str, ...]:
    """Give the bare words of the asks, without notes and emphasis."""
    read = read_markdown(list(copy.text.asks), fill=copy.fill)
    return tuple(" ".join(plain_blocks(ask).split()) for ask in read.parts)


def _contact(press: Press | None, file: CampaignFile) -> str:
    parts = (press.name, press.role, press.email, press.phone) if press else ()
    return ", ".join(filter(None, parts)) or file.reply_to
