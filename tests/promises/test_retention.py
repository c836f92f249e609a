"""What is kept goes in its time, on each database; of a purged letter nothing of a person is left, and its numbers stay."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import LargeBinary, text
from sqlmodel import func, select

from service.campaigns.access import seen_campaign
from service.campaigns.archive import archive
from service.campaigns.queries import find_campaign, get_campaign
from service.campaigns.sight import Lookout
from service.coordinators.chain import chain_events
from service.foundation.errors import NotFound, Permanent, Refused
from service.kit.send import look_at_kits, send_kits
from service.mail import outbox
from service.model.agreement import Agreement
from service.model.audit_event import AuditEvent
from service.model.campaign import CampaignKey
from service.model.delivery import Delivery, DeliveryEvent
from service.model.edition import Approval, Edition
from service.model.incoming_report import IncomingReport
from service.model.link_token import LinkToken
from service.model.message import AfterState, Message, MessageEvent, MessageKind
from service.model.report_kind import ReportKind
from service.model.retention import Retention
from service.model.show import ShowStep, Step, Word
from service.model.signature import Signature
from service.model.states import CampaignState, MessageState, SignatureState
from service.model.tables import metadata
from service.model.update import UpdateAudience
from service.signing.expire import expire_unconfirmed
from service.signing.queries import counts
from service.signing.update_words import UpdateWords
from service.signing.updates import look_at_update, start_update
from service.store.transaction import reading, transaction
from service.store.wake import Wake
from service.upkeep import keeping
from service.upkeep.coming import coming_of_all
from service.upkeep.keeping import DAY
from service.upkeep.letter_sweeps import letter_sweeps
from service.upkeep.moments import moments_beside
from service.upkeep.outlook import house_outlook, letter_outlook, letters_outlook
from service.upkeep.purge import ask_for_purge, keep_for, purge_at_once
from service.upkeep.sign_ons import BESIDE
from service.worker.retention import finish_purge, forget_old, keep_retention
from tests.coalition import PUBLIC_URL, SLUG, Coalition, letter_file
from tests.promises.holder import Holder
from tests.stories.test_nothing_is_legible_at_rest import bytes_at_rest, canary, carry, forbidden, found_in

HOUR = timedelta(hours=1)
KEEPS = 'admit = "everyone"\npurge_after_days = 60'


@pytest.fixture
def coalition(engine, root, noon):
    return Coalition(engine=engine, root=root, now=noon)


def services(coalition):
    return SimpleNamespace(
        engine=coalition.engine, keyring=coalition.keyring, clock=lambda: coalition.now, wake=Wake()
    )


def turn(coalition, *, days=0.0):
    """Let time pass hour by hour, as far as the job of retention sees it, and let mail leave."""
    until = coalition.now + timedelta(days=days)
    while True:
        keep_retention(services(coalition), "test")
        coalition.deliver_mail()
        if coalition.now >= until:
            return
        coalition.now = min(until, coalition.now + 12 * HOUR)


def sent_and_put_away(coalition, *, file=None):
    coalition.open(file or letter_file(more=KEEPS)).sign_and_confirm("Lake Alliance")
    coalition.sign("Never Confirmed Group").deliver_mail().close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail().wait(minutes=1)
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE delivery SET state = 'handed_over'"))
        session.execute(text("UPDATE campaign SET state = 'sent'"))
    return put_away(coalition)


def put_away(coalition):
    with transaction(coalition.engine) as session:
        archive(session, coalition.keyring, SLUG, by="ada", now=coalition.now)
    return coalition


def state(coalition):
    with reading(coalition.engine) as session:
        return find_campaign(session, SLUG).state


def kept(coalition):
    with reading(coalition.engine) as session:
        return session.exec(select(Retention)).one()


def number_of(coalition, table):
    with reading(coalition.engine) as session:
        return session.exec(select(func.count()).select_from(table)).one()


def notices(coalition):
    return [mail for mail in coalition.mails() if "deleted for good" in mail.text]


def test_its_secretariat_is_told_two_weeks_and_a_day_before_and_then_it_goes(coalition):
    sent_and_put_away(coalition)
    archived = coalition.now
    turn(coalition, days=45.9)
    assert notices(coalition) == []

    turn(coalition, days=0.6)
    (first,) = notices(coalition)
    assert first.to == "letter@rivers.example"
    assert f"undersigned purge keep {SLUG} --days 90" in " ".join(first.text.split())
    turn(coalition, days=13)
    assert len(notices(coalition)) == 2

    assert state(coalition) is CampaignState.ARCHIVED
    turn(coalition, days=1.5)
    assert state(coalition) is CampaignState.PURGED
    assert kept(coalition).purged_at >= archived + 60 * DAY
    assert len(notices(coalition)) == 2


def test_the_calendar_says_when_its_notices_and_the_purge_come_as_they_then_do(coalition):
    sent_and_put_away(coalition)
    with reading(coalition.engine) as session:
        far = coalition.now + 400 * DAY
        foretold = {one.step: one.at for one in coming_of_all(session, until=far, now=coalition.now)}
        beside = moments_beside(
            session, coalition.keyring, coalition.campaign(), until=far, now=coalition.now
        )
        assert {one.name: (one.at, one.mails) for one in beside} == {
            "purge-notice": (foretold[keeping.Step.NOTIFY], 1),
            "purge-reminder": (foretold[keeping.Step.REMIND], 1),
            "purge": (foretold[keeping.Step.PURGE], 0),
        }
    assert set(foretold) == {keeping.Step.NOTIFY, keeping.Step.REMIND, keeping.Step.PURGE}

    came = {}
    for step, at in foretold.items():
        turn(coalition, days=(at - coalition.now) / DAY - 0.01)
        before = (len(notices(coalition)), state(coalition))
        turn(coalition, days=0.02)
        came[step] = before != (len(notices(coalition)), state(coalition))
        if step is not keeping.Step.PURGE:
            with reading(coalition.engine) as session:
                again = {one.step: one.at for one in coming_of_all(session, until=far, now=coalition.now)}
            assert step not in again
            assert abs(again[keeping.Step.PURGE] - foretold[keeping.Step.PURGE]) < HOUR

    assert came == dict.fromkeys(foretold, True)
    with reading(coalition.engine) as session:
        assert list(coming_of_all(session, until=far + 400 * DAY, now=coalition.now)) == []


def test_without_a_plan_it_is_kept(coalition):
    sent_and_put_away(coalition, file=letter_file(more='admit = "everyone"'))
    turn(coalition, days=400)

    assert (state(coalition), notices(coalition)) == (CampaignState.ARCHIVED, [])


def test_nothing_goes_while_no_notice_leaves(coalition):
    sent_and_put_away(coalition)
    for _ in range(120):
        coalition.now += DAY
        keep_retention(services(coalition), "test")

    assert state(coalition) is CampaignState.ARCHIVED


def test_nothing_goes_where_a_notice_came_back(coalition):
    sent_and_put_away(coalition)
    turn(coalition, days=46.5)
    came_back(coalition, "purge:first:")
    turn(coalition, days=2)
    assert len(notices(coalition)) == 2
    turn(coalition, days=13)
    assert (state(coalition), len(notices(coalition))) == (CampaignState.ARCHIVED, 3)

    came_back(coalition, "purge:last:")
    turn(coalition, days=1.5)
    assert (state(coalition), len(notices(coalition))) == (CampaignState.ARCHIVED, 4)


def test_nothing_goes_just_after_the_last_notice_has_left(coalition):
    sent_and_put_away(coalition)
    turn(coalition, days=58.5)
    coalition.now = kept(coalition).purge_at - DAY
    keep_retention(services(coalition), "test")
    coalition.now = kept(coalition).purge_at - HOUR
    coalition.deliver_mail()
    assert len(notices(coalition)) == 2
    turn(coalition, days=0.5)

    assert (state(coalition), len(notices(coalition))) == (CampaignState.ARCHIVED, 3)


def came_back(coalition, notice):
    with transaction(coalition.engine) as session:
        told = select(Message).where(Message.occurrence.startswith(notice), Message.state == "accepted")
        for mail in session.exec(told).all():
            heard = MessageEvent(
                message_id=mail.id, at=coalition.now, was="", became=AfterState.BOUNCED, attempt=1
            )
            session.add(heard)


def test_who_puts_it_off_is_told_anew(coalition):
    sent_and_put_away(coalition)
    turn(coalition, days=46.5)
    with transaction(coalition.engine) as session:
        keep_for(session, SLUG, days=100, by="ada", now=coalition.now)
    turn(coalition, days=30)
    assert (state(coalition), len(notices(coalition))) == (CampaignState.ARCHIVED, 1)

    turn(coalition, days=30)
    assert (state(coalition), len(notices(coalition))) == (CampaignState.PURGED, 3)


def test_a_notice_that_was_put_off_is_not_sent(coalition):
    sent_and_put_away(coalition)
    coalition.now += 47 * DAY
    keep_retention(services(coalition), "test")
    with transaction(coalition.engine) as session:
        keep_for(session, SLUG, days=None, by="ada", now=coalition.now)
    coalition.deliver_mail()

    assert notices(coalition) == []


def test_a_letter_that_is_worked_at_is_not_put_away(coalition):
    coalition.open().sign_and_confirm("Lake Alliance")
    with pytest.raises(Refused, match="Only a letter that was sent or closed"):
        put_away(coalition)


def test_now_takes_two_persons_and_goes_at_once(coalition):
    sent_and_put_away(coalition)

    def now(by):
        with transaction(coalition.engine) as session:
            return purge_at_once(session, coalition.keyring, SLUG, by=by, now=coalition.now)

    with pytest.raises(Refused, match="Nobody has asked"):
        now("ada")
    with transaction(coalition.engine) as session:
        ask_for_purge(session, SLUG, by="ada", now=coalition.now)
    with pytest.raises(Refused, match="somebody else"):
        now("ada")
    assert state(coalition) is CampaignState.ARCHIVED

    finish_purge(services(coalition), now("ben").id)
    assert kept(coalition).purged_at == coalition.now


def test_who_asks_lets_its_secretariat_know(coalition):
    sent_and_put_away(coalition, file=letter_file(more='admit = "everyone"'))
    with transaction(coalition.engine) as session:
        ask_for_purge(session, SLUG, by="ada", now=coalition.now)
    turn(coalition)
    (told,) = notices(coalition)
    assert f"undersigned purge letter {SLUG} --now {SLUG}" in " ".join(told.text.split())

    turn(coalition, days=15)
    assert state(coalition) is CampaignState.PURGED


def purge(coalition):
    with transaction(coalition.engine) as session:
        ask_for_purge(session, SLUG, by="ada", now=coalition.now)
        campaign = purge_at_once(session, coalition.keyring, SLUG, by="ben", now=coalition.now)
    return finish_purge(services(coalition), campaign.id)


NAMING = (
    "attested by cli:ada: Canary Institute's own Mahire Canary called",
    "filed by its Bcc address: sent by Mahire Canary on 2026-11-25; DKIM or SPF proves hidden.example",
    "a copy came to its Bcc address, sent by Mahire Canary on 2026-11-25, it says; not proven: …",
)


def test_after_it_no_name_and_no_address_is_left_and_the_numbers_and_hashes_stay(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    addresses = [canary(number) for number in range(4)]
    carry(coalition, addresses)
    with transaction(engine) as session:
        session.execute(text("UPDATE delivery SET state = 'handed_over'"))
        session.execute(text("UPDATE campaign SET state = 'sent'"))
        event = session.exec(select(DeliveryEvent)).first()
        session.add_all(
            DeliveryEvent(**event.model_dump(exclude={"id", "evidence", "heard_ref"}), evidence=said)
            for said in NAMING
        )
        before, editions = counts(session, get_campaign(session, SLUG)), session.exec(select(Edition)).all()
        hashes = [(one.number, one.fingerprint) for one in editions]
        keys = coalition.keyring.of(session, editions[0].campaign_id)
    put_away(coalition)
    with reading(engine) as session:
        foretold = dict(letter_outlook(session, SLUG, now=coalition.now).rows)
    assert all(foretold[what] for what in ("links", "e-mail and its steps", "offices", "approvers"))
    assert 0 < purge(coalition) <= sum(foretold.values())

    at_rest = bytes_at_rest(engine)
    assert found_in(at_rest, forbidden(addresses)) == []
    blinded = [keys.blind("email", address) for address in addresses]
    assert [one for one in blinded if one in at_rest] == []
    with reading(engine) as session:
        campaign = find_campaign(session, SLUG)
        assert counts(session, campaign) == before
        assert [(one.number, one.fingerprint) for one in session.exec(select(Edition)).all()] == hashes
        rows = session.exec(select(Signature)).all()
        assert {(row.name, row.details, row.email, row.language) for row in rows} == {(b"", b"", None, "")}
        assert {row.state for row in rows} == {SignatureState.CONFIRMED}
        assert session.exec(select(CampaignKey)).all() == []
        assert len(session.exec(select(Approval)).all()) == 2
        carried = session.exec(select(Delivery.message_ref)).all()
        assert set(session.exec(select(Message.id)).all()) == set(carried)
        with pytest.raises(Permanent, match="purged"):
            coalition.keyring.of(session, campaign.id)
        with pytest.raises(Refused, match="purged"):
            get_campaign(session, SLUG)
        assert dict(letter_outlook(session, SLUG, now=coalition.now).rows) == dict.fromkeys(foretold, 0)


def test_of_what_its_owner_erased_only_the_number_is_left_too(coalition):
    coalition.open(letter_file(more=KEEPS)).sign_and_confirm("Lake Alliance").close().propose()
    coalition.approve_all().release()
    coalition.deliver_mail()
    with reading(coalition.engine) as session:
        erased = Holder(coalition, session.exec(select(Signature)).one().id)
    coalition.wait(minutes=5)
    erased.erase()
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE delivery SET state = 'handed_over'"))
        session.execute(text("UPDATE campaign SET state = 'sent'"))
    put_away(coalition).wait(minutes=5)
    assert number_of(coalition, Agreement) == 1
    purge(coalition)

    assert number_of(coalition, Agreement) == 0
    with reading(coalition.engine) as session:
        row = session.exec(select(Signature)).one()
        assert (row.signed_at, row.confirmed_at, row.created_at) == (None, None, coalition.now)
        assert set(dict(letter_outlook(session, SLUG, now=coalition.now).rows).values()) == {0}


# What a purged letter still has of bytes: what no statement may change and no key opens, hashes of ids, and a code's hash.
LEFT = {
    "edition.content",
    "letter_revision.content",
    "signature.name_index",
    "signature.email_index",
    "approver.email_index",
    "issued_copy.code_index",
}
# What is of a letter and of nobody: it stays.
OF_NOBODY = {
    "audit_event",
    "breaker_trip",
    "canary",
    "delivery",
    "edition",
    "letter_check",
    "membership",
    "occurrence",
    "page_stamp",
    "recovery_sheet",
    "retention",
    "schedule",
    "text_lock",
}


def test_nothing_sealed_is_left_but_what_is_frozen(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon)
    carry(coalition, [canary(number) for number in range(4)])
    with transaction(engine) as session:
        session.execute(text("UPDATE delivery SET state = 'handed_over'"))
        session.execute(text("UPDATE campaign SET state = 'sent'"))
        edition = session.exec(select(Edition)).first()
        step = ShowStep(
            campaign_id=edition.campaign_id,
            edition_id=edition.id,
            step=Step.PRESS,
            changed_at=noon,
            word=Word.SKIP,
            word_by="cli:ada",
            why=b"sealed",
        )
        session.add(step)
    purge(put_away(coalition))

    with reading(engine) as session:
        assert [one.word_by for one in session.exec(select(ShowStep)).all()] == [""]
        left = {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, LargeBinary)
            and any(session.execute(select(column)).scalars())
            and table.name not in {"site_secret", "mailbox_day", "token_bucket"}
        }
    assert left <= LEFT


def test_every_table_that_is_of_a_letter_is_in_its_purge_or_is_of_nobody(coalition):
    coalition.open()
    swept = {one.key.class_.__tablename__ for one in letter_sweeps(coalition.campaign(), now=coalition.now)}
    beside = {table.__tablename__ for table, _ in BESIDE} | {"resemblance", "campaign_key"}
    of_letters = {table.name for table in metadata.sorted_tables if "campaign_id" in table.columns}

    assert of_letters - swept - beside == OF_NOBODY


def test_a_purge_that_is_broken_off_is_gone_on_with(coalition):
    sent_and_put_away(coalition)
    stopped = services(coalition)
    stopped.wake.stop()
    with transaction(coalition.engine) as session:
        ask_for_purge(session, SLUG, by="ada", now=coalition.now)
        campaign = purge_at_once(session, coalition.keyring, SLUG, by="ben", now=coalition.now)
    assert finish_purge(stopped, campaign.id) == 0
    assert kept(coalition).purged_at is None

    assert keep_retention(services(coalition), "test") > 0
    assert kept(coalition).purged_at == coalition.now
    assert keep_retention(services(coalition), "test") == 0


def test_mail_that_waits_when_the_keys_go_goes_to_nobody(coalition):
    sent_and_put_away(coalition)
    with transaction(coalition.engine) as session:
        who = session.exec(select(Signature)).first()
        outbox.post(
            session,
            kind=MessageKind.THANKS,
            campaign_id=who.campaign_id,
            recipient_ref=who.id,
            occurrence="late",
            now=coalition.now,
        )
    before = len(coalition.mails())
    purge(coalition)

    assert len(coalition.deliver_mail().mails()) == before


@pytest.mark.parametrize("given_back", [MessageState.QUEUED, MessageState.HELD, MessageState.UNCERTAIN])
def test_a_purge_is_not_over_before_what_a_sender_had_in_its_hands_is_gone(coalition, given_back):
    sent_and_put_away(coalition)
    with transaction(coalition.engine) as session:
        mail = session.exec(select(Message).where(Message.kind == MessageKind.THANKS)).first()
        mail.state = MessageState.SUBMITTING
        session.add(mail)
        mine = mail.id
    purge(coalition)
    assert (kept(coalition).purged_at, number_of(coalition, Message)) == (None, 2)

    with transaction(coalition.engine) as session:
        mail = session.get(Message, mine)
        mail.state = given_back
        session.add(mail)
    keep_retention(services(coalition), "test")
    assert (kept(coalition).purged_at, number_of(coalition, Message)) == (coalition.now, 1)


def test_a_letters_page_is_gone_as_though_it_had_never_been(coalition):
    sent_and_put_away(coalition)
    key = coalition.key()
    with transaction(coalition.engine) as session:
        session.execute(text("UPDATE campaign SET published_at = created_at"))
    purge(coalition)

    with pytest.raises(NotFound), reading(coalition.engine) as session:
        seen_campaign(session, coalition.root, slug=SLUG, key=key)
    with pytest.raises(NotFound):
        Lookout(coalition.engine, coalition.root).see(slug=SLUG, key=key)


def test_what_nobody_confirmed_goes_two_weeks_after_it_lapsed(coalition):
    coalition.open(letter_file(more='admit = "everyone"'))
    coalition.sign_and_confirm("Lake Alliance").sign("Never Confirmed Group").deliver_mail()
    coalition.now = coalition.campaign().deadline_at + HOUR
    coalition.close()
    coalition.now += 15 * DAY + DAY
    with transaction(coalition.engine) as session:
        assert expire_unconfirmed(session, now=coalition.now) == 1
    coalition.now += 12 * DAY
    assert (forgotten(coalition), number_of(coalition, Signature)) == (0, 2)
    coalition.now += 2 * DAY

    with reading(coalition.engine) as session:
        foretold = {one.what: one.rows for one in house_outlook(session, now=coalition.now)}
    assert foretold["unconfirmed"] == 1
    assert (forgotten(coalition) >= 1, number_of(coalition, Signature)) == (True, 1)
    assert forgotten(coalition) == 0


def forgotten(coalition):
    return forget_old(services(coalition), "test")


def test_of_what_the_house_keeps_only_what_is_over_goes_and_the_dry_run_says_so(coalition):
    with transaction(coalition.engine) as session:
        for at in (coalition.now - 732 * DAY, coalition.now - 700 * DAY):
            session.add(AuditEvent(at=at, actor="cli:ada", act="campaign.load"))
    coalition.open(letter_file(more='admit = "everyone"')).sign_and_confirm("Lake Alliance")
    with transaction(coalition.engine) as session:
        chain_events(session)
        old, new = coalition.now - 92 * DAY, coalition.now - 88 * DAY
        for number, at in enumerate((old, new)):
            session.add(IncomingReport(fingerprint=bytes([number]), kind=ReportKind.HARD, received_at=at))
        session.execute(
            text("UPDATE link_token SET expires_at = :old WHERE purpose = 'confirm'"),
            {"old": coalition.now - 31 * DAY},
        )
    links = number_of(coalition, LinkToken)
    with reading(coalition.engine) as session:
        foretold = {one.what: one.rows for one in house_outlook(session, now=coalition.now)}
    assert (foretold["returned_mail"], foretold["audit"], foretold["links"]) == (1, 1, 1)

    assert forgotten(coalition) == sum(foretold.values())
    assert number_of(coalition, IncomingReport) == 1
    assert number_of(coalition, LinkToken) == links - 1


def test_the_mail_log_of_a_letter_goes_a_month_after_it_was_put_away_and_its_sendings_stay_proved(coalition):
    sent_and_put_away(coalition)
    before = number_of(coalition, Message)
    coalition.now += 31 * DAY
    forgotten(coalition)

    with reading(coalition.engine) as session:
        left = session.exec(select(Message)).all()
        assert {one.kind for one in left} <= {MessageKind.DELIVERY, MessageKind.ALERT}
        assert {one.id for one in left} >= set(session.exec(select(Delivery.message_ref)).all())
    assert 0 < len(left) < before


def test_what_is_put_away_is_sent_to_nobody_a_second_time(coalition):
    sent_and_put_away(coalition)
    coalition.now += 31 * DAY
    forgotten(coalition)
    words, keyring, now = UpdateWords(subject="Thanks", body="It arrived."), coalition.keyring, coalition.now
    to, url = {"audience": UpdateAudience.SIGNATORIES}, {"public_url": PUBLIC_URL}
    with transaction(coalition.engine) as session:
        for refused in (
            lambda: look_at_update(session, keyring, SLUG, words, now=now, **to, **url),
            lambda: start_update(session, keyring, SLUG, words, by="ada", now=now, **to),
            lambda: look_at_kits(session, keyring, SLUG, under_embargo=False, now=now, **url),
            lambda: send_kits(session, keyring, SLUG, under_embargo=True, by="ada", now=now),
        ):
            with pytest.raises(Refused, match="is put away"):
                refused()


def test_the_outlook_names_each_letter_that_was_put_away(coalition):
    sent_and_put_away(coalition)
    with reading(coalition.engine) as session:
        (one,) = letters_outlook(session)

    assert (one.slug, one.keep_days, one.planned) == (SLUG, 60, coalition.now + 60 * DAY)
