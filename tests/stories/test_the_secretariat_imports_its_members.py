"""As a secretariat I bring my own spreadsheet: I see every row and its faults before anybody is invited, and can undo."""

import io
from datetime import timedelta
from threading import Thread
from types import SimpleNamespace

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from service.mail.moves import Fenced, pass_fence
from service.model.campaign import Campaign
from service.model.chaser import Chase, Chaser, Said
from service.model.member_import import MemberImport
from service.model.signature import Signature
from service.signing.invitees.chase_page import Spoken, note_said
from service.signing.invitees.chasers import assign, chase_link
from service.signing.invitees.importing import AT_ONCE
from service.signing.party import read_party
from service.store.claim import claim_messages
from service.store.links import link_token
from service.store.transaction import reading, transaction
from service.store.wake import Wake
from service.upkeep.keeping import DAY
from service.upkeep.taking_back import TakenBack, take_back_import
from service.worker.retention import forget_old
from tests.coalition import SLUG, Coalition
from tests.desk import AtTheDesk, add_colleague
from tests.desk_objects_members import make_chaser, workbook
from tests.stories.visitor import Door, words_of

# Other people's columns, a title above them, and seven faults: no name, no address, two addresses that are none, a
# country that is none, a day that is none, and one organization twice.
HEADER = ("Organisation", "Courriel de contact", "Land", "Kontaktperson", "Board meeting", "Irrelevant")
GOOD = [(f"Member {n}", f"office@m{n}.example", "FR", f"Person {n}", None, "x") for n in range(53)]
BAD = [
    (None, "nobody@lost.example", "FR", "", None, ""),
    ("No Address", None, "FR", "", None, ""),
    ("Bad Address", "office at bad.example", "FR", "", None, ""),
    ("Two Addresses", "a@two.example; b@two.example", "FR", "", None, ""),
    ("Bad Country", "office@land.example", "Frankreich", "", None, ""),
    ("Bad Day", "office@day.example", "FR", "", "next week", ""),
    ("MEMBER 7", "again@m7.example", "FR", "", None, ""),
]
FILE = workbook(("Our members, as of November",), HEADER, *GOOD[:30], *BAD, *GOOD[30:])


@pytest.fixture
def coalition(coalition: Coalition) -> Coalition:
    return coalition.open()


def uploaded(olga: AtTheDesk, data: bytes, name: str = "members.xlsx") -> TestResponse:
    return olga.send("members/import", {"file": (io.BytesIO(data), name)}, having="csrf")


def checked(olga: AtTheDesk, data: bytes = FILE) -> str:
    """Upload a file and take what was guessed of its columns; give the path of its check."""
    path = uploaded(olga, data).location.partition("?")[0]
    assert olga.send(f"{path}?step=columns", {}, having="column-0").location == path
    return path


def test_sixty_members_with_seven_faults_are_shown_corrected_and_imported(
    coalition: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga)

    page = words_of(olga.open(path))
    assert "7 rows have a fault" in page
    for told in (
        "A “Organisation” is missing",
        "B “Courriel de contact” is missing",
        "C “Land” must be a country",
    ):
        assert told in page
    assert "E “Board meeting” must be a day" in page
    assert "is the same organization as on line 10" in page
    assert invited(coalition) == 0
    assert olga.post(f"{path}/go", {"csrf": olga.mark(), "reached": "0"}).status_code == 422

    olga.send(path, {}, to=f"{path}/rows", having="all")
    assert "All 53 rows are in order" in words_of(olga.open(path))
    done = olga.follow(olga.send(path, {}, to=f"{path}/go"))

    assert "53 members are on the list" in words_of(done)
    assert invited(coalition) == 53
    coalition.wait(minutes=2).deliver_mail()
    assert len({mail.to for mail in coalition.mails()}) == 53
    listed = words_of(olga.open("members"))
    assert "Member 7" in listed
    assert "o…@m7.example" in listed
    assert "office@m7.example" not in olga.open("members").text


def test_a_row_left_out_alone_is_enough_where_the_others_are_corrected_in_the_file(
    coalition: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga, workbook(HEADER, *GOOD[:2], BAD[0]))

    answer = olga.send(path, {}, to=f"{path}/rows", having="line")

    assert "1 row is left out" in words_of(olga.follow(answer))
    olga.send(path, {}, to=f"{path}/go")
    assert invited(coalition) == 2


