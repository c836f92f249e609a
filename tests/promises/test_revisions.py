"""A changed text moves nobody who did not agree, or chose silence and was told; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, column, insert, inspect, table
from sqlmodel import col, select

from service.campaigns import life
from service.campaigns.file import read_campaign_file
from service.campaigns.revise import Change, revise
from service.delivery.report import campaign_report
from service.foundation.errors import NotFound, Refused
from service.foundation.sealing import RootKey
from service.mail.bounce import Report
from service.mail.returned import settle_report
from service.model.agreement import Agreement, How
from service.model.campaign import Campaign, CampaignKey
from service.model.letter_revision import LetterRevision
from service.model.message import Message, MessageKind
from service.model.report_kind import ReportKind
from service.model.signature import Signature, Standing, standing
from service.model.states import MessageState
from service.signing.change import answer_change, look_at_change
from service.signing.confirm import confirm, look_at_confirmation
from service.signing.decide import decide
from service.signing.earlier_text import attest_agreement
from service.signing.erase import erase
from service.signing.invite import import_signatories
from service.signing.messages import signing_mailbox
from service.signing.roll_file import read_signatories
from service.signing.unsubscribe import unsubscribe
from service.store.keyring import Keyring
from service.store.migrate import migrate
from service.store.transaction import reading, transaction
from tests.changing import NEW_WORDS, answered, asked, file_of, kept, reasons_to_call, revised
from tests.coalition import SLUG, Coalition, showing

BACK = (NEW_WORDS[1], NEW_WORDS[0])
OTHER = (b"Thank you.", b"We thank you.")


@pytest.fixture
def coalition(engine: Engine, root: RootKey, noon: datetime) -> Coalition:
    """Give a letter with two signatories: one asks about any change, one keeps its name."""
    coalition = Coalition(engine=engine, root=root, now=noon).open(file_of())
    coalition.sign_and_confirm("Asking Alliance")
    coalition.sign_and_confirm("Keeping Watch", keeps_on_change=True)
    return coalition


def rows(coalition: Coalition) -> dict[str, Signature]:
    """Give the sign-ons by the first word of their names."""
    with reading(coalition.engine) as session:
        found = session.exec(select(Signature).order_by(col(Signature.id))).all()
    return dict(zip(("asking", "keeping", "third"), found, strict=False))


def words(coalition: Coalition) -> dict[str, Standing]:
    return {name: standing(row, coalition.campaign()) for name, row in rows(coalition).items()}


def history(coalition: Coalition, name: str) -> list[tuple[int, How]]:
    with reading(coalition.engine) as session:
        found = (
            select(LetterRevision.number, Agreement.how)
            .join(Agreement, col(Agreement.revision_id) == col(LetterRevision.id))
            .where(Agreement.signature_id == rows(coalition)[name].id)
            .order_by(col(LetterRevision.number))
        )
        return [(number, how) for number, how in session.exec(found).all()]


def change_tokens(coalition: Coalition) -> dict[str, str]:
    """Give the newest link to the change in the mail of each mailbox, by the first word of its address."""
    found = {}
    for mail in coalition.mails():
        _, is_one, rest = mail.text.partition("/change/")
        if is_one:
            found[mail.to.partition("@")[0]] = rest[:43]
    return found


def mails_of(coalition: Coalition) -> list[Message]:
    with reading(coalition.engine) as session:
        return list(session.exec(select(Message).where(Message.kind == MessageKind.CHANGE)).all())


def test_nobody_counts_on_a_new_text_before_agreeing_and_each_is_written_to_once(coalition):
    assert coalition.counts().signatories == 2

    revised(coalition)

    assert coalition.counts().signatories == 0
    assert set(words(coalition).values()) == {Standing.EARLIER_TEXT}
    assert [asked(coalition), asked(coalition), len(mails_of(coalition))] == [0, 0, 2]
    coalition.deliver_mail()
    told = {mail.to.partition("@")[0]: mail.text for mail in coalition.mails() if "/change/" in mail.text}
    assert "does not count" in told["asking"]
    assert "you can object until November 26, 2026 at 7:00" in told["keeping"].replace("\u202f", " ")


def test_agreeing_counts_again_and_the_text_that_was_signed_first_stays_known(coalition):
    revised(coalition)
    coalition.deliver_mail()
    token = change_tokens(coalition)["asking"]

    assert [answered(coalition, token, "agree") for _ in range(2)] == ["stands", "stands"]

    assert coalition.counts().signatories == 1
    assert history(coalition, "asking") == [(1, How.AGREED), (2, How.AGREED)]
    assert history(coalition, "keeping") == [(1, How.AGREED)]


def test_withdrawing_takes_the_name_off_and_stops_the_mail(coalition):
    revised(coalition)
    coalition.deliver_mail()
    token = change_tokens(coalition)["keeping"]

    assert [answered(coalition, token, "withdraw") for _ in range(2)] == ["gone", "gone"]

    assert words(coalition)["keeping"] is Standing.WITHDRAWN
    assert kept(coalition.wait(days=3)) == 0
    with pytest.raises(Refused, match="Withdrawn"):
        answered(coalition, token, "agree")


def test_silence_keeps_the_one_who_chose_it_and_never_the_other(coalition):
    revised(coalition, hours=48)
    coalition.deliver_mail()

    at = [(kept(coalition), coalition.counts().signatories)]
    coalition.wait(hours=48).now -= timedelta(seconds=1)
    at.append((kept(coalition), coalition.counts().signatories))
    coalition.now += timedelta(seconds=1)
    at += [(kept(coalition), coalition.counts().signatories) for _ in range(2)]

    assert at == [(0, 0), (0, 0), (1, 1), (0, 1)]
    assert words(coalition) == {"asking": Standing.EARLIER_TEXT, "keeping": Standing.COUNTED}
    assert history(coalition, "keeping") == [(1, How.AGREED), (2, How.KEPT)]
    assert reasons_to_call(coalition) == {"Asking Alliance": "was asked, and has not answered"}


def test_whoever_was_kept_in_silence_still_sees_the_change_and_may_leave_or_agree(coalition):
    revised(coalition)
    coalition.deliver_mail().wait(hours=48)
    kept(coalition)
    token = change_tokens(coalition)["keeping"]

    with reading(coalition.engine) as session:
        view = look_at_change(session, coalition.keyring, token=token, now=coalition.now)

    assert (view.state, view.signed.number, len(view.passages)) == ("kept", 1, 1)
    assert answered(coalition, token, "agree") == "stands"
    assert history(coalition, "keeping") == [(1, How.AGREED), (2, How.AGREED)]


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ([ReportKind.HARD], "the mail came back"),
        ([ReportKind.SOFT], "the mail came back"),
        ([ReportKind.COMPLAINT], "the mail came back"),
        ([ReportKind.DELAYED], "the mail came back"),
        ([ReportKind.DELAYED, ReportKind.DELIVERED], ""),
        ([ReportKind.AUTO_REPLY], ""),
    ],
)
def test_nobody_is_kept_whose_mail_came_back(coalition, kinds, reason):
    revised(coalition)
    coalition.deliver_mail()
    (message,) = (row for row in mails_of(coalition) if row.recipient_ref == rows(coalition)["keeping"].id)
    for number, kind in enumerate(kinds):
        report = Report(
            kind=kind, code="", row_id=message.id, message_ids=(), fingerprint=number.to_bytes(32)
        )
        with transaction(coalition.engine) as session:
            settle_report(session, report, mailbox=signing_mailbox(coalition.keyring), now=coalition.now)

    assert kept(coalition.wait(hours=72)) == (0 if reason else 1)
    assert reasons_to_call(coalition).get("Keeping Watch", "") == reason


def test_nobody_is_kept_whose_mail_did_not_go(coalition):
    revised(coalition)

    coalition.wait(hours=49)
    assert kept(coalition) == 0
    coalition.deliver_mail()

    assert [row.state for row in mails_of(coalition)] == [MessageState.EXPIRED] * 2
    assert kept(coalition.wait(days=30)) == 0
    assert set(reasons_to_call(coalition).values()) == {"the mail was not sent"}


def test_nobody_is_kept_who_was_told_late(coalition):
    revised(coalition, hours=24)
    coalition.wait(hours=20).deliver_mail().wait(hours=4)

    assert kept(coalition) == 0
    assert kept(coalition.wait(hours=20)) == 1


def test_nobody_is_kept_who_wants_no_more_mail(coalition):
    revised(coalition)
    coalition.deliver_mail()
    links = [
        mail.text
        for mail in coalition.mails()
        if mail.to.startswith("keeping") and "/unsubscribe/" in mail.text
    ]
    unsubscribed = links[-1].partition("/unsubscribe/")[2][:43]
    with transaction(coalition.engine) as session:
        unsubscribe(session, coalition.keyring, token=unsubscribed, now=coalition.now)

    assert kept(coalition.wait(hours=72)) == 0
    assert reasons_to_call(coalition)["Keeping Watch"] == "wants no more mail"
    # The link in the mail that came still works: the wish was about mail.
    assert answered(coalition, change_tokens(coalition)["keeping"], "agree") == "stands"


def test_words_that_come_back_are_signed_already(coalition):
    first = coalition.campaign().revision_id
    revised(coalition)
    coalition.deliver_mail()
    answered(coalition, change_tokens(coalition)["asking"], "agree")

    third = revised(coalition, file_of())

    with reading(coalition.engine) as session:
        assert session.get(LetterRevision, first).sha256 == third.sha256
    assert words(coalition) == {"asking": Standing.EARLIER_TEXT, "keeping": Standing.COUNTED}
    assert history(coalition, "keeping") == [(1, How.AGREED), (3, How.AGREED)]


def test_a_text_that_changes_twice_is_put_to_each_once_more_from_what_it_signed(coalition):
    revised(coalition)
    coalition.deliver_mail()
    old = change_tokens(coalition)["asking"]
    answered(coalition, old, "agree")

    revised(coalition, file_of(NEW_WORDS, OTHER))
    coalition.deliver_mail()

    with reading(coalition.engine) as session:
        asking = look_at_change(session, coalition.keyring, token=old, now=coalition.now)
        keeping = look_at_change(
            session, coalition.keyring, token=change_tokens(coalition)["keeping"], now=coalition.now
        )
    assert (asking.signed.number, asking.present.number, len(asking.passages)) == (2, 3, 1)
    assert (keeping.signed.number, keeping.present.number, len(keeping.passages)) == (1, 3, 2)
    assert len(mails_of(coalition)) == 4


def test_the_answer_is_to_the_text_that_was_seen(coalition):
    revised(coalition)
    coalition.deliver_mail()
    token = change_tokens(coalition)["asking"]
    with reading(coalition.engine) as session:
        seen = look_at_change(session, coalition.keyring, token=token, now=coalition.now).seen
    revised(coalition, file_of(NEW_WORDS, OTHER))

    with pytest.raises(Refused, match="changed once more"), transaction(coalition.engine) as session:
        answer_change(session, coalition.keyring, token=token, answer="agree", seen=seen, now=coalition.now)

    assert words(coalition)["asking"] is Standing.EARLIER_TEXT


def test_a_confirmation_is_to_the_text_that_was_seen(coalition):
    coalition.sign("Third Party").deliver_mail()
    token = coalition.newest_token("confirm")
    with reading(coalition.engine) as session:
        seen = look_at_confirmation(session, coalition.keyring, token=token, now=coalition.now).seen
    revised(coalition)

    with pytest.raises(Refused, match="has changed since"), transaction(coalition.engine) as session:
        confirm(session, coalition.keyring, token=token, opened=showing(seen), now=coalition.now)
    coalition.confirm(token)

    assert words(coalition)["third"] is Standing.COUNTED
    assert history(coalition, "third") == [(2, How.AGREED)]


def test_who_has_no_address_is_called_and_stands_by_the_secretariats_word(coalition):
    listed = read_signatories(b"kind,name,email\norganization,Dale Union,\n", attested=True)
    with transaction(coalition.engine) as session:
        import_signatories(
            session, coalition.keyring, SLUG, listed, attest="by phone", by="test", now=coalition.now
        )
    revised(coalition)
    assert reasons_to_call(coalition) == {"Dale Union": "has no e-mail address"}

    def say(how: str) -> int:
        with transaction(coalition.engine) as session:
            return attest_agreement(
                session,
                coalition.keyring,
                SLUG,
                [rows(coalition)["third"].id],
                how=how,
                by="test",
                now=coalition.now,
            )

    with pytest.raises(Refused, match="how they agreed"):
        say(" ")
    assert say("by phone to A. Secretary") == 1
    with pytest.raises(Refused, match="not one of these"):
        say("again")

    assert coalition.counts().signatories == 1
    assert history(coalition, "third") == [(1, How.ATTESTED), (2, How.ATTESTED)]
    assert reasons_to_call(coalition) == {}


def test_who_is_held_is_not_asked_before_the_check(coalition):
    with transaction(coalition.engine) as session:
        wanted = [rows(coalition)["asking"].id]
        decide(session, coalition.keyring, SLUG, wanted, act="hold", by="test", now=coalition.now)
    revised(coalition)
    assert len(mails_of(coalition)) == 1

    with transaction(coalition.engine) as session:
        decide(session, coalition.keyring, SLUG, wanted, act="release", by="test", now=coalition.now)

    assert asked(coalition) == 1


def test_whoever_fills_in_the_form_again_is_led_to_the_change(coalition):
    revised(coalition)
    coalition.deliver_mail()

    coalition.sign("Asking Alliance").deliver_mail()

    last = coalition.mails()[-1]
    assert "earlier version" in last.text
    assert change_tokens(coalition)["asking"] in last.text


def test_a_proposal_names_whom_it_leaves_out_and_an_earlier_one_is_void(coalition):
    coalition.close()
    assert coalition.propose().on_earlier_text == ()
    coalition.deliver_mail()
    revised(coalition)
    coalition.deliver_mail()
    with pytest.raises(Refused, match="does not stand any more"):
        coalition.release()
    answered(coalition, change_tokens(coalition)["asking"], "agree")

    proposal = coalition.propose()

    assert [entry.name for entry in proposal.letter.roll] == ["Asking Alliance"]
    assert proposal.on_earlier_text == ("Keeping Watch",)
    assert (proposal.letter.revision, proposal.edition.number) == (2, 2)


def test_after_the_release_nobody_is_asked_or_moved(coalition):
    revised(coalition)
    coalition.deliver_mail()
    tokens = change_tokens(coalition)
    answered(coalition, tokens["asking"], "agree")
    coalition.close()
    coalition.propose()
    coalition.approve_all()
    coalition.release()

    assert kept(coalition.wait(hours=72)) == 0
    with reading(coalition.engine) as session:
        view = look_at_change(session, coalition.keyring, token=tokens["keeping"], now=coalition.now)
    assert view.state == "too_late"
    with pytest.raises(Refused, match="released"):
        answered(coalition, tokens["keeping"], "agree")
    with pytest.raises(Refused, match="released"):
        revised(coalition, file_of(NEW_WORDS, OTHER))


@pytest.mark.parametrize(
    ("file", "hours", "sentence"),
    [
        (file_of(), 48, "These are the words of version 1"),
        (file_of(NEW_WORDS), 23.9, "24 hours at least"),
        (file_of(NEW_WORDS), 24 * 91, "check the date"),
        (file_of(NEW_WORDS, (b'"clean-river"', b'"other-river"')), 48, "is of “other-river”"),
        (file_of(NEW_WORDS, more='admit = "each"'), 48, "Put these keys back"),
        (file_of(NEW_WORDS, (b"2026-12-05", b"2026-12-06")), 48, "Put these keys back"),
        (file_of(NEW_WORDS, (b'emails = ["president@office.example"]', b"")), 48, "mend the campaign file"),
    ],
)
def test_what_cannot_be_a_revision_changes_nothing(coalition, file, hours, sentence):
    with pytest.raises(Refused, match=sentence):
        revised(coalition, file, hours=hours)

    assert coalition.counts().signatories == 2
    assert mails_of(coalition) == []


def test_a_draft_is_changed_by_loading_it(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).load(file_of())

    with pytest.raises(Refused, match="still a draft"):
        revised(coalition)


def test_two_revisions_at_once_are_two_versions(coalition):
    with transaction(coalition.engine) as session:
        change = Change(
            file=read_campaign_file(file_of(NEW_WORDS), now=coalition.now),
            objections_until=coalition.now + timedelta(hours=24),
        )
        revise(session, coalition.keyring, SLUG, change, by="test", now=coalition.now)
    with pytest.raises(Refused, match="words of version 2"), transaction(coalition.engine) as session:
        revise(session, coalition.keyring, SLUG, change, by="test", now=coalition.now)


def test_every_version_is_told_with_how_many_stand_on_it(coalition):
    revised(coalition, reason="A name was wrong.")
    coalition.deliver_mail()
    answered(coalition, change_tokens(coalition)["asking"], "agree")

    with reading(coalition.engine) as session:
        told = campaign_report(session, coalition.keyring, coalition.campaign())["revisions"]

    assert [(one["number"], one["confirmed_on_it"], one["present"], one["reason"]) for one in told] == [
        (1, 1, False, ""),
        (2, 1, True, "A name was wrong."),
    ]


def test_a_link_of_another_purpose_shows_no_change(coalition):
    revised(coalition)
    with pytest.raises(NotFound), reading(coalition.engine) as session:
        look_at_change(session, coalition.keyring, token=coalition.newest_token("manage"), now=coalition.now)


def test_a_text_that_was_never_opened_can_be_thawed_as_before(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).load(file_of())
    with transaction(engine) as session:
        life.freeze(session, coalition.keyring, SLUG, by="test", now=noon)
        life.thaw(session, SLUG, by="test", now=noon)
        life.freeze(session, coalition.keyring, SLUG, by="test", now=noon)

    assert asked(coalition) == 0
    assert kept(coalition) == 0


def test_two_clicks_at_once_are_one_agreement(coalition):
    revised(coalition)
    coalition.deliver_mail()
    token = change_tokens(coalition)["asking"]

    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda _: answered(coalition, token, "agree"), range(8)))

    assert states == ["stands"] * 8
    assert history(coalition, "asking") == [(1, How.AGREED), (2, How.AGREED)]


def test_who_had_confirmed_before_agreements_were_kept_is_known_to_have_agreed(bare_engine, root, noon):
    migrate(bare_engine, to="0011")
    keyring = Keyring(root)
    campaign = Campaign(
        slug=SLUG, access="link", names_shown="live", admit="everyone", signers="both", count_shown_from=1,
        language="en", time_zone="UTC", deadline_at=noon, grace_seconds=0, source=b"", created_at=noon, changed_at=noon,
    )  # fmt: skip
    _, wrapped = keyring.root.make_campaign_keys(campaign.id)
    revision = LetterRevision(campaign_id=campaign.id, number=1, sha256="a" * 64, content=b"", frozen_at=noon)
    signatures = [
        Signature(
            campaign_id=campaign.id, kind="organization", state=state, provenance=provenance, visibility="public",
            revision_id=revision.id, name_index=name, email_index=b"", name=b"", details=b"", created_at=noon,
        )
        for name, state, provenance in (
            (b"a", "confirmed", "form"), (b"b", "confirmed", "attested"), (b"c", "pending", "form"),
        )
    ]  # fmt: skip
    key = CampaignKey(campaign_id=campaign.id, wrapped=wrapped, created_at=noon)
    with transaction(bare_engine) as session:
        for row in (campaign, key, revision, *signatures):
            there = inspect(session.connection()).get_columns(row.__tablename__)
            columns = [type(row).__table__.c[found["name"]] for found in there]
            as_it_was = table(row.__tablename__, *(column(found.name, found.type) for found in columns))
            session.execute(
                insert(as_it_was).values({found.name: getattr(row, found.name) for found in columns})
            )

    migrate(bare_engine)

    with reading(bare_engine) as session:
        kept_now = {row.signature_id: (row.revision_id, row.how) for row in session.exec(select(Agreement))}
    assert kept_now == {
        signatures[0].id: (revision.id, How.AGREED),
        signatures[1].id: (revision.id, How.ATTESTED),
    }


def test_erasing_a_sign_on_forgets_what_was_noted_of_its_agreement(coalition):
    revised(coalition)
    asking = rows(coalition)["asking"].id
    with transaction(coalition.engine) as session:
        attest_agreement(
            session, coalition.keyring, SLUG, [asking], how="by phone, Noor", by="test", now=coalition.now
        )
    coalition.deliver_mail()
    token = coalition.tokens("manage")[0]

    with transaction(coalition.engine) as session:
        noted = session.exec(select(Agreement).where(Agreement.signature_id == asking)).all()
        assert [row.note is not None for row in noted] == [False, True]
    with transaction(coalition.engine) as session:
        erase(session, coalition.keyring, token=token, now=coalition.now)

    with reading(coalition.engine) as session:
        noted = session.exec(select(Agreement).where(Agreement.signature_id == asking)).all()
    assert [row.note for row in noted] == [None, None]
