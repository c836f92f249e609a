"""As a signatory I want nothing to happen because a scanner opened my mail: only my own press of a button counts."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from examples.demo.forms import read_forms
from service.campaigns.life import reopen
from service.kit.send import send_kits
from service.model.tables import metadata
from service.signing.invite import import_signatories
from service.signing.queries import all_signatures
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.changing import TAKES_ALL, answered, revised
from tests.coalition import SLUG, Coalition, letter_file
from tests.commenting import add_guest
from tests.desk_objects_members import chased
from tests.doubles.house import in_parallel
from tests.reminding import ask_for_proofs
from tests.stories.visitor import (
    ORGANIZATION,
    PERSON,
    Door,
    Visitor,
    form_of,
    letter_page,
    public_rules,
    same,
    words_of,
)
from tests.waiting_page import CODE

LINKS = re.compile(r"""(?:href|src|action)="(/[^"#]*)""")


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    """Give a letter with every kind of link there is: of who waits, is invited, stands, disputes, countersigns, approves."""
    coalition.open(letter_file(more=TAKES_ALL))
    with transaction(coalition.engine) as session:
        rows = read_signatories(
            b"kind,name,email\norganization,Invited Island,office@island.example\n"
            b"organization,Dale Union,office@dale.example\n",
            attested=False,
        )
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
    chased(coalition)
    visitor = Visitor(Door(coalition).app())
    coalition.sign_and_confirm("Standing Stone").sign_and_confirm("Asked Again")
    manage = coalition.deliver_mail().newest_token("manage")
    officer = {"officer_name": "Ben Board", "officer_email": "ben@lakes.example"}
    visitor.send(f"/manage/{manage}/evidence", officer, having="officer_email")
    coalition.sign_and_confirm("Dale Union", email="x@mail.example")
    revised(coalition, hours=48)
    coalition.deliver_mail()
    answered(coalition, coalition.tokens("change")[0], "agree")
    coalition.wait(minutes=1)
    with transaction(coalition.engine) as session:
        assert ask_for_proofs(session, coalition.keyring, SLUG, now=coalition.now)
    page = visitor.send(letter_page(coalition, "/sign", kind="person"), PERSON).location
    coalition.deliver_mail().sign("Pending Pond").deliver_mail().close().propose()
    with transaction(coalition.engine) as session:
        send_kits(session, coalition.keyring, SLUG, under_embargo=True, by="test", now=coalition.now)
    coalition.deliver_mail()
    add_guest(coalition)
    # It comes by no mail, but stands in the history of a browser.
    coalition.waiting = page.rpartition("/")[2]
    return coalition


def rules(door: Door) -> list[str]:
    """Give every page that a personal link opens, by its rule, however new it is."""
    found = {rule.rule for rule in public_rules(door.app()) if "GET" in (rule.methods or ())}
    return sorted(rule for rule in found if "<token>" in rule)


def paths(coalition: Coalition, door: Door) -> list[str]:
    return [
        rule.replace("<token>", token)
        for rule in rules(door)
        for token in (
            [coalition.waiting] if rule == "/waiting/<token>" else coalition.tokens(rule.split("/")[1])
        )
    ]


def state(coalition: Coalition) -> dict[str, list[str]]:
    """Give all that there is: a scanner must not change a single value."""
    coalition.deliver_mail()
    with coalition.engine.connect() as connection:
        found = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in metadata.sorted_tables
        }
    return {**found, "mails": [mail.message_id for mail in coalition.mails()]}


def test_there_is_a_link_of_each_kind_to_open(coalition: Coalition, door: Door) -> None:
    opened = {path.split("/")[1] for path in paths(coalition, door)}
    assert opened == {rule.split("/")[1] for rule in rules(door)}
    assert state(coalition)["mails"]


