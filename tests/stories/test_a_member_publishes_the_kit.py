"""A member gets its kit, publishes under its own name, and is told until when it must not."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from service.delivery.follow import follow_deliveries
from service.foundation.errors import Refused
from service.kit.send import KitsSent, send_kits
from service.model.signature import Kind, Visibility
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import Visitor, words_of

MORE = 'admit = "everyone"\npublish_at = 2026-12-08T10:00:00\n'
PRESS = """
[press]
name = "Tobias Quill"
email = "press@rivers.example"
boilerplate = "The coalition belongs to no government."
"""


@pytest.fixture
def members(coalition: Coalition) -> Iterator[Coalition]:
    """Give a letter with two organizations, a person, and one that only the addressee may know."""
    coalition.open(letter_file(more=MORE, tables=PRESS))
    coalition.sign_and_confirm("Hidden House", visibility=Visibility.RECIPIENT)
    coalition.sign_and_confirm("Tenzin Example", kind=Kind.PERSON, email="tenzin@valley.example")
    coalition.sign_and_confirm("River Watch", discreet=True, email="office@watch.example")
    coalition.sign_and_confirm("Lake Alliance", country="IN", language="fr").deliver_mail()
    return coalition


def sent_kits(coalition: Coalition, *, under_embargo: bool = False) -> KitsSent:
    with transaction(coalition.engine) as session:
        return send_kits(
            session, coalition.keyring, SLUG, under_embargo=under_embargo, by="test", now=coalition.now
        )


def released(coalition: Coalition) -> Coalition:
    coalition.wait(days=12, hours=12).close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    return coalition


def test_a_member_publishes_its_kit_once_the_embargo_is_over(members: Coalition, visitor: Visitor) -> None:
    released(members)
    assert sent_kits(members).new == 2
    members.deliver_mail()
    mail = next(one for one in members.mails() if one.to == "lake@members.example" and "/kit/" in one.text)
    path = f"/kit/{members.newest_token('kit')}"

    before = visitor.open(f"{path}?lang=en")
    assert "embargo" in mail.subject.lower()
    assert "3 autres organisations et personnes" in before.text
    # The letter's clock, and the one in the member's own country.
    assert "10:00" in before.text
    assert "America/New_York" in before.text
    assert "20:30" in before.text
    assert "Asia/Kolkata" in before.text
    assert "River Watch" not in before.text
    assert "Hidden House" not in before.text

    members.wait(days=3).publish()
    after = visitor.open(path)
    assert "America/New_York" not in after.text
    assert "River Watch" in after.text
    assert "Hidden House" not in after.text


def test_the_file_has_every_part_and_its_bytes_repeat(members: Coalition, visitor: Visitor) -> None:
    released(members)
    sent_kits(members)
    members.deliver_mail()
    path = f"/kit/{members.newest_token('kit')}/kit.zip"

    data = visitor.open(path).data
    members.wait(hours=1)

    assert visitor.open(path).data == data
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert {name.partition("/")[2] for name in archive.namelist()} == {
        *("README.txt", "headline.txt", "text.txt", "posts.txt", "press.txt", "about.txt"),
        *("letter.html", "share.png", "share-description.txt"),
    }
    assert archive.read(f"{SLUG}-kit/share.png").startswith(b"\x89PNG")
    assert b"Hidden House" not in data


def test_a_member_opens_its_kit_from_its_own_page(members: Coalition, visitor: Visitor) -> None:
    own = f"/manage/{members.newest_token('manage')}"

    opened = visitor.follow(visitor.send(own, {}, answer="kit"))

    assert opened.status_code == 200
    assert "embargo" in words_of(opened).lower()


def test_who_has_left_has_no_kit_and_is_told_so_in_one_sentence(members: Coalition, visitor: Visitor) -> None:
    released(members)
    sent_kits(members)
    members.deliver_mail()
    kit, own = members.newest_token("kit"), members.newest_token("manage")
    visitor.send(f"/manage/{own}", {}, answer="withdraw")

    gone = visitor.open(f"/kit/{kit}?lang=en")

    assert gone.status_code == 422
    assert "There is no kit" in gone.text
    assert "Lake Alliance" not in gone.text


def test_kits_wait_for_the_release_unless_somebody_says_so(members: Coalition) -> None:
    members.wait(days=12, hours=12).close()
    with pytest.raises(Refused, match="has not been released"):
        sent_kits(members)
    with pytest.raises(Refused, match="Propose the letter first"):
        sent_kits(members, under_embargo=True)
    members.propose()
    assert sent_kits(members, under_embargo=True) == KitsSent(new=2, known=0)
    assert sent_kits(members, under_embargo=True) == KitsSent(new=0, known=2)
    members.approve_all().release()
    # It is the same edition: whoever has the kit gets no second one.
    assert sent_kits(members) == KitsSent(new=0, known=2)


def test_discreet_mail_says_nothing_on_its_outside(members: Coalition) -> None:
    released(members)
    sent_kits(members)
    members.deliver_mail()

    [mail] = [one for one in members.mails() if one.to == "office@watch.example" and "/kit/" in one.text]

    assert mail.subject == "A message for you"
