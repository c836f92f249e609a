"""How many sign an edition, in words: counted once when it is frozen, so that no page opens a whole roll for that."""

from sqlmodel import Session

from service.i18n.words import count_signatories, words_or_english
from service.letter.edition import Edition as Letter
from service.letter.roll import count_roll
from service.model.campaign import Campaign
from service.model.edition import Edition
from service.signing.secretariat.kept_figures import keep_of_edition
from service.store.keyring import Keyring


def signatories_phrase(letter: Letter, language: str) -> str:
    """Say how many an edition is signed by; nothing of a correction, which nobody signs."""
    if letter.supplement is not None and letter.supplement.kind == "correction":
        return ""
    numbers = count_roll(letter.roll)
    own = letter.text.words if letter.text.language == language else ()
    return count_signatories(numbers.organizations, numbers.individuals, words_or_english(language, own))


def keep_phrase(session: Session, keyring: Keyring, campaign: Campaign, row: Edition, letter: Letter) -> None:
    """Keep that of an edition that has just been frozen, beside the other numbers of a letter of many."""
    keep_of_edition(session, keyring, campaign, row.id, signatories_phrase(letter, campaign.language))
