"""Make the page of a letter's text: the form with whatever is unsaved in it, and all that stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response

from service.campaigns.contents import open_file
from service.campaigns.file import CampaignFile
from service.campaigns.revise import revisions_of, takes_answers
from service.campaigns.writing.drafts import Unsaved, all_unsaved
from service.campaigns.writing.locks import Editor, other_editor
from service.campaigns.writing.save import NO_SUCH_LANGUAGE, may_be_saved
from service.campaigns.writing.words import (
    FaultyText,
    WrittenText,
    languages_of,
    letter_source,
    parts_of,
    text_of,
)
from service.coordinators.permissions import Act
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.letter.copy import make_copy
from service.letter.difference import difference
from service.letter.document import make_document
from service.letter.draft_faults import draft_faults
from service.letter.preview import source_parts
from service.letter.render_html import render_html
from service.model.states import CampaignState
from service.signing.draft_view import draft_edition, placeholder_values
from service.web.desk.page import desk_page
from service.web.desk.text_form import form_state, language_name
from service.web.desk.visit import letter, letter_row, looking, visit
from service.web.differences import PART_NAMES, ShownPassage, shown_passages
from service.web.languages import letter_languages
from service.web.render import TrustedHtml, letter_fragment
from service.web.services import services


@dataclass(frozen=True, kw_only=True)
class Tongue:
    """One language of the letter, as the page links to it."""

    tag: str
    name: str
    status: str
    path: str
    is_present: bool
    has_unsaved: bool


@dataclass(frozen=True, kw_only=True)
class Warned:
    """What should be mended before the text is final."""

    part: str
    number: int
    line: int
    told: str
    field: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Editing:
    """All that a page about one text knows of it; `text` is the unsaved one where there is any."""

    file: CampaignFile
    language: str
    state: CampaignState
    present: WrittenText | None
    unsaved: Unsaved | None
    drafts: dict[str, Unsaved]
    editor: Editor | None
    values: Sequence[tuple[str, str]]
    versions: int
    takes_revision: bool
    can_save: bool

    @property
    def text(self) -> WrittenText:
        """The words that stand in the form."""
        if self.unsaved is not None:
            return self.unsaved.text
        return self.present or blank_text(self.file, self.language)

    @property
    def base(self) -> str:
        """The digest of the text that is present now, "" where there is none in this language."""
        return self.present.digest if self.present else ""

    @property
    def saved_meanwhile(self) -> bool:
        """Tell whether somebody saved this text after the unsaved one was begun."""
        return self.unsaved is not None and self.unsaved.base != self.base


SAVED = Sentence("The text is saved.")
_DELETED = Sentence("The text of this letter was deleted with its personal data.")


def refuse_deleted() -> None:
    """Raise Refused for a letter whose keys are gone, and with them its words."""
    if letter().state is CampaignState.PURGED:
        raise Refused(_DELETED)


def blank_text(file: CampaignFile, language: str) -> WrittenText:
    """Give an empty translation, with room for as many requests as the letter has."""
    return WrittenText(language=language, status="courtesy", asks=("",) * len(file.letter.asks))


def look_at_text(language: str = "") -> Editing:
    """Look at a text of this letter, in its own language where none is named; raises NotFound for one that is not there."""
    refuse_deleted()
    here, who, now = services(), visit(), services().now()
    with looking() as session:
        campaign = letter_row(session)
        file = open_file(session, here.keyring, campaign)
        chosen = language or file.language
        drafts = all_unsaved(session, here.keyring, campaign_id=campaign.id, who=who.coordinator_id)
        if chosen not in languages_of(file) and chosen not in drafts:
            raise NotFound(NO_SUCH_LANGUAGE)
        present, unsaved = text_of(file, chosen), drafts.get(chosen)
        text = unsaved.text if unsaved else present or blank_text(file, chosen)
        return Editing(
            file=file,
            language=chosen,
            state=campaign.state,
            present=present,
            unsaved=unsaved,
            drafts=drafts,
            editor=other_editor(
                session,
                here.keyring,
                campaign_id=campaign.id,
                language=chosen,
                who=who.coordinator_id,
                now=now,
            ),
            values=placeholder_values(session, here.keyring, campaign, text, now=now),
            versions=len(revisions_of(session, campaign)),
            takes_revision=takes_answers(session, campaign),
            can_save=may_be_saved(campaign, text, present),
        )


def text_path(language: str = "", *, below: str = "", fragment: str = "", **query: str) -> str:
    """Give the path of the text's page in a language, or of a page below it."""
    own = language in {"", letter().language}
    asked = "&".join(
        f"{name}={value}" for name, value in {"language": "" if own else language, **query}.items() if value
    )
    path = f"/desk/letters/{letter().slug}/text" + (f"/{below}" if below else "")
    return path + (f"?{asked}" if asked else "") + (f"#{fragment}" if fragment else "")


