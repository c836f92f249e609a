"""As a signatory I want nothing to happen because a scanner opened my mail: only my own press of a button counts."""

import re
from urllib.parse import urlencode

import pytest

from examples.demo.forms import read_forms
from service.signing.invite import import_signatories
from service.signing.queries import all_signatures
from service.signing.roll_file import read_signatories
from service.signing.unsubscribe import look_at_unsubscribe
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.doubles.house import in_parallel
from tests.stories.visitor import Door, Visitor, form_of, same, words_of

PURPOSES = ("confirm", "invitation", "manage", "unsubscribe")
LINKS = re.compile(r"""(?:href|src|action)="(/[^"#]*)""")


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a letter with one who waits for its confirmation, one who is invited, and one who stands."""
    coalition.open(letter_file(more='admit = "everyone"'))
    with transaction(coalition.engine) as session:
        rows = read_signatories(
            b"kind,name,email\norganization,Invited Island,office@island.example\n", attested=False
        )
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    coalition.sign_and_confirm("Standing Stone")
    return coalition.sign("Pending Pond").deliver_mail()


def paths(coalition: Coalition) -> list[str]:
    return [f"/{purpose}/{token}" for purpose in PURPOSES for token in coalition.tokens(purpose)]


def state(coalition: Coalition) -> list[object]:
    """Give all that a scanner must not change: sign-ons, mail, and who is left alone."""
    with reading(coalition.engine) as session:
        rows = [row.model_dump() for row in all_signatures(session, coalition.campaign())]
        stopped = [
            look_at_unsubscribe(session, coalition.keyring, token=token, now=coalition.now).stopped
            for token in coalition.tokens("unsubscribe")
        ]
    return [rows, stopped, len(coalition.deliver_mail().mails())]


def test_there_is_a_link_of_each_kind_to_open(coalition: Coalition) -> None:
    assert {path.split("/")[1] for path in paths(coalition)} == set(PURPOSES)


def test_opening_links_however_often_and_in_whatever_way_changes_nothing(
    coalition: Coalition, visitor: Visitor
) -> None:
    before = state(coalition)

    for path in paths(coalition):
        first = visitor.open(path)
        assert first.status_code == 200
        for _ in range(49):
            assert visitor.open(path).status_code == 200
        for method in ("HEAD", "OPTIONS", "PROPFIND", "PUT", "DELETE", "TRACE"):
            assert visitor.open(path, method=method).status_code in {200, 405}
        for header in ({"X-HTTP-Method-Override": "POST"}, {"Purpose": "prefetch"}):
            visitor.open(f"{path}?_method=POST&answer=sign&answered=decline", headers=header)

    assert state(coalition) == before


def test_a_bot_that_follows_every_link_and_sends_every_form_as_a_search_changes_nothing(
    coalition: Coalition, visitor: Visitor
) -> None:
    before = state(coalition)
    seen: set[str] = set()
    waiting = paths(coalition)

    while waiting:
        path = waiting.pop().replace("&amp;", "&")
        if path in seen:
            continue
        seen.add(path)
        answer = visitor.open(path)
        assert answer.status_code in {200, 404}
        if answer.mimetype == "text/html":
            waiting += LINKS.findall(answer.text)
            for form in read_forms(answer.text):
                filled = dict(form.filled({}))
                assert visitor.open(f"{path.partition('?')[0]}?{urlencode(filled)}").status_code in {200, 404}

    assert len(seen) > 10
    assert state(coalition) == before


def test_a_bot_that_sends_every_form_without_its_mark_changes_nothing(
    coalition: Coalition, visitor: Visitor
) -> None:
    before = state(coalition)

    for path in paths(coalition):
        for entries in ({}, {"answer": "decline"}, {"answer": "sign"}, {"nonce": "x.y.z"}, {"button": "1"}):
            assert visitor.post(path, entries).status_code in {200, 303, 422}

    assert state(coalition) == before


def test_fifty_presses_of_the_button_at_one_moment_confirm_once_and_thank_once(
    coalition: Coalition, door: Door
) -> None:
    app = door.app()
    path = f"/confirm/{coalition.newest_token('confirm')}"
    entries = dict(form_of(Visitor(app).open(path)).filled({}))
    answers = []

    in_parallel(50, lambda _: answers.append(Visitor(app).post(path, entries)))
    coalition.deliver_mail()

    assert len(answers) == 50
    assert all(same(answers[0], answer) for answer in answers)
    assert "The sign-on is confirmed" in words_of(Visitor(app).follow(answers[0]))
    assert coalition.counts().signatories == 2
    thanks = [mail for mail in coalition.mails() if mail.to.startswith("pending@") and "manage/" in mail.text]
    assert len(thanks) == 1
