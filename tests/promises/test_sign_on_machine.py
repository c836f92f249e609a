"""Whatever signatories and the secretariat do in whatever order, nobody is counted, mailed or shown against their will; on each database.

`python -m pytest --hypothesis-profile=soak tests/promises/test_sign_on_machine.py` tries many more orders than a build does.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from service.campaigns import life
from service.delivery.follow import follow_deliveries
from service.foundation.errors import Refused, ServiceError
from service.foundation.sealing import RootKey
from service.foundation.tokens import token_digest
from service.foundation.written import fold_name
from service.letter.copy import make_copy
from service.mail.reply import Reply
from service.model.agreement import Agreement
from service.model.campaign import Campaign
from service.model.confirming_code import ConfirmingCode
from service.model.intake import Intake
from service.model.link_token import LinkToken, Purpose
from service.model.message import Message, MessageKind
from service.model.signature import Kind, Signature, Standing, Visibility, standing
from service.model.states import CampaignState, SignatureState
from service.model.tables import metadata
from service.model.waiting import Waiting
from service.signing.codes import forget_codes, mail_code
from service.signing.party import read_party
from service.signing.queries import counts
from service.signing.replies import take_reply
from service.signing.roll import letter_for_page
from service.signing.waiting import forget_waiting
from service.store.transaction import reading, transaction
from tests.changing import NEW_WORDS, answered, asked, kept, revised
from tests.coalition import SLUG, Coalition, letter_file
from tests.promises.holder import Holder
from tests.waiting_page import send_form, type_code

NAMES = ("Lake Alliance", "River Watch", "Tenzin Example", "Dolma Example")
KINDS = dict(zip(NAMES, (Kind.ORGANIZATION, Kind.ORGANIZATION, Kind.PERSON, Kind.PERSON), strict=True))
MAILBOXES = ("one@members.example", "two@members.example")
SOLO = 'admit = "everyone"\nsolo = true\nnames_shown = "live"'
VISIBILITIES = st.sampled_from(Visibility)
SHOWN_TO = {
    "public": {Visibility.PUBLIC},
    "full": {Visibility.PUBLIC, Visibility.RECIPIENT},
    "unnamed": set(),
}
PLACES = st.integers(0, 7)
HAVE_SIGNED = {SignatureState.PENDING, SignatureState.CONFIRMED}
ACTS = {
    *(
        "sign",
        "confirm by button",
        "confirm by code",
        "confirm by reply",
        "change",
        "withdraw",
        "undo",
        "erase",
    ),
    *(
        "hide",
        "expire",
        "close",
        "reopen",
        "revise",
        "agree",
        "release",
        "publish",
        "deliver",
        "withdraw and undo",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Now:
    """What there is after an act."""

    rows: list[Signature]
    campaign: Campaign
    counted: list[Signature]


class SignOns(RuleBasedStateMachine):
    """One letter, four names, two mailboxes, and everything that may be done with a sign-on and its letter."""

    engine: Engine
    root: RootKey
    done: Counter[str]

    @initialize()
    def open_the_letter(self) -> None:
        with transaction(self.engine) as session:
            # What is frozen goes only once its keys are gone.
            tables = [metadata.tables["campaign_key"], *reversed(metadata.sorted_tables)]
            for table in tables:
                # The one row of `sending` came with the schema, and what was audited stays.
                if table.name not in {"sending", "audit_event"}:
                    session.execute(table.delete())
        self.file = letter_file(more=SOLO)
        noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.coalition = Coalition(engine=self.engine, root=self.root, now=noon).open(self.file)
        self.pages: dict[str, str] = {}
        self.left: set[str] = set()
        self.erased: dict[str, tuple[bytes, bytes]] = {}
        self.may_count: set[str] | None = None
        self.released = False
        for name, email in zip(NAMES[::2], MAILBOXES, strict=True):
            self.sign(name, email, Visibility.PUBLIC, then="button")

    # What signatories do.

    @rule(
        name=st.sampled_from(NAMES),
        email=st.sampled_from(MAILBOXES),
        visibility=VISIBILITIES,
        then=st.sampled_from(("", "button", "code", "reply")),
    )
    def sign(self, name: str, email: str, visibility: Visibility, then: str) -> None:
        before = {row.id: row.generation for row in self.rows()}
        is_open = self.campaign().state is CampaignState.OPEN
        page: list[str] = []
        given = {"kind": KINDS[name], "visibility": visibility}
        was_taken = self.tried("sign", lambda: page.append(send_form(self.coalition, name, email, **given)))
        assert is_open or not was_taken, "a letter that is closed takes nobody"
        self.left -= {row.id for row in self.rows() if before.get(row.id, row.generation) != row.generation}
        row_id = self.behind(page[0]) if page else ""
        if not row_id:
            return
        self.pages[row_id] = page[0]
        place = [row.id for row in self.rows()].index(row_id)
        if then == "button":
            self.confirm_by_button(place)
        elif then == "code":
            self.confirm_by_code(sorted(self.pages).index(row_id), wrong=0)
        elif then == "reply":
            self.deliver()
            self.confirm_by_reply(place, is_proven=True, answers_it=True)

    def behind(self, page: str) -> str:
        """Give the sign-on that a page waits for."""
        with reading(self.engine) as session:
            waits = session.exec(select(Waiting).where(Waiting.digest == token_digest(page))).one()
            return waits.signature_id or ""

    @precondition(lambda self: self.rows())
    @rule(place=PLACES)
    def confirm_by_button(self, place: int) -> None:
        holder = self.holder(place)
        self.tried("confirm by button", lambda: self.coalition.confirm(holder.token(Purpose.CONFIRM)))

    @precondition(lambda self: self.pages)
    @rule(place=PLACES, wrong=st.integers(0, 1))
    def confirm_by_code(self, place: int, wrong: int) -> None:
        row_id, page = sorted(self.pages.items())[place % len(self.pages)]
        asked_by = self.confirming_mail(row_id)
        if asked_by is None:
            return
        with reading(self.engine) as session:
            code = mail_code(
                self.coalition.keyring.of(session, self.campaign().id), row_id, asked_by.occurrence
            )
        was = self.state_of(row_id)
        typed = f"{(int(code) + wrong) % 1_000_000:06}"
        confirmed = self.tried(
            "confirm by code", lambda: self.must(type_code(self.coalition, page, typed).confirmed)
        )
        assert not (confirmed and wrong), "a wrong code confirms"
        assert confirmed or self.state_of(row_id) is was

    @precondition(lambda self: self.rows())
    @rule(
        place=PLACES,
        is_proven=st.sampled_from((True, True, False)),
        answers_it=st.sampled_from((True, True, False)),
    )
    def confirm_by_reply(self, place: int, *, is_proven: bool, answers_it: bool) -> None:
        row = self.rows()[place % len(self.rows())]
        mail = self.confirming_mail(row.id)
        if mail is None or row.erased_at is not None:
            return
        with reading(self.engine) as session:
            sender = read_party(self.coalition.keyring.of(session, row.campaign_id), row).confirming_email
        named = mail.message_id if answers_it and mail.message_id else "<another@members.example>"
        reply = Reply(
            row_id=mail.id,
            message_ids=(named,),
            sender=sender,
            words="Yes",
            begins_with_yes=True,
            is_only_yes=True,
        )
        before = standing(row, self.campaign())

        def take() -> None:
            with transaction(self.engine) as session:
                take_reply(
                    session, self.coalition.keyring, reply, is_proven=is_proven, now=self.coalition.now
                )

        self.tried("", take)
        after = standing(self.rows()[place % len(self.rows())], self.campaign())
        if after is Standing.COUNTED and before is not Standing.COUNTED:
            assert is_proven
            assert answers_it
            self.done["confirm by reply"] += 1

    @precondition(lambda self: self.rows())
    @rule(place=PLACES, name=st.sampled_from((*NAMES, "lake ALLIANCE")), visibility=VISIBILITIES)
    def change(self, place: int, name: str, visibility: Visibility) -> None:
        holder = self.holder(place)
        self.tried("change", lambda: holder.change(name=name, visibility=visibility))

    @precondition(lambda self: self.rows())
    @rule(place=PLACES)
    def withdraw(self, place: int) -> None:
        holder = self.holder(place)
        if self.tried("withdraw", holder.withdraw):
            self.left.add(holder.row_id)

    @precondition(lambda self: self.rows())
    @rule(place=PLACES)
    def undo(self, place: int) -> None:
        holder = self.holder(place)
        was_left = holder.row_id in self.left
        if self.tried("undo" if was_left else "", holder.undo):
            self.left.discard(holder.row_id)

    @precondition(lambda self: self.rows() and not self.released)
    @rule(place=PLACES)
    def withdraw_and_undo(self, place: int) -> None:
        """Whoever takes a withdrawal back stands as before, in every number and on every page."""
        holder = self.holder(place)
        was, shown = facts_of(holder.row()), self.shown()
        if holder.row().state not in HAVE_SIGNED or not self.tried("", holder.withdraw):
            return
        assert holder.row_id not in {row.id for row in self.counted()}
        if self.tried("withdraw and undo", holder.undo):
            assert (facts_of(holder.row()), self.shown()) == (was, shown)
        else:
            self.left.add(holder.row_id)

    @precondition(lambda self: self.rows())
    @rule(place=PLACES)
    def hide(self, place: int) -> None:
        self.tried("hide", self.holder(place).hide)

    @precondition(lambda self: self.rows())
    @rule(place=PLACES)
    def erase(self, place: int) -> None:
        holder = self.holder(place)
        was = holder.row()
        if self.tried("erase", holder.erase) and was.erased_at is None:
            self.erased[was.id] = (was.name_index, was.email_index)

    @precondition(lambda self: self.rows())
    @rule(place=PLACES)
    def agree(self, place: int) -> None:
        """Answer to a changed text, whoever was asked."""
        holder = self.holder(place)
        was = standing(holder.row(), self.campaign())
        self.tried(
            "", lambda: self.must(answered(self.coalition, holder.token(Purpose.CHANGE), "agree") == "stands")
        )
        if was is Standing.EARLIER_TEXT and standing(holder.row(), self.campaign()) is Standing.COUNTED:
            self.done["agree"] += 1

    # What the clock and the secretariat do.

    @rule(hours=st.sampled_from((1, 23, 24, 24 * 8)))
    def wait(self, hours: int) -> None:
        self.coalition.wait(hours=hours)
        if self.campaign().state is CampaignState.OPEN and self.coalition.now >= self.campaign().deadline_at:
            self.keep_who_may_count()
        with transaction(self.engine) as session:
            life.close_due(session, now=self.coalition.now)
            forget_codes(session, now=self.coalition.now)
            self.done["expire"] += forget_waiting(session, now=self.coalition.now)
        asked(self.coalition)
        kept(self.coalition)

    @rule()
    def deliver(self) -> None:
        before = len(self.coalition.postbox.kept)
        self.coalition.deliver_mail()
        self.done["deliver"] += len(self.coalition.postbox.kept) > before

    @rule()
    def close(self) -> None:
        if self.tried("close", self.coalition.close):
            self.keep_who_may_count()

    @precondition(lambda self: self.campaign().state is CampaignState.CLOSED)
    @rule()
    def reopen(self) -> None:
        until = self.coalition.now + timedelta(days=3)

        def do() -> None:
            with transaction(self.engine) as session:
                life.reopen(session, SLUG, until=until, by="test", now=self.coalition.now)

        if self.tried("reopen", do):
            self.may_count = None

    @rule(place=PLACES)
    def revise(self, place: int) -> None:
        number = self.done["revise"]
        words = NEW_WORDS[1].replace(b"old river", f"old river {number}".encode())
        assert NEW_WORDS[0] in self.file
        file = self.file.replace(NEW_WORDS[0], words)
        if self.tried("revise", lambda: revised(self.coalition, file, hours=24)):
            self.agree(place)

    @precondition(lambda self: not self.released)
    @rule()
    def release(self) -> None:
        if self.tried("", self.coalition.close):
            self.keep_who_may_count()
        self.tried("", self.coalition.propose)
        self.coalition.wait(hours=1)
        if self.tried("release", self.coalition.release):
            self.released, self.may_count = True, {row.id for row in self.counted()}

    @precondition(lambda self: self.released and self.campaign().published_at is None)
    @rule()
    def publish(self) -> None:
        self.coalition.wait(hours=1).deliver_mail()
        with transaction(self.engine) as session:
            follow_deliveries(session, now=self.coalition.now)
        self.tried("publish", self.coalition.publish)

    # What always holds.

    @invariant()
    def every_promise_is_kept(self) -> None:
        rows, campaign = self.rows(), self.campaign()
        now = Now(
            rows=rows,
            campaign=campaign,
            counted=[row for row in rows if standing(row, campaign) is Standing.COUNTED],
        )
        self.one_signature_for_each_party(now)
        self.counted_are_those_who_confirmed_and_were_accepted_on_the_present_text(now)
        self.a_letter_that_is_closed_counts_nobody_new(now)
        self.no_mail_is_sent_twice(now)
        self.what_was_erased_leaves_no_trace(now)
        self.nobody_is_shown_to_whom_they_did_not_choose(now)

    def one_signature_for_each_party(self, now: Now) -> None:
        with reading(self.engine) as session:
            names = self.names_of(session, now.counted)
        assert len(names) == len(set(names)), "somebody counts twice"
        parties = [
            (row.kind, row.name_index, row.email_index if row.kind is Kind.PERSON else b"")
            for row in now.rows
        ]
        assert len(parties) == len(set(parties))

    def counted_are_those_who_confirmed_and_were_accepted_on_the_present_text(self, now: Now) -> None:
        by_hand = {
            row.id
            for row in now.rows
            if row.state is SignatureState.CONFIRMED
            and None not in (row.accepted_at, row.confirmed_at)
            and (row.held_reason, row.condition, row.joined_to) == (None, None, None)
            and row.revision_id == now.campaign.revision_id
        }
        with reading(self.engine) as session:
            assert counts(session, now.campaign).signatories == len(by_hand)
        assert {row.id for row in now.counted} == by_hand
        assert not by_hand & self.left

    def a_letter_that_is_closed_counts_nobody_new(self, now: Now) -> None:
        if self.may_count is not None:
            assert {row.id for row in now.counted} <= self.may_count

    def no_mail_is_sent_twice(self, _: Now) -> None:
        message_ids = Counter(mail.message_id for mail in self.coalition.postbox.kept)
        assert not [one for one, times in message_ids.items() if times > 1]
        with reading(self.engine) as session:
            sent = session.exec(select(Message.kind, Message.recipient_ref, Message.occurrence)).all()
        assert len(sent) == len(set(sent))

    def what_was_erased_leaves_no_trace(self, _: Now) -> None:
        with reading(self.engine) as session:
            for row_id, (named, mailed) in self.erased.items():
                row = session.get_one(Signature, row_id)
                assert (row.name, row.details, row.email, row.condition) == (b"", b"", None, None)
                assert row.visibility is Visibility.COUNTED
                assert named != row.name_index
                assert mailed != row.email_index
                of_it = (
                    select(Intake.id).where(Intake.signature_id == row_id),
                    select(Waiting.id).where(Waiting.signature_id == row_id),
                    select(LinkToken.row_id).where(
                        LinkToken.row_id == row_id, LinkToken.purpose != Purpose.MANAGE
                    ),
                    select(ConfirmingCode.signature_id).where(ConfirmingCode.signature_id == row_id),
                    select(Agreement.id).where(
                        Agreement.signature_id == row_id, col(Agreement.note).is_not(None)
                    ),
                    select(Message.id).where(Message.recipient_ref == row_id, Message.state == "queued"),
                )
                assert [found for query in of_it for found in session.exec(query).all()] == []

    def nobody_is_shown_to_whom_they_did_not_choose(self, now: Now) -> None:
        with reading(self.engine) as session:
            letter = letter_for_page(session, self.coalition.keyring, now.campaign, now=self.coalition.now)
            for audience, may in SHOWN_TO.items():
                chosen = [row for row in now.counted if row.visibility in may]
                may_stand = Counter(name for name, _ in self.names_of(session, chosen))
                named = Counter(
                    fold_name(line.name) for line in make_copy(letter, audience=audience, office=None).lines
                )
                assert named <= may_stand, f"the {audience} copy"
        assert len(letter.roll) <= len(now.counted)

    # What the rules look with.

    def counted(self) -> list[Signature]:
        campaign = self.campaign()
        return [row for row in self.rows() if standing(row, campaign) is Standing.COUNTED]

    def shown(self) -> list[tuple[str, str]]:
        with reading(self.engine) as session:
            letter = letter_for_page(session, self.coalition.keyring, self.campaign(), now=self.coalition.now)
        return sorted((entry.name, entry.shown) for entry in letter.roll)

    def keep_who_may_count(self) -> None:
        self.may_count = {row.id for row in self.rows() if row.state in HAVE_SIGNED or row.id in self.left}

    def names_of(self, session: Session, rows: Sequence[Signature]) -> list[tuple[str, str]]:
        """Give who each row is: of a person the mailbox too, for two may share a name; the erased are each their own."""
        parties = []
        for row in rows:
            if row.erased_at is not None:
                parties.append((row.id, ""))
                continue
            party = read_party(self.coalition.keyring.of(session, row.campaign_id), row)
            parties.append((fold_name(party.name), party.email if row.kind is Kind.PERSON else ""))
        return parties

    def confirming_mail(self, row_id: str) -> Message | None:
        with reading(self.engine) as session:
            of_row = select(Message).where(
                Message.recipient_ref == row_id, Message.kind == MessageKind.CONFIRM
            )
            return session.exec(of_row.order_by(col(Message.id).desc())).first()

    def campaign(self) -> Campaign:
        with reading(self.engine) as session:
            return session.exec(select(Campaign)).one()

    def rows(self) -> list[Signature]:
        with reading(self.engine) as session:
            return list(session.exec(select(Signature).order_by(Signature.id)).all())

    def state_of(self, row_id: str) -> SignatureState:
        return next(row.state for row in self.rows() if row.id == row_id)

    def holder(self, place: int) -> Holder:
        rows = self.rows()
        return Holder(self.coalition, rows[place % len(rows)].id)

    def must(self, truth: object) -> None:
        if not truth:
            raise Refused("It was not done.")

    def tried(self, what: str, act: Callable[[], object]) -> bool:
        """Do something that may be refused; tells whether it was done. Anything but a refusal is a bug."""
        try:
            act()
        except ServiceError:
            return False
        self.done[what] += 1
        return True


def facts_of(row: Signature) -> tuple[object, ...]:
    return (
        *(row.state, row.accepted_at, row.confirmed_at, row.held_reason, row.revision_id),
        *(row.visibility, row.generation, row.name_index, row.email_index),
    )


# One whole life, in which every act is done; only then is it known that orders of them are worth trying.
A_LIFE: tuple[Callable[[SignOns], object], ...] = (
    lambda here: here.sign(NAMES[1], MAILBOXES[0], Visibility.RECIPIENT, then="code"),
    lambda here: here.sign(NAMES[3], MAILBOXES[0], Visibility.COUNTED, then="reply"),
    lambda here: here.change(0, "Lake Alliance", Visibility.RECIPIENT),
    lambda here: here.withdraw(1),
    lambda here: here.undo(1),
    lambda here: here.withdraw_and_undo(2),
    lambda here: here.hide(2),
    lambda here: here.revise(0),
    lambda here: here.wait(25),
    lambda here: here.agree(1),
    lambda here: here.erase(3),
    lambda here: here.sign(NAMES[3], MAILBOXES[0], Visibility.PUBLIC, then="code"),
    lambda here: here.close(),
    lambda here: here.sign(NAMES[3], MAILBOXES[1], Visibility.PUBLIC, then="button"),
    lambda here: here.reopen(),
    lambda here: here.sign(NAMES[3], MAILBOXES[1], Visibility.PUBLIC, then=""),
    lambda here: here.release(),
    lambda here: here.confirm_by_button(5),
    lambda here: here.publish(),
    lambda here: here.withdraw(0),
    lambda here: here.erase(1),
)


@pytest.fixture
def machine(engine: Engine, root: RootKey) -> type[SignOns]:
    """Give the machine on one of the databases."""
    return type("SignOnsHere", (SignOns,), {"engine": engine, "root": root, "done": Counter()})


def test_in_a_whole_life_every_act_is_done_and_every_promise_is_kept(machine: type[SignOns]) -> None:
    here = machine()
    here.open_the_letter()
    for act in A_LIFE:
        act(here)
        here.every_promise_is_kept()

    assert ACTS - set(here.done) == set()


def test_no_order_of_acts_counts_mails_or_shows_anybody_wrongly(machine: type[SignOns]) -> None:
    # The slower database sees fewer orders; what it may do otherwise is asked of it in test_managing.py.
    examples, steps = (6, 20) if machine.engine.dialect.name == "sqlite" else (2, 10)
    if settings.get_current_profile_name() == "soak":
        examples, steps = 300, 50

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=settings.get_current_profile_name() != "soak",
            suppress_health_check=list(HealthCheck),
        ),
    )
