"""Try, before anything is frozen or leaves, whether a letter can be printed and its mails are small enough."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from service.delivery.channel import Outward
from service.delivery.channel_words import channel_word
from service.delivery.check import Line, check, weigh
from service.delivery.fitted import fitted_now
from service.delivery.letter_mail import Making
from service.delivery.messages import mail_sizes
from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.letter.edition import Edition
from service.letter.fonts import Fonts
from service.model.campaign import Campaign
from service.store.keyring import Keyring


def try_to_compile(letter: Edition, fonts: Fonts) -> tuple[str, ...]:
    """Compile both copies, so that nothing is proposed that could not be printed; gives the notices about names."""
    full = compile_copy(make_copy(letter, audience="full", office=None), form="pdf", fonts=fonts)
    compile_copy(make_copy(letter, audience="public", office=None), form="pdf", fonts=fonts)
    return full.notices


def weighed(
    session: Session,
    keyring: Keyring,
    campaign: Campaign,
    outward: Outward,
    making: Making,
    *,
    public_url: str,
    now: datetime,
) -> tuple[Sequence[Line], Sequence[Line]]:
    """Give what each channel can take, and the same with how large each mail would be, which is made for that."""
    lines = fitted_now(
        session, keyring, campaign, check(session, keyring, campaign, outward, now=now), now=now
    )
    if not any(line.channel == "email" and line.verdict.can for line in lines):
        return lines, lines
    sizes = mail_sizes(session, keyring, campaign, public_url=public_url, making=making, now=now)
    return lines, weigh(lines, sizes, most=making.most_bytes, allowed_by=making.allowed_by)


def refuse_what_is_too_large(before: Sequence[Line], after: Sequence[Line]) -> None:
    """Raise Refused where a mail that would leave is larger than it may be (pure)."""
    for line, heavy in zip(before, after, strict=True):
        if line.verdict.can and not heavy.verdict.can:
            raise Refused(
                Sentence(
                    "Nothing was sent. To {label}, {way}: {reason}",
                    label=heavy.label,
                    way=channel_word(heavy.channel),
                    reason=heavy.verdict.reason,
                )
            )
