"""What is set for a way of sending, as data: the desk draws a form of it and reads that back (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_line, clean_text

LONGEST_LINE = 1_000
LONGEST_TEXT = 100_000


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that is set for a way: its `key`, its word on the form, what it is for.

    Of a few, `one_of`, one is chosen; `words` says what each is called, where its code alone would say little. The first is
    meant where the setting is `optional` and nothing is chosen. What is `secret` is never shown again; what `is_long` has lines.
    """

    key: str
    word: Sentence
    helps: Sentence
    secret: bool = False
    optional: bool = False
    one_of: tuple[str, ...] = ()
    is_long: bool = False
    words: Mapping[str, Sentence] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a letter's account at a way is good for, in one sentence; with `is_trial` nothing reaches anybody by it."""

    says: str
    is_trial: bool = False


class Misset(Refused):
    """Settings that cannot be kept; `by_key` has a sentence for each that is wrong, in the form's order."""

    def __init__(self, by_key: Mapping[str, str]) -> None:
        """Keep the sentences by key."""
        super().__init__(_MISSET, tuple(by_key.values()))
        self.by_key = dict(by_key)


_MISSET = Sentence("What was given does not set this way up.")


def read_given(
    settings: Sequence[Setting], given: Mapping[str, str], *, kept: Mapping[str, str]
) -> dict[str, str]:
    """Read what a form gave for these settings, and nothing else of it; raises Misset with every fault.

    An empty secret stays as it is `kept`.
    """
    values, faults = {}, {}
    for one in settings:
        try:
            written = _clean(one, given.get(one.key, ""))
        except Refused as refusal:
            faults[one.key] = str(refusal)
            continue
        values[one.key] = written or (kept.get(one.key, "") if one.secret else "")
    faults = {**faults, **{key: fault for key, fault in faults_in(settings, values) if key not in faults}}
    if faults:
        raise Misset({one.key: faults[one.key] for one in settings if one.key in faults})
    return {key: value for key, value in values.items() if value}


def faults_in(settings: Sequence[Setting], values: Mapping[str, str]) -> Iterator[tuple[str, Sentence]]:
    """Give what is missing and what is none of those that there are, each with its key."""
    for one in settings:
        value = values.get(one.key, "")
        if not value and not one.optional:
            yield one.key, Sentence("{what} is missing.", what=one.word)
        if value and one.one_of and value not in one.one_of:
            yield one.key, Sentence("{what} is none of those that there are.", what=one.word)


def _clean(setting: Setting, text: str) -> str:
    if setting.is_long:
        return clean_text(text, what=setting.word, longest=LONGEST_TEXT)
    return clean_line(text, what=setting.word, longest=LONGEST_LINE)
