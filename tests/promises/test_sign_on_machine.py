"""Whatever signatories do in whatever order, nobody is counted twice or against their will; on each database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

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
from sqlmodel import Session, select

from service.foundation.errors import ServiceError
from service.foundation.sealing import RootKey
from service.foundation.written import fold_name
from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.signature import Kind, Signature, Standing, Visibility, standing
from service.model.tables import metadata
from service.signing.party import read_party
from service.signing.queries import counts
from service.signing.roll import letter_for_page
from service.store.transaction import reading, transaction
from tests.coalition import Coalition, letter_file
from tests.promises.holder import Holder

NAMES = ("Lake Alliance", "River Watch", "Tenzin Example", "Dolma Example")
KINDS = dict(zip(NAMES, (Kind.ORGANIZATION, Kind.ORGANIZATION, Kind.PERSON, Kind.PERSON), strict=True))
MAILBOXES = ("one@members.example", "two@members.example")
SOLO = 'admit = "everyone"\nsolo = true\nnames_shown = "live"'


class SignOns(RuleBasedStateMachine):
    """One letter, four names, two mailboxes, and everything that may be done with a sign-on."""

    engine: Engine
    root: RootKey

    @initialize()
    def open_the_letter(self) -> None:
        with transaction(self.engine) as session:
            for table in reversed(metadata.sorted_tables):
                session.execute(table.delete())
        noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
        self.coalition = Coalition(engine=self.engine, root=self.root, now=noon).open(letter_file(more=SOLO))
        self.left: set[str] = set()
        self.erased: set[str] = set()
        for name, email in zip(NAMES[::2], MAILBOXES, strict=True):
            self.sign_and_confirm(name, email, Visibility.PUBLIC)

    @rule(
        name=st.sampled_from(NAMES), email=st.sampled_from(MAILBOXES), visibility=st.sampled_from(Visibility)
    )
    def sign(self, name: str, email: str, visibility: Visibility) -> None:
        before = {row.id: row.generation for row in self.rows()}
        self.tried(lambda: self.coalition.sign(name, email, kind=KINDS[name], visibility=visibility))
        again = {row.id for row in self.rows() if before.get(row.id, row.generation) != row.generation}
        self.left -= again

    @rule(
        name=st.sampled_from(NAMES), email=st.sampled_from(MAILBOXES), visibility=st.sampled_from(Visibility)
    )
    def sign_and_confirm(self, name: str, email: str, visibility: Visibility) -> None:
        self.sign(name, email, visibility)
        for place in range(len(self.rows())):
            self.confirm(place)

    @precondition(lambda self: self.rows())
    @rule(place=st.integers(0, 7))
    def confirm(self, place: int) -> None:
        holder = self.holder(place)
        self.tried(lambda: self.coalition.confirm(holder.token(Purpose.CONFIRM)))

    @precondition(lambda self: self.rows())
    @rule(
        place=st.integers(0, 7),
        name=st.sampled_from((*NAMES, "lake ALLIANCE")),
        visibility=st.sampled_from(Visibility),
    )
    def change(self, place: int, name: str, visibility: Visibility) -> None:
        holder = self.holder(place)
        self.tried(lambda: holder.change(name=name, visibility=visibility))

    @precondition(lambda self: self.rows())
    @rule(place=st.integers(0, 7))
    def withdraw(self, place: int) -> None:
        holder = self.holder(place)
        if self.tried(holder.withdraw):
            self.left.add(holder.row_id)

    @precondition(lambda self: self.rows())
    @rule(place=st.integers(0, 7))
    def undo(self, place: int) -> None:
        holder = self.holder(place)
        if self.tried(holder.undo):
            self.left.discard(holder.row_id)

    @precondition(lambda self: self.rows())
    @rule(place=st.integers(0, 7))
    def hide(self, place: int) -> None:
        self.tried(self.holder(place).hide)

    @precondition(lambda self: self.rows())
    @rule(place=st.integers(0, 7))
    def erase(self, place: int) -> None:
        holder = self.holder(place)
        if self.tried(holder.erase):
            self.erased.add(holder.row_id)

    @rule(hours=st.sampled_from((1, 23, 24, 24 * 8)))
    def wait(self, hours: int) -> None:
        self.coalition.wait(hours=hours)

    @rule()
    def close(self) -> None:
        self.tried(self.coalition.close)

    @rule()
    def send(self) -> None:
        self.tried(self.coalition.close)
        self.tried(self.coalition.propose)
        self.tried(self.coalition.release)

    @invariant()
    def nobody_counts_wrongly_and_nothing_erased_can_be_read(self) -> None:
        with reading(self.engine) as session:
            campaign = session.exec(select(Campaign)).one()
            rows = session.exec(select(Signature)).all()
            counted = [row for row in rows if standing(row, campaign) is Standing.COUNTED]
            found = counts(session, campaign).signatories
            names = self.names_of(session, counted)
            letter = letter_for_page(session, self.coalition.keyring, campaign, now=self.coalition.now)

        assert found == len(counted)
        assert not {row.id for row in counted} & self.left
        assert len(names) == len(set(names)), "somebody counts twice"
        for row in rows:
            if row.id in self.erased:
                assert (row.name, row.details, row.email, row.condition) == (b"", b"", None, None)
        # What the page shows, be it the letter as it stands or the edition that was sent.
        named = {
            name for (name, _), row in zip(names, counted, strict=True) if row.visibility is Visibility.PUBLIC
        }
        assert {fold_name(entry.name) for entry in letter.roll if entry.shown == "public"} <= named
        assert len(letter.roll) <= len(counted)

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

    def rows(self) -> list[Signature]:
        with reading(self.engine) as session:
            return list(session.exec(select(Signature).order_by(Signature.id)).all())

    def holder(self, place: int) -> Holder:
        rows = self.rows()
        return Holder(self.coalition, rows[place % len(rows)].id)

    def tried(self, act: Callable[[], object]) -> bool:
        """Do something that may be refused; tells whether it was done. Anything but a refusal is a bug."""
        try:
            act()
        except ServiceError:
            return False
        return True


def test_no_order_of_acts_counts_anybody_wrongly(engine: Engine, root: RootKey) -> None:
    machine = type("SignOnsHere", (SignOns,), {"engine": engine, "root": root})

    run_state_machine_as_test(
        machine,
        settings=settings(
            # The slower database sees fewer orders; what it may do otherwise is asked of it in test_managing.py.
            max_examples=8 if engine.dialect.name == "sqlite" else 2,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
