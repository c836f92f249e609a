"""What a form on an office's site asks of what is entered, and what of a letter does not fit it (pure)."""

from collections.abc import Iterator
from datetime import date

from service.campaigns.file_ways import FormField, WebForm
from service.delivery.channels.web_form.fields import Filled, bare, fill_in, size_told
from service.delivery.rules import Finding, Rule
from service.foundation.sentence import Sentence
from service.letter.copy import Copy
from service.letter.fit_text import size_of

_CHECKED = date(2026, 11, 27)
_HTML = "HTML Standard, the maxlength attribute; the form itself"

LIMIT = Rule(
    id="field-limit",
    says=Sentence("A field of a form takes only so much: what is longer it refuses, or cuts off."),
    source=_HTML,
    checked=_CHECKED,
)
LETTER = Rule(
    id="letter-fitted",
    says=Sentence(
        "A letter that is too long for a field loses whole paragraphs, and its last line names them; title, salutation,"
        " first ask and closing always stay."
    ),
    source=_HTML,
    checked=_CHECKED,
)
FILLED = Rule(
    id="field-filled",
    says=Sentence("What a form requires is filled in."),
    source="HTML Standard, the required attribute; the form itself",
    checked=_CHECKED,
)
BY_A_PERSON = Rule(
    id="by-a-person",
    says=Sentence("A person fills in the form: many ask for proof that no program does."),
    source="contact-congress, recorded forms of the US Congress: 245 of 789 carry a CAPTCHA",
    checked=_CHECKED,
)
RULES: tuple[Rule, ...] = (LIMIT, LETTER, FILLED, BY_A_PERSON)


def examine_texts(form: WebForm) -> tuple[Finding, ...]:
    """Give which of the author's own texts is too long whatever its placeholders will say."""
    own = ((field, size_of(bare(field.text), field.unit)) for field in form.fields if field.holds == "text")
    return tuple(_too_long(field, size) for field, size in own if field.limit and size > field.limit)


def examine(form: WebForm, copy: Copy) -> tuple[Finding, ...]:
    """Give what of a copy does not fit into the fields of a form, in their order."""
    return tuple(finding for filled in fill_in(form, copy) for finding in _findings(filled))


def _findings(filled: Filled) -> Iterator[Finding]:
    field = filled.field
    if filled.refused:
        yield Finding(
            rule=LETTER,
            found=Sentence("“{label}”: {why}", label=field.label, why=filled.refused),
            instead=Sentence("Let the author write a text of its own for this field."),
        )
    elif field.limit and filled.size > field.limit:
        yield _too_long(field, filled.size)
    elif not filled.entry.value:
        yield Finding(
            rule=FILLED,
            found=Sentence("“{label}”: the letter says nothing that could stand there.", label=field.label),
            forbids=False,
            instead=Sentence("Name a contact in the letter, or write a text for this field."),
        )


def _too_long(field: FormField, size: int) -> Finding:
    return Finding(
        rule=LIMIT,
        found=Sentence("“{label}” is too long: {size}.", label=field.label, size=size_told(size, field)),
        instead=Sentence("Shorten it by {over}.", over=f"{size - (field.limit or 0):,}"),
    )
