"""As a member I want to see every changed word of what I signed, and to agree or leave by one button."""

import pytest

from service.foundation.settings import Settings
from service.wiring import initialize, make_services
from service.worker.jobs import JOBS
from tests.changing import NEW_WORDS, answered, file_of, kept, revised
from tests.coalition import Coalition
from tests.stories.visitor import Visitor, words_of

REASON = "The mouth of the river is meant as well."


@pytest.fixture
def changed(coalition):
    coalition.open(file_of())
    coalition.sign_and_confirm("Asking Alliance")
    coalition.sign_and_confirm("Keeping Watch", keeps_on_change=True)
    revised(coalition, reason=REASON)
    return coalition.deliver_mail()


def link_of(coalition, name):
    text = [mail.text for mail in coalition.mails() if mail.to.startswith(name) and "/change/" in mail.text][
        -1
    ]
    return f"/change/{text.partition('/change/')[2][:43]}"


def test_the_page_shows_each_changed_word_and_says_so_without_colour(changed, visitor):
    page = visitor.open(link_of(changed, "asking"))

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert '<ins><span class="unseen"> [new: </span>old <span class="unseen">] </span></ins>' in page.text
    words = words_of(page)
    for told in ("You signed version 1", "until you agree to version 2", "does not count", REASON):
        assert told in words
    assert changed.counts().signatories == 0


def test_looking_changes_nothing_and_the_button_agrees(changed, visitor):
    link = link_of(changed, "asking")
    for method in ("GET", "HEAD", "GET"):
        visitor.open(link, method=method)
    assert changed.counts().signatories == 0

    page = visitor.send(link, {}, answer="agree")

    assert "Your sign-on stands" in words_of(page)
    assert changed.counts().signatories == 1
    assert "Your sign-on stands" in words_of(visitor.open(link))


def test_objecting_withdraws(changed, visitor):
    link = link_of(changed, "keeping")
    assert "unless you object before" in words_of(visitor.open(link))

    page = visitor.send(link, {}, answer="withdraw")

    assert "Withdrawn" in words_of(page)
    assert kept(changed.wait(days=3)) == 0


def test_silence_is_told_as_it_was_chosen(changed, visitor):
    changed.wait(hours=48)
    assert kept(changed) == 1

    words = words_of(visitor.open(link_of(changed, "keeping")))

    assert "the sign-on moved from version 1 to version 2" in words
    assert "Signed on an earlier text" in words_of(visitor.open(f"/manage/{changed.tokens('manage')[0]}"))


def test_a_form_that_was_opened_before_the_text_changed_again_agrees_to_nothing(changed, visitor):
    link = link_of(changed, "asking")
    before = visitor.open(link).text
    nonce = before.partition('name="nonce" value="')[2].partition('"')[0]
    revised(changed, file_of(NEW_WORDS, (b"Thank you.", b"We thank you.")))

    page = visitor.post(link, {"nonce": nonce, "answer": "agree"})

    assert page.status_code == 422
    assert "has changed once more" in words_of(page)
    assert "version 3" in words_of(page)
    assert changed.counts().signatories == 0


@pytest.mark.parametrize("entries", [{}, {"answer": "both"}, {"answer": ""}])
def test_an_answer_that_is_none_gets_one_sentence(changed, visitor, entries):
    page = visitor.post(link_of(changed, "asking"), entries)

    assert page.status_code == 422
    assert "Choose one of the two answers" in words_of(page)


def test_the_links_of_others_open_nothing_here(changed, visitor):
    for token in (changed.tokens("manage")[0], "x" * 43, "x", changed.tokens("confirm")[0]):
        assert visitor.open(f"/change/{token}").status_code == 404


def test_a_member_on_an_earlier_text_finds_the_change_from_its_own_page(changed, visitor):
    page = visitor.open(f"/manage/{changed.tokens('manage')[0]}")

    assert link_of(changed, "asking") in page.text
    assert "Version 1, an earlier one than the letter has now" in words_of(page)
    answered(changed, link_of(changed, "asking").removeprefix("/change/"), "agree")
    again = visitor.open(f"/manage/{changed.tokens('manage')[0]}")
    assert "/change/" not in again.text
    assert "Version 2." in words_of(again)


def test_words_of_the_text_cannot_become_marks_of_the_page(coalition, visitor):
    coalition.open(file_of()).sign_and_confirm("Asking Alliance")
    revised(
        coalition,
        file_of((b"Thank you.", b"</ins><script>alert(1)</script> {{ 7*7 }} <b>you</b>.")),
        reason="<img src=x onerror=alert(1)>",
    )
    coalition.deliver_mail()

    page = visitor.open(link_of(coalition, "asking"))

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "{{ 7*7 }}" in page.text


def test_the_clock_asks_and_keeps_by_itself(tmp_path, root, noon):
    settings = Settings(data_dir=tmp_path / "data", key_dir=tmp_path / "keys", _env_file=None)
    initialize(settings)
    services = make_services(settings, clock=lambda: coalition.now)
    coalition = Coalition(engine=services.engine, root=services.keyring.root, now=noon).open(file_of())
    coalition.sign_and_confirm("Keeping Watch", keeps_on_change=True)
    (ask_again,) = (job.run for job in JOBS if job.name == "ask_again")
    assert ask_again(services, "here") == 0
    revised(coalition, asking=False)

    assert ask_again(services, "here") == 1
    assert services.wake.wait(0)
    coalition.deliver_mail().wait(hours=48)
    assert [ask_again(services, "here") for _ in range(2)] == [1, 0]

    assert coalition.counts().signatories == 1
    services.engine.dispose()


def test_who_confirms_late_reads_the_very_text_that_the_button_agrees_to(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(file_of()).sign("Late Lake").deliver_mail()
    link = f"/confirm/{coalition.newest_token('confirm')}"
    revised(coalition)

    page = words_of(visitor.open(link))

    assert "What you confirm is the text below, version 2." in page
    assert "about the old river and its mouth" in page
    assert "about the river." not in page