def test_a_formula_without_a_value_is_told_where_it_stands(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    odd = ("Sum of Others", "office@sum.example", "=VLOOKUP(A2;Land!A:B;2)", "", None, "")
    path = checked(
        olga, workbook(HEADER, *GOOD[:2], odd, ("#N/A", "office@na.example", "FR", "", None, "=1"))
    )

    page = words_of(olga.open(path))

    assert "2 rows have a fault" in page
    for told in ("C “Land” holds a formula that came to no value", "A “Organisation” holds a formula"):
        assert told in page


def test_a_name_like_one_on_the_list_is_shown_before_anything_is_imported(
    coalition: Coalition, door: Door
) -> None:
    coalition.sign("Lake Alliance")
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(
        olga, workbook(HEADER, *GOOD[:2], ("Lake Aliance", "office@l.example", "FR", "", None, ""))
    )

    page = words_of(olga.open(path))

    assert "1 name looks like that of another organization" in page
    assert "like Lake Alliance" in page
    assert "Member 1" not in page
    assert "Member 1" in words_of(olga.open(f"{path}?show=new"))


def test_pressed_twice_it_is_imported_once_and_undone_before_any_mail_has_left(
    coalition: Coalition, door: Door
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga, workbook(HEADER, *GOOD[:4]))
    entries = {"csrf": olga.mark(), "reached": "0"}
    for _ in range(2):
        olga.post(f"{path}/go", entries)
    coalition.deliver_mail()
    assert (invited(coalition), coalition.mails()) == (4, [])

    told = olga.follow(olga.send(path, {}, to=f"{path}/undo"))

    assert "4 taken back: nobody of this file is left" in words_of(told)
    assert invited(coalition) == 0
    coalition.wait(minutes=2).deliver_mail()
    assert coalition.mails() == []


def test_no_invitation_is_promised_that_does_not_leave_now(coalition: Coalition, door: Door) -> None:
    with transaction(coalition.engine) as session:
        campaign = session.exec(select(Campaign)).one()
        campaign.trial_since = coalition.now
        session.add(campaign)
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga, workbook(HEADER, *GOOD[:2]))
    before = words_of(olga.open(path))

    done = words_of(olga.follow(olga.send(path, {}, to=f"{path}/go")))

    assert "Put 2 members on the list" in before
    for said in (before, done):
        assert "the planned sendings say when" in said
        assert "seconds before they leave" not in said
    coalition.wait(minutes=2).deliver_mail()
    assert coalition.mails() == []


def test_an_undo_says_who_was_written_to_already(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga, workbook(HEADER, *GOOD[:3]))
    olga.send(path, {}, to=f"{path}/go")
    coalition.wait(minutes=2).deliver_mail()

    told = olga.follow(olga.send(path, {}, to=f"{path}/undo"))

    assert "0 taken back. 3 stay on the list" in words_of(told)
    assert invited(coalition) == 3


def names(coalition: Coalition) -> dict[str, str]:
    with reading(coalition.engine) as session:
        keys = coalition.keyring.of(session, coalition.campaign().id)
        return {read_party(keys, row).name: row.id for row in session.exec(select(Signature)).all()}


def imported(coalition: Coalition, door: Door) -> tuple[AtTheDesk, str]:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga, workbook(HEADER, *GOOD[:3]))
    olga.send(path, {}, to=f"{path}/go")
    return olga, path


def test_an_undo_leaves_and_names_who_promised_or_of_whom_something_was_noted(
    coalition: Coalition, door: Door
) -> None:
    olga, path = imported(coalition, door)
    of = names(coalition)
    with transaction(coalition.engine) as session:
        campaign = coalition.campaign()
        chaser = session.get_one(Chaser, make_chaser(session, coalition, SLUG))
        assign(session, campaign, [of["Member 0"]], chaser, by="test", now=coalition.now)
        chase = session.exec(select(Chase)).one()
        token = link_token(coalition.keyring.of(session, campaign.id), chase_link(chaser))
        word = Spoken(said=Said.YES, decides_on=None, note="")
        note_said(session, coalition.keyring, token=token, chase_id=chase.id, word=word, now=coalition.now)
    olga.post(f"members/{of['Member 1']}/note", {"csrf": olga.mark(), "note": "Called; Ana decides."})

    told = words_of(olga.follow(olga.send(path, {}, to=f"{path}/undo")))

    assert "1 taken back. 2 stay on the list" in told
    assert "Member 0 Something was noted or decided about them since" in told
    assert "Member 1 Something was noted or decided about them since" in told
    assert "Member 2" not in told
    assert set(names(coalition)) == {"Member 0", "Member 1"}
    assert "says yes" in words_of(olga.open(f"members/{of['Member 0']}"))