def test_opening_links_however_often_and_in_whatever_way_changes_nothing(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    before = state(coalition)

    for path in paths(coalition, door):
        is_link = path.count("/") == 2
        for _ in range(50 if is_link else 2):
            # Below a link that still waits there is no receipt yet.
            assert visitor.open(path).status_code in ({200} if is_link else {200, 404}), path
        for method in ("HEAD", "OPTIONS", "PROPFIND", "PUT", "DELETE", "TRACE"):
            assert visitor.open(path, method=method).status_code in {200, 404, 405}
        for header in ({"X-HTTP-Method-Override": "POST"}, {"Purpose": "prefetch"}):
            visitor.open(f"{path}?_method=POST&answer=sign&answered=decline", headers=header)

    assert state(coalition) == before


def test_a_bot_that_follows_every_link_and_sends_every_form_as_a_search_changes_nothing(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    before = state(coalition)
    seen: set[str] = set()
    waiting = paths(coalition, door)

    while waiting:
        path = waiting.pop().replace("&amp;", "&")
        if path in seen:
            continue
        seen.add(path)
        answer = visitor.open(path)
        assert answer.status_code in {200, 404, 405}
        if answer.mimetype == "text/html":
            waiting += LINKS.findall(answer.text)
            for form in read_forms(answer.text):
                filled = dict(form.filled({}))
                assert visitor.open(f"{path.partition('?')[0]}?{urlencode(filled)}").status_code in {
                    200,
                    404,
                    405,
                }

    assert len(seen) > 10
    assert state(coalition) == before


def test_a_bot_that_sends_every_form_without_its_mark_changes_nothing(
    coalition: Coalition, door: Door, visitor: Visitor
) -> None:
    before = state(coalition)

    for path in paths(coalition, door):
        for entries in ({}, {"answer": "decline"}, {"answer": "sign"}, {"nonce": "x.y.z"}, {"button": "1"}):
            assert visitor.post(path, entries).status_code in {200, 303, 405, 422}

    assert state(coalition) == before


def test_fifty_presses_of_the_button_at_one_moment_confirm_once_and_thank_once(
    coalition: Coalition, door: Door
) -> None:
    app = door.app()
    path = f"/confirm/{coalition.newest_token('confirm')}"
    entries = dict(form_of(Visitor(app).open(path)).filled({}))
    answers, before = [], coalition.counts().signatories

    in_parallel(50, lambda _: answers.append(Visitor(app).post(path, entries)))
    coalition.deliver_mail()

    assert len(answers) == 50
    assert all(same(answers[0], answer) for answer in answers)
    assert "The sign-on is confirmed" in words_of(Visitor(app).follow(answers[0]))
    assert coalition.counts().signatories == before + 1
    thanks = [mail for mail in coalition.mails() if mail.to.startswith("pending@") and "manage/" in mail.text]
    assert len(thanks) == 1


def test_fifty_codes_at_one_moment_confirm_once_and_thank_once(coalition: Coalition, door: Door) -> None:
    app, path = door.app(), f"/waiting/{coalition.waiting}"
    code = next(mail for mail in coalition.mails() if mail.to == PERSON["email"] and CODE.search(mail.text))
    typed = {"code": CODE.search(code.text)[1]}
    entries = dict(form_of(Visitor(app).open(path), having="code").filled(typed))
    answers, before = [], coalition.counts().signatories

    in_parallel(50, lambda _: answers.append(Visitor(app).post(path, entries)))
    coalition.deliver_mail()

    assert len(answers) == 50
    assert coalition.counts().signatories == before + 1
    assert "The sign-on is confirmed" in "".join(words_of(answer) for answer in answers)
    thanks = [mail for mail in coalition.mails() if mail.to == PERSON["email"] and "manage/" in mail.text]
    assert len(thanks) == 1


def test_fifty_answers_to_one_invitation_at_one_moment_are_one_sign_on(
    coalition: Coalition, door: Door
) -> None:
    with transaction(coalition.engine) as session:
        until = coalition.now + timedelta(days=2)
        reopen(session, SLUG, until=until, by="test", now=coalition.now)
    path = next(
        f"/invitation/{token}"
        for token in coalition.tokens("invitation")
        if "Invited Island" in Visitor(door.app()).open(f"/invitation/{token}").text
    )
    app, answers = door.app(), []
    given = {name: text for name, text in ORGANIZATION.items() if name not in {"name", "email"}}
    entries = dict(form_of(Visitor(app).open(path), answer="sign").filled(given))
    with reading(coalition.engine) as session:
        before = len(all_signatures(session, coalition.campaign()))

    in_parallel(50, lambda _: answers.append(Visitor(app).post(path, entries)))
    coalition.deliver_mail()

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    with reading(coalition.engine) as session:
        assert len(all_signatures(session, coalition.campaign())) == before
    asked = [
        mail for mail in coalition.mails() if mail.to == "office@island.example" and "/confirm/" in mail.text
    ]
    # Within the caps of one mailbox.
    assert len(asked) <= 3
