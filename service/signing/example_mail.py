"""Write a mail as one reader would get it, with blanks for its personal links: to look at before anything goes."""

from service.campaigns.file import CampaignFile
from service.campaigns.wording import addressee
from service.letter.call import call_text
from service.mail.compose import Rendered, render_mail
from service.model.campaign import Campaign
from service.model.states import SignatureState
from service.model.update import UpdateAudience
from service.signing.own_words import OwnText, fill_words, own_parts, placeholder_values, words_in
from service.signing.page import deadline_text
from service.signing.update_words import write_update

_BLANK = "https://…"


def write_update_example(
    file: CampaignFile, campaign: Campaign, *, text: OwnText, audience: UpdateAudience, language: str
) -> Rendered:
    """Write an update to an audience."""
    spoken, words = words_in(text, language, letter=campaign.language) or (
        language,
        text[campaign.language],
    )
    return write_update(
        fill_words(words, placeholder_values(campaign, file, language)),
        file,
        audience=audience,
        language=language,
        link=_BLANK,
        unsubscribe_link=_BLANK,
        words_language=spoken,
    )


def write_asking_example(
    file: CampaignFile,
    campaign: Campaign,
    *,
    text: OwnText,
    state: SignatureState | None,
    again: bool,
    name: str,
    language: str,
) -> Rendered:
    """Write what asks a sign-on in a state: `again` a reminder, else its invitation."""
    own = own_parts(text, campaign, file, language)
    shared = {
        "coalition": file.coalition,
        "letter_title": file.letter.title,
        "language": language,
        "reply_to": file.reply_to,
        "link": _BLANK,
        "deadline": deadline_text(campaign, language),
        "unsubscribe_link": _BLANK,
        **own,
    }
    if again and state is SignatureState.PENDING:
        return render_mail("reminder", **shared)
    return render_mail(
        "invitation",
        again=again,
        intends=again and state is SignatureState.INTENDS,
        is_late=False,
        event=file.event.name if file.event else "",
        call_text=call_text(file.call),
        addressee=addressee(file),
        convenors=", ".join(file.convenors),
        party=name or "…",
        **shared,
    )