def test_an_undo_leaves_and_names_whose_mail_is_just_leaving(coalition: Coalition, door: Door) -> None:
    """A sender has passed its fence and not committed yet when the undo looks: the mail leaves, so its member stays."""
    olga, path = imported(coalition, door)
    coalition.wait(minutes=2)
    with transaction(coalition.engine) as session:
        (taken,) = claim_messages(
            session,
            owner="sender",
            now=coalition.now,
            lease=timedelta(minutes=1),
            most=1,
            make_message_id=lambda key: f"<{key}@test>",
        )
    found: list[TakenBack] = []

    def undo() -> None:
        with transaction(coalition.engine) as session:
            import_id = path.rpartition("/")[2]
            campaign = session.get_one(Campaign, coalition.campaign().id)
            found.append(take_back_import(session, campaign, import_id, by="test", now=coalition.now))

    other = Thread(target=undo)
    with transaction(coalition.engine) as session:
        fenced = Fenced(row=taken, content_sha256="0" * 64, destination="")
        until = coalition.now + timedelta(minutes=1)
        assert pass_fence(session.connection(), [fenced], owner="sender", until=until, now=coalition.now)
        other.start()
        other.join(timeout=1)
    other.join(timeout=20)

    (back,) = found
    assert (back.taken, back.stay) == (2, 1)
    told = words_of(olga.open(path))
    assert "A mail to them has left, or was just leaving" in told
    with reading(coalition.engine) as session:
        assert session.get(Signature, taken.recipient_ref) is not None


def test_what_a_sender_holds_and_has_not_let_go_is_taken_back_and_never_leaves(
    coalition: Coalition, door: Door
) -> None:
    _, path = imported(coalition, door)
    coalition.wait(minutes=2)
    with transaction(coalition.engine) as session:
        taken = claim_messages(
            session,
            owner="sender",
            now=coalition.now,
            lease=timedelta(minutes=1),
            most=10,
            make_message_id=lambda key: f"<{key}@test>",
        )
    with transaction(coalition.engine) as session:
        campaign = session.get_one(Campaign, coalition.campaign().id)
        back = take_back_import(session, campaign, path.rpartition("/")[2], by="test", now=coalition.now)

    assert (back.taken, back.stay) == (3, 0)
    with transaction(coalition.engine) as session:
        fenced = [Fenced(row=one, content_sha256="0" * 64, destination="") for one in taken]
        until = coalition.now + timedelta(minutes=1)
        passed = pass_fence(session.connection(), fenced, owner="sender", until=until, now=coalition.now)
    assert not passed


def test_a_long_list_comes_in_part_by_part(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    rows = "".join(f"Group {n},office@g{n}.example\n" for n in range(AT_ONCE + 5))
    path = checked(olga, f"name,email\n{rows}".encode())
    olga.send(path, {}, to=f"{path}/go")
    assert f"{AT_ONCE} of {AT_ONCE + 5} rows" in words_of(olga.open(path))

    olga.send(path, {}, to=f"{path}/go")

    assert "The file is imported" in words_of(olga.open(path))
    assert invited(coalition) == AT_ONCE + 5


def test_a_spreadsheet_is_sealed_and_gone_after_a_day(coalition: Coalition, door: Door) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))
    path = checked(olga, workbook(HEADER, *GOOD[:3]))
    with reading(coalition.engine) as session:
        row = session.exec(select(MemberImport)).one()
    assert b"Member" not in row.data
    coalition.now += DAY

    assert AtTheDesk(door.app(), coalition, olga.colleague).open(path).status_code == 404
    forget_old(services(coalition), "test")
    with reading(coalition.engine) as session:
        assert session.exec(select(MemberImport)).all() == []


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "Choose the file"),
        (b"PK\x03\x04 no archive", "cannot be read as a spreadsheet"),
        (b"\xd0\xcf\x11\xe0 old", "an older kind"),
        ("Örgüt,mail\nX,y@z.example\n".encode("latin-1", "replace"), "cannot be told"),
        (b"name,email\n", "There is no row"),
    ],
)
def test_a_file_that_is_no_spreadsheet_is_told_in_a_sentence(
    coalition: Coalition, door: Door, data: bytes, told: str
) -> None:
    olga = AtTheDesk(door.app(), coalition, add_colleague(coalition))

    answer = uploaded(olga, data)

    shown = olga.follow(answer) if answer.status_code == 303 else answer
    assert told in words_of(shown)
    assert invited(coalition) == 0


def invited(coalition: Coalition) -> int:
    with reading(coalition.engine) as session:
        return len(session.exec(select(Signature)).all())


def services(coalition: Coalition) -> SimpleNamespace:
    return SimpleNamespace(
        engine=coalition.engine, keyring=coalition.keyring, clock=lambda: coalition.now, wake=Wake()
    )
