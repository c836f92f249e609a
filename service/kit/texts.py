"""The words that a signatory may publish under its own name: headline, paragraph, posts, press (pure)."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from service.foundation.sentence import Sentence
from service.i18n.catalogue import catalogue
from service.i18n.formats import isolate
from service.i18n.moments import write_moment
from service.i18n.others import count_others, join_asks
from service.i18n.words import count_signatories, words_or_english
from service.kit.shorten import MOST_IN_POST, shorten, weight, without_end

_HEADLINE = Sentence("{name} co-signs public letter to {addressee}")
_HEADLINE_ALONE = Sentence("{name} signs public letter to {addressee}")
_WITH_OTHERS = Sentence("{name} has co-signed a public letter to {addressee}, along with {others}.")
_WITH_SOME = Sentence(
    "{name} has co-signed a public letter to {addressee}, along with other organizations and individuals."
)
_ALONE = Sentence("{name} has signed a public letter to {addressee}.")
_I_WITH_OTHERS = Sentence("I have signed a public letter to {addressee}, along with {others}.")
_I_WITH_SOME = Sentence(
    "I have signed a public letter to {addressee}, along with other organizations and individuals."
)
_I_ALONE = Sentence("I have signed a public letter to {addressee}.")
_CALLS_FOR = Sentence("The letter, “{title}”, calls for the following: {asks}.")
_IS_ABOUT = Sentence("The letter, “{title}”, is about this: {subject}.")
_IS_CALLED = Sentence("The title of the letter is “{title}”.")
_POST_OURS = Sentence("We have co-signed a public letter to {addressee}, along with {others}: “{title}”")
_POST_OURS_SOME = Sentence("We have co-signed a public letter to {addressee}: “{title}”")
_POST_OURS_ALONE = Sentence("We have signed a public letter to {addressee}: “{title}”")
_POST_MINE = Sentence("I have signed a public letter to {addressee}, along with {others}: “{title}”")
_POST_MINE_SOME = Sentence("I have signed a public letter to {addressee}: “{title}”")
_POST_CALLS = Sentence("What the public letter to {addressee} calls for: {ask}.")
_POST_READ = Sentence("Read the public letter “{title}”:")
_EMBARGO = Sentence("UNDER EMBARGO: not to be published before {moment}.")
_EMBARGO_THERE = Sentence("That is {moment}.")
_EMBARGO_OPEN = Sentence("UNDER EMBARGO: not to be published before the coalition publishes the letter.")
_BY = Sentence("The letter is an initiative of {coalition}.")
_READ_AT = Sentence("The letter and those who have signed it: {link}")
_PRESS_CONTACT = Sentence("Contact for the press: {contact}")
_ABOUT = Sentence("About {coalition}")
_PICTURE = Sentence("Public letter of {coalition}: “{title}”. Signed by {signatories}.")
_PICTURE_SOME = Sentence("Public letter of {coalition}: “{title}”.")

# The mark that ends a foreign direction (U+2069) may stand between the two.
_AFTER_DOTS = re.compile("(…\u2069?)[.。།]")
_BLANK_LINE = re.compile(r"\n\s*\n")
_MOST_ASKS = 3
_LONGEST_ASK = 160
_LONGEST_SUBJECT = 240
# How much of each of the longer words of a post stays, tried one after the other.
_BUDGETS = (400, 200, 140, 100, 70, 50, 30, 16)


@dataclass(frozen=True, kw_only=True)
class Embargo:
    """Until when nothing may be published; None where nobody has said, and then until the coalition publishes.

    `zone` is the letter's, `there` the reader's where it is known.
    """

    until: datetime | None
    zone: ZoneInfo
    there: ZoneInfo | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the words are made of; `language` is theirs, `text_language` that of title, asks and subject.

    `others` counts all organizations and individuals but this one; None where the number is not to be known yet.
    `link` leads to the letter's public page. `embargo` is None once the letter is published.
    """

    language: str
    name: str
    is_organization: bool
    others: tuple[int, int] | None
    addressee: str
    coalition: str
    title: str
    text_language: str
    asks: tuple[str, ...]
    subject: str
    link: str
    embargo: Embargo | None
    boilerplate: str
    contact: str


@dataclass(frozen=True, kw_only=True)
class Post:
    """A short post with its link, and how much of the limit it takes."""

    text: str
    length: int


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The words of a kit; `headline` and `press` are empty in a person's, `about` where the coalition wrote nothing."""

    headline: str
    paragraph: str
    posts: tuple[Post, ...]
    press: str
    about: str
    embargo: str
    alternative: str
    signatories: str


def write_texts(facts: Facts) -> Texts:
    """Write everything that a signatory may publish, in one language."""
    paragraph = f"{_who_signed(facts)}{_gap(facts)}{_what_for(facts)}"
    return Texts(
        headline=_headline(facts),
        paragraph=paragraph,
        posts=_posts(facts),
        press=_press(facts, paragraph) if facts.is_organization else "",
        about=_about(facts),
        embargo=embargo_line(facts.embargo, facts.language),
        alternative=_say(facts, _PICTURE if _all_of(facts) else _PICTURE_SOME),
        signatories=_all_of(facts),
    )


