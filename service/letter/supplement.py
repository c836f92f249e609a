"""What comes after a letter that was sent: an addendum of those who joined it, a correction for those who took their name back."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from service.i18n.supplement_words import addendum_body, correction_body, supplement_title
from service.i18n.words import words_for
from service.letter.audience import may_show
from service.letter.copy import make_copy
from service.letter.edition import Audience, Edition, Signatory, Supplement
from service.letter.roll import Numbers, count_roll


def make_addendum(
    sent: Edition,
    joined: Iterable[Signatory],
    *,
    number: int,
    ordinal: int,
    others: Numbers,
    day: date,
    sorting: int,
) -> Edition:
    """Make addendum `ordinal`, as edition `number`, of those who joined the letter `sent`.

    `others` are the numbers of all who had signed before them, so that the addendum tells its own numbers both alone
    and together. Its offices, letterhead and contact are the letter's; its own roll is put in order by `sorting`.
    """
    supplement = Supplement(
        kind="addendum",
        ordinal=ordinal,
        edition=sent.number,
        date=sent.date,
        others_organizations=others.organizations,
        others_individuals=others.individuals,
    )
    made = _supplemented(sent, supplement, tuple(joined), number=number, day=day)
    return replace(made, sorting=sorting)


def make_correction(
    sent: Edition, taken_back: Iterable[Signatory], *, number: int, ordinal: int, day: date, sorting: int
) -> Edition:
    """Make correction `ordinal`, as edition `number`, of those who are not to be named in `sent` any longer.

    Each is shown to whom it was shown in what was sent, and to nobody else.
    """
    first = sent.supplement
    supplement = Supplement(
        kind="correction", ordinal=ordinal, edition=sent.number, date=first.date if first else sent.date
    )
    made = _supplemented(sent, supplement, tuple(taken_back), number=number, day=day)
    return replace(made, sorting=sorting)


def with_others(addendum: Edition, others: Numbers) -> Edition:
    """Give an addendum that tells how many have signed in all, where that has changed since it was frozen."""
    if addendum.supplement is None:
        return addendum
    supplement = replace(
        addendum.supplement,
        others_organizations=others.organizations,
        others_individuals=others.individuals,
    )
    return _worded(replace(addendum, supplement=supplement))


def says_anything(supplement: Edition, audience: Audience) -> bool:
    """Tell whether a supplement names anybody to an audience; a copy that names nobody tells only that there is somebody."""
    return any(may_show(entry.shown, audience) for entry in supplement.roll)


def _supplemented(
    sent: Edition, supplement: Supplement, roll: tuple[Signatory, ...], *, number: int, day: date
) -> Edition:
    # The letter's own numbers stand in its headline and its greeting: they are filled in before the roll is another.
    filled = make_copy(sent, audience="public", office=None).fill
    words = words_for(sent.text.language, sent.text.words)
    kind, ordinal = supplement.kind, supplement.ordinal
    text = replace(
        sent.text,
        title=supplement_title(kind, ordinal, filled(sent.text.title), words),
        subtitle="",
        re=filled(sent.text.re),
        salutation=filled(sent.text.salutation),
        asks_intro="",
        asks=(),
        ending="",
        closing=filled(sent.text.closing),
    )
    offices = tuple(replace(office, salutation=filled(office.salutation)) for office in sent.offices)
    return _worded(
        replace(
            sent,
            number=number,
            text=text,
            offices=offices,
            roll=roll,
            date=day,
            supplement=supplement,
            other_texts=(),
            annexes=(),
        )
    )


def _worded(edition: Edition) -> Edition:
    supplement = edition.supplement
    assert supplement is not None
    words = words_for(edition.text.language, edition.text.words)
    if supplement.kind == "correction":
        return replace(edition, text=replace(edition.text, body=correction_body(supplement.date, words)))
    own = count_roll(edition.roll)
    body = addendum_body(
        supplement.ordinal,
        supplement.date,
        organizations=supplement.others_organizations + own.organizations,
        individuals=supplement.others_individuals + own.individuals,
        words=words,
    )
    return replace(edition, text=replace(edition.text, body=body))
