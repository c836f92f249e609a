"""As the secretariat I write what stands above the final copy, in each language, and see the mail before anybody gets it."""

import re

import pytest
from sqlmodel import select

from service.coordinators.chain import chain_events
from service.model.audit_event import AuditEvent
from service.schedules.show_copy import final_copy_text
from service.signing import page
from service.store.transaction import reading, transaction
from tests.coalition import PUBLIC_URL, Coalition, letter_file
from tests.desk import AtTheDesk, add_colleague
from tests.stories.visitor import Door, words_of

PAGE = "sends/final-copy"
WORDS = {
    "subject-en": "It has gone: ((title))",
    "body-en": "We **thank** you all.",
    "body-fr": "Nous vous remercions.",
}


@pytest.fixture
def olga(coalition: Coalition, door: Door) -> AtTheDesk:
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance")
    coalition.sign_and_confirm("Amis du Lac", language="fr", email="amis@lac.example")
    return AtTheDesk(door.app(), coalition, add_colleague(coalition))


def test_the_mail_is_seen_as_a_reader_would_get_it_and_as_html(olga: AtTheDesk) -> None:
    olga.send(PAGE, WORDS, having="body-en")

    pages = [words_of(olga.open(f"{PAGE}?row={row}")) for row in (0, 1)]

    by_reader = {re.findall(r"As ([\w ]+) would get it", page)[0]: page for page in pages}
    assert set(by_reader) == {"Lake Alliance", "Amis du Lac"}
    assert "It has gone: Keep the river open" in by_reader["Lake Alliance"]
    assert "We thank you all." in by_reader["Lake Alliance"]
    french = olga.open(f"{PAGE}/mail?language=fr").text
    assert "Nous vous remercions." in french
    assert "thank" not in french
    assert "<strong>thank</strong>" in olga.open(f"{PAGE}/mail?language=en").text


def test_a_test_goes_to_whoever_asks_and_what_was_written_is_in_the_history(
    olga: AtTheDesk, coalition: Coalition
) -> None:
    olga.send(PAGE, WORDS, having="body-en")
    olga.post(f"{PAGE}/test", {"csrf": olga.mark(), "language": "fr"})

    (mail,) = [one for one in coalition.deliver_mail().mails() if one.to == olga.colleague.email]
    assert "Nous vous remercions." in mail.text
    with transaction(coalition.engine) as session:
        chain_events(session)
    with reading(coalition.engine) as session:
        acts = session.exec(select(AuditEvent.act).where(AuditEvent.act.startswith("final_copy"))).all()
    assert sorted(acts) == ["final_copy.test", "final_copy.words"]
    assert "words of the final copy" in words_of(olga.open("history"))


def test_it_goes_out_in_each_language_that_it_was_written_in(olga: AtTheDesk, coalition: Coalition) -> None:
    olga.send(PAGE, WORDS, having="body-en")

    with reading(coalition.engine) as session:
        text = final_copy_text(
            session,
            coalition.keyring,
            coalition.campaign(),
            None,
            public_url=PUBLIC_URL,
            now=coalition.now,
        )

    assert text.words.subject == "It has gone: ((title))"
    assert text.words.body.startswith("We **thank** you all.\n\nThe letter that you signed")
    assert set(text.translations) == {"fr"}
    assert text.translations["fr"].body.startswith("Nous vous remercions.\n\n")
    assert "The letter that you signed" not in text.translations["fr"].body


def test_what_cannot_stand_in_a_mail_is_told_at_its_field(olga: AtTheDesk) -> None:
    answer = olga.send(PAGE, {"body-fr": "((nobody))"}, having="body-en")

    assert answer.status_code == 422
    assert 'id="body-fr-error"' in answer.text
    assert "((nobody))" in answer.text


def test_a_page_opened_before_an_upgrade_keeps_its_words_in_the_letters_language(olga: AtTheDesk) -> None:
    olga.post(PAGE, {"csrf": olga.mark(), "subject": "Gone", "body": "We thank everybody."})

    page = olga.open(PAGE).text
    assert "We thank everybody.</textarea>" in page
    assert 'value="Gone"' in page


def test_to_look_at_it_never_opens_the_whole_letter_that_was_released(
    olga: AtTheDesk, coalition: Coalition, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga.send(PAGE, WORDS, having="body-en")
    assert "It is signed by 2 organizations" in words_of(olga.open(f"{PAGE}?language=en"))
    coalition.close().propose()
    coalition.approve_all().release()
    monkeypatch.setattr(page, "letter_for_page", None)

    assert "It is signed by …." in words_of(olga.open(f"{PAGE}?language=en"))