def show_text(
    seen: Editing,
    *,
    status: int = 200,
    faults: FaultyText | None = None,
    notice: str = "",
    is_new: bool = False,
) -> Response:
    """Show the form where this coordinator may edit, else the text as it is."""
    may_edit = visit().may(Act.EDIT_TEXT)
    editable = may_edit and (seen.can_save or (seen.takes_revision and (is_new or seen.unsaved is not None)))
    return desk_page(
        "text.html",
        status=status,
        part="desk.text",
        form=form_state(seen.text, faults=faults, notice=notice),
        seen=seen,
        tongues=_tongues(seen),
        language_name=language_name,
        other_languages=letter_languages(but=[one.tag for one in _tongues(seen)]),
        editable=editable,
        may_edit=may_edit,
        may_revise=may_edit and seen.takes_revision,
        changes=changes_of(seen) if seen.unsaved else (),
        letter_html=None if editable else letter_fragment(_letter_html(seen.text)),
        text_path=text_path,
        faulty_elsewhere=_elsewhere(seen, faults),
        **beside_of(seen),
    )


def saved_letter() -> TrustedHtml:
    """Show the letter as it is saved, in its own language, whatever its reader has typed and not saved."""
    seen = look_at_text()
    return letter_fragment(_letter_html(seen.present or seen.text))


def beside_of(seen: Editing) -> dict[str, Any]:
    """Give what stands beside the form: the first page, the placeholders, what should be mended."""
    digest = seen.text.digest[:16]
    return {
        "image": text_path(seen.language, below="first-page.svg", v=digest),
        "pdf": text_path(seen.language, below="draft.pdf"),
        "values": seen.values,
        "warnings": _warnings(seen),
        "unsaved_at": _clock(seen.unsaved.saved_at) if seen.unsaved else "",
        "editor": seen.editor,
        "editor_since": _clock(seen.editor.since) if seen.editor else "",
        "saved_meanwhile": seen.saved_meanwhile,
    }


def changes_of(seen: Editing) -> tuple[ShownPassage, ...]:
    """Give what differs between the text that is saved and the one in the form."""
    old = parts_of(seen.present) if seen.present else ()
    return shown_passages(difference(old, parts_of(seen.text)), language=letter().language)


def _elsewhere(seen: Editing, faults: FaultyText | None) -> tuple[tuple[str, str], ...]:
    found = faults.found if faults else ()
    languages = dict.fromkeys(one.language for one in found if one.language != seen.language)
    return tuple((text_path(one, begin="yes"), language_name(one)) for one in languages)


def _clock(moment: datetime) -> str:
    local, today = visit().local(moment), visit().local(services().now()).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def _tongues(seen: Editing) -> tuple[Tongue, ...]:
    file = seen.file
    status = {one.language: one.status for one in file.letter.translations}
    tags = dict.fromkeys((*languages_of(file), *seen.drafts))
    return tuple(
        Tongue(
            tag=tag,
            name=language_name(tag),
            status=status.get(tag, "" if tag == file.language else "new"),
            path=text_path(tag),
            is_present=tag == seen.language,
            has_unsaved=tag in seen.drafts,
        )
        for tag in tags
    )


def _warnings(seen: Editing) -> tuple[Warned, ...]:
    found = draft_faults(source_parts(letter_source(seen.file, seen.text)), services().fonts)
    warned = []
    for one in found:
        name, _, number = one.part.partition(".")
        field = f"ask-{number}" if number else name
        told = Warned(
            part=PART_NAMES[name],
            number=int(number or 0),
            line=one.line,
            told=one.sentence,
            field=field,
        )
        warned.append(told)
    return tuple(warned)


def _letter_html(text: WrittenText) -> str:
    here = services()
    with looking() as session:
        edition = draft_edition(session, here.keyring, letter_row(session), text, now=here.now())
    copy = make_copy(edition, audience="public", office=None)
    return render_html(make_document(copy, check_code=""))
