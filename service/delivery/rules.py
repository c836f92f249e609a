"""What a way of sending asks of a letter, where that is written, and what was found of one letter (pure)."""

from dataclasses import dataclass
from datetime import date

from service.foundation.sentence import Sentence


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a way of sending.

    `id` is its name there, such as "subject-length". `source` says where it is written, by title, and section where it has
    any; `checked` is the day on which somebody last looked.
    """

    id: str
    says: Sentence
    source: str
    checked: date


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What of one letter does not fit a rule. With `forbids` it cannot go that way; else somebody should look at it.

    `found` says it in one sentence with the letter's own numbers; `instead` what would help, "" where nothing does.
    """

    rule: Rule
    found: Sentence
    forbids: bool = True
    instead: Sentence | str = ""


def refusal(finding: Finding) -> Sentence:
    """Say in a row what was found, what would help, and by which rule (pure)."""
    return Sentence(
        "{found} {instead} {rule} ({source}; looked at on {day})",
        found=finding.found,
        instead=finding.instead,
        rule=finding.rule.says,
        source=finding.rule.source,
        day=finding.rule.checked.isoformat(),
    )
