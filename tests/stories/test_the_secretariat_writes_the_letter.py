"""As an editor I write the letter at the desk: checked like a file, kept while I type, and never lost."""

import io
from datetime import timedelta

import pytest

from examples.demo.forms import read_forms
from service.campaigns.contents import open_file
from service.model.coordinator import Role
from service.store.transaction import reading
from tests.coalition import Coalition
from tests.desk import AtTheDesk, add_colleague, form_of
from tests.stories.visitor import Door, words_of
from tests.unit.letter.word_files import simple_word


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.load()


def saved(coalition: Coalition):
    with reading(coalition.engine) as session:
        return open_file(session, coalition.keyring, coalition.campaign()).letter


def press(who: AtTheDesk, do: str, values=None, *, path: str = "text"):
    """Fill in the form that has a button, and press it."""
    page = who.open(path)
    given = {name: value for name, value in (values or {}).items() if isinstance(value, str)}
    files = {name: value for name, value in (values or {}).items() if not isinstance(value, str)}
    form = next(
        form
        for form in read_forms(page.text)
        if any((one.name, one.value) == ("do", do) for one in form.fields)
    )
    return who.post(form.action, {**dict(form.filled({**given, "do": do})), **files})


def fields_of(who: AtTheDesk, path: str = "text") -> dict[str, str]:
    """Give what stands in the form of the text."""
    return dict(form_of(who.open(path), having="body").filled({}))


def test_an_editor_saves_the_text(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.EDITOR))

    answer = press(
        olga, "save", {"title": "Protect the river", "body": "We are ((signatories)).\r\n\r\nStop."}
    )

    assert "The text is saved." in words_of(olga.follow(answer))
    assert saved(coalition).title == "Protect the river"
    assert saved(coalition).body == "We are ((signatories)).\n\nStop."


