"""A mail about a letter to one who works on it: a template's words, from the coalition, in a language."""

from service.campaigns.file import CampaignFile
from service.mail.compose import render_mail
from service.mail.envelope import Draft


def write_about_letter(
    template: str, file: CampaignFile, /, *, to: str, language: str, **context: object
) -> Draft:
    """Fill one of the mail templates with what all of them say of a letter and what this one adds, for one mailbox.

    `to` is a normal address, `language` a BCP 47 tag. Answers go to the coalition; nobody unsubscribes from such a mail.
    """
    written = render_mail(
        template,
        coalition=file.coalition,
        letter_title=file.letter.title,
        language=language,
        reply_to=file.reply_to,
        html_parts=None,
        **context,
    )
    return Draft(
        to=to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        sender_name=file.coalition,
        reply_to=file.reply_to,
        language=language,
        unsubscribe_url=None,
    )