def embargo_line(embargo: Embargo | None, language: str) -> str:
    """Say until when nothing may be published, on the letter's clock and on the reader's; empty without an embargo."""
    if embargo is None:
        return ""
    spoken = catalogue(language)
    if embargo.until is None:
        return str(spoken.say(_EMBARGO_OPEN))
    here, there = (
        write_moment(embargo.until.astimezone(zone), language) if zone else ""
        for zone in (embargo.zone, embargo.there)
    )
    line = str(spoken.say(_EMBARGO.with_values(moment=here)))
    if embargo.there is None or _same_clock(embargo.until, embargo.zone, embargo.there):
        return line
    return f"{line} {spoken.say(_EMBARGO_THERE.with_values(moment=there))}"


def _headline(facts: Facts) -> str:
    if not facts.is_organization:
        return ""
    return _say(facts, _HEADLINE_ALONE if _is_alone(facts) else _HEADLINE)


def _same_clock(moment: datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    return moment.astimezone(one).utcoffset() == moment.astimezone(other).utcoffset()


def _who_signed(facts: Facts) -> str:
    """Say who has signed and with whom: nobody else, so many others, or others of whom the number is not told."""
    if facts.others is None:
        return _say(facts, _WITH_SOME if facts.is_organization else _I_WITH_SOME)
    if _is_alone(facts):
        return _say(facts, _ALONE if facts.is_organization else _I_ALONE)
    return _say(facts, _WITH_OTHERS if facts.is_organization else _I_WITH_OTHERS)


def _is_alone(facts: Facts) -> bool:
    """Tell whether it is known that nobody else has signed; then nobody has co-signed."""
    return facts.others is not None and not any(facts.others)


def _what_for(facts: Facts) -> str:
    if facts.asks:
        asks = tuple(without_end(shorten(ask, _LONGEST_ASK)) for ask in facts.asks[:_MOST_ASKS])
        return _say(facts, _CALLS_FOR, asks=join_asks(asks, facts.text_language))
    if facts.subject:
        return _say(facts, _IS_ABOUT, subject=without_end(shorten(facts.subject, _LONGEST_SUBJECT)))
    return _say(facts, _IS_CALLED)


def _posts(facts: Facts) -> tuple[Post, ...]:
    sentences = [_first_post(facts), *([_POST_CALLS] if facts.asks else []), _POST_READ]
    return tuple(_post(facts, sentence) for sentence in sentences)


def _first_post(facts: Facts) -> Sentence:
    is_told = facts.others is not None and any(facts.others)
    if not facts.is_organization:
        return _POST_MINE if is_told else _POST_MINE_SOME
    if _is_alone(facts):
        return _POST_OURS_ALONE
    return _POST_OURS if is_told else _POST_OURS_SOME


def _post(facts: Facts, sentence: Sentence) -> Post:
    """Write a post that fits: what is longer than there is room for is shortened, the link never."""
    tries = (_try_post(facts, sentence, budget) for budget in _BUDGETS)
    return next((post for post in tries if post.length <= MOST_IN_POST), None) or _try_post(
        facts, sentence, _BUDGETS[-1]
    )


def _try_post(facts: Facts, sentence: Sentence, budget: int) -> Post:
    said = _say(
        facts,
        sentence,
        title=shorten(facts.title, budget),
        addressee=shorten(facts.addressee, budget),
        ask=without_end(shorten(facts.asks[0], budget)) if facts.asks else "",
    )
    # On a line of its own nothing sticks to the link, in whichever direction the words run.
    text = f"{said}\n{facts.link}"
    return Post(text=text, length=weight(text))


def _press(facts: Facts, paragraph: str) -> str:
    parts = [
        embargo_line(facts.embargo, facts.language),
        f"{paragraph}{_gap(facts)}{_say(facts, _BY)}",
        _say(facts, _READ_AT),
        _say(facts, _PRESS_CONTACT) if facts.contact else "",
    ]
    return "\n\n".join(filter(None, parts))


def _about(facts: Facts) -> str:
    contact = _say(facts, _PRESS_CONTACT) if facts.contact else ""
    own_words = "\n".join([_say(facts, _ABOUT), *_paragraphs(facts)]) if facts.boilerplate else ""
    return "\n\n".join(filter(None, (own_words, contact)))


def _paragraphs(facts: Facts) -> list[str]:
    """Give the coalition's own lines about itself a paragraph a line, whatever width they were typed to."""
    parts = (" ".join(part.split()) for part in _BLANK_LINE.split(facts.boilerplate))
    return [isolate(part, within=facts.language) for part in parts if part]


def _all_of(facts: Facts) -> str:
    if facts.others is None:
        return ""
    organizations, individuals = facts.others
    own = int(facts.is_organization)
    return count_signatories(organizations + own, individuals + 1 - own, words_or_english(facts.language))


def _gap(facts: Facts) -> str:
    # Chinese puts nothing between two sentences.
    return "" if facts.language.startswith("zh") else " "


def _say(facts: Facts, sentence: Sentence, **more: str) -> str:
    values = {
        "name": facts.name,
        "addressee": facts.addressee,
        "others": _others(facts),
        "title": facts.title,
        "coalition": facts.coalition,
        "link": facts.link,
        "contact": facts.contact,
        "signatories": _all_of(facts),
        **more,
    }
    said = str(catalogue(facts.language).say(sentence.with_values(**values)))
    # What was cut ends in three dots already.
    return _AFTER_DOTS.sub(r"\1", said)


def _others(facts: Facts) -> str:
    organizations, individuals = facts.others or (0, 0)
    return count_others(organizations, individuals, facts.language, of_organization=facts.is_organization)