def test_every_fault_stands_at_its_field_and_nothing_is_lost(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    before = saved(coalition)

    answer = press(
        olga, "save", {"title": "", "body": "One.\n\nTwo ((counts)) and ((event)).", "ask-2": "Kept <b>"}
    )

    page = words_of(answer)
    assert answer.status_code == 422
    assert "Write the title of the letter." in page
    assert "Line 3: ((counts)) stands for nothing" in page
    assert "Line 3: The letter has no event" in page
    assert 'href="#title"' in answer.text
    assert saved(coalition) == before
    again = olga.open("text")
    assert "Kept &lt;b&gt;" in again.text
    assert "Two ((counts))" in again.text


def test_requests_come_go_and_move_without_a_script(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    olga.follow(press(olga, "ask-add"))
    olga.follow(press(olga, "ask-up.3", {"ask-3": "Third ask."}))
    olga.follow(press(olga, "ask-drop.1"))
    olga.follow(press(olga, "save"))

    assert saved(coalition).asks == ("Third ask.", "Invite the villages.")


def test_a_translation_is_begun_saved_with_the_text_and_taken_out(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    assert press(olga, "add-language").status_code == 422
    press(olga, "add-language", {"new_language": "fr"})
    words = {
        "title": "Protégez",
        "salutation": "Madame,",
        "body": "((signatories))",
        "ask-1": "Un.",
        "ask-2": "Deux.",
    }
    olga.follow(press(olga, "save", {**words, "status": "authentic"}, path="text?language=fr"))
    assert [(one.language, one.status, one.asks) for one in saved(coalition).translations] == [
        ("fr", "authentic", ("Un.", "Deux."))
    ]

    # One request more in one language alone is told of; written in both, both are saved.
    press(olga, "ask-add")
    uneven = press(olga, "save", {"ask-3": "Three."})
    assert uneven.status_code == 422
    assert "there are 3, and 2 in français" in words_of(uneven)
    press(olga, "ask-add", path="text?language=fr")
    olga.follow(press(olga, "save", {"ask-3": "Trois."}, path="text?language=fr"))
    assert (len(saved(coalition).asks), saved(coalition).translations[0].asks[2]) == (3, "Trois.")

    olga.follow(press(olga, "drop-language", path="text?language=fr"))
    assert saved(coalition).translations == ()


def test_a_language_that_the_list_lacks_is_begun_by_its_tag(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    faulty = press(olga, "add-language", {"new_language__other": "klingon"})
    assert faulty.status_code == 422
    assert "if the list lacks it, write its tag" in words_of(faulty)

    begun = olga.follow(press(olga, "add-language", {"new_language__other": "GSW"}))

    assert "Schwiizertüütsch" in words_of(begun)


def test_what_is_typed_outlives_the_session_and_can_be_thrown_away_and_had_back(
    coalition: Coalition, door: Door
) -> None:
    app, colleague = door.app(), add_colleague(coalition)
    olga = AtTheDesk(app, coalition, colleague)
    kept = olga.post("text/keep", {**fields_of(olga), "title": "Half a thought"})
    assert "Kept at" in words_of(kept)
    coalition.now += timedelta(hours=13)

    olga = AtTheDesk(app, coalition, colleague)
    page = olga.open("text")
    assert "You have unsaved changes from" in words_of(page)
    assert 'value="Half a thought"' in page.text
    gone = olga.follow(press(olga, "throw-away"))
    assert "Half a thought" not in gone.text
    undo = next(form for form in read_forms(gone.text) if ("do", "have-back") in form.filled({}))
    back = olga.post(undo.action, dict(undo.filled({})))
    assert 'value="Half a thought"' in olga.follow(back).text
    assert saved(coalition).title == "Keep the river open"


def test_two_who_write_at_once_lose_nothing(coalition: Coalition, door: Door) -> None:
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition))
    emil = AtTheDesk(app, coalition, add_colleague(coalition, Role.EDITOR, name="Emil Editor"))
    opened = {**fields_of(emil), "title": "Emil's title", "do": "save"}
    press(olga, "show", {"title": "Olga's title"})

    held = emil.post("text", opened)
    assert held.status_code == 409
    assert "Olga Owner has been editing this text since" in words_of(held)
    press(emil, "take-over")
    told = press(olga, "save")
    assert told.status_code == 409
    assert "Emil Editor took this text over" in words_of(told)
    assert "Olga's title" in told.text.replace("&#39;", "'")

    emil.follow(press(emil, "save"))
    assert saved(coalition).title == "Emil's title"
    late = press(olga, "save")
    assert late.status_code in {303, 409}
    assert saved(coalition).title == ("Olga's title" if late.status_code == 303 else "Emil's title")


def test_a_save_on_an_older_text_shows_what_differs_and_then_goes_through(
    coalition: Coalition, door: Door
) -> None:
    app = door.app()
    olga = AtTheDesk(app, coalition, add_colleague(coalition))
    emil = AtTheDesk(app, coalition, add_colleague(coalition, Role.EDITOR, name="Emil Editor"))
    opened = {**fields_of(emil), "title": "The lake", "do": "save"}
    olga.follow(press(olga, "save", {"title": "The river"}))

    late = emil.post("text", opened)

    assert late.status_code == 409
    assert "Somebody else saved this text after you opened it" in words_of(late)
    assert "<del>" in late.text
    assert saved(coalition).title == "The river"
    emil.follow(press(emil, "save"))
    assert saved(coalition).title == "The lake"


def test_the_first_page_and_the_pdf_show_what_is_typed(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    page = olga.follow(press(olga, "show", {"body": "Typed ((nonsense)) and [^1]."}))

    assert "There is no note of this name" in words_of(page)
    assert "((nonsense)) stands for nothing" in words_of(page)
    svg = olga.open("text/first-page.svg")
    assert (svg.status_code, svg.mimetype) == (200, "image/svg+xml")
    refused = olga.open("text/draft.pdf")
    assert refused.status_code == 422
    press(olga, "show", {"body": "Typed."})
    pdf = olga.open("text/draft.pdf")
    assert pdf.data[:5] == b"%PDF-"


def test_a_final_text_is_read_and_changes_by_a_new_version(coalition: Coalition, door: Door) -> None:
    coalition.open().sign_and_confirm("Lake Alliance")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    assert "The text is final." in words_of(olga.open("text"))

    seen = olga.follow(press(olga, "revise", {"body": "We write about the lake."}, path="text?new=yes"))
    assert "What changes" in words_of(seen)
    soon = olga.send("text/revision", {"until": "2026-11-24T10:00"}, having="until")
    assert soon.status_code == 422
    olga.send("text/revision", {"until": "2026-11-27T10:00", "reason": "A slip."}, having="until")
    paul = AtTheDesk(door.app(), coalition, add_colleague(coalition, name="Paul Second"))
    done = paul.send("second-looks", {"verdict": "approved"}, having="verdict")

    assert "Version 2 is the text now." in words_of(paul.follow(done))
    assert saved(coalition).body == "We write about the lake."
    assert coalition.deliver_mail().tokens("change")
    versions = olga.open("text/versions?version=2")
    assert "From version 1 to 2" in words_of(versions)
    assert "<ins>" in versions.text


def test_whoever_may_only_look_changes_nothing(coalition: Coalition, door: Door) -> None:
    aud = AtTheDesk(door.app(), coalition, add_colleague(coalition, Role.AUDITOR))

    page = aud.open("text")

    assert "Your role lets you read the text" in words_of(page)
    assert 'name="body"' not in page.text


def test_a_word_file_comes_in_as_unsaved_with_what_differs(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    page = olga.follow(press(olga, "word", {"word": (io.BytesIO(simple_word()), "draft.docx")}))

    assert "Not everything in the Word file has a place" in words_of(page)
    assert "1 picture was left out." in words_of(page)
    assert "**bold**" in page.text
    assert "<ins>" in page.text
    assert saved(coalition).body.startswith("On behalf of")
    bad = press(olga, "word", {"word": (io.BytesIO(b"no zip"), "x.docx")})
    assert bad.status_code == 422
    assert "**bold**" in bad.text
