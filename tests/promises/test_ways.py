"""Every way of sending that is registered keeps what its Protocol promises; and what a letter has set up is sealed, and its own."""

import logging

import pytest
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.coordinators.act_words import DESK_WORDS
from service.delivery.channel import Outward
from service.delivery.channel_words import channel_word
from service.delivery.check import check
from service.delivery.office_list import ListNow
from service.delivery.registry import BY_HAND, CHANNELS, EXAMINED, SETTABLE
from service.delivery.setting import Misset
from service.delivery.way_settings import forget_way, set_way, settings_of, ways_seen
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.audit_event import AuditEvent
from service.model.recipient import Audience, Recipient, RecipientRole
from service.store.transaction import reading, transaction
from tests.coalition import OUTWARD, SLUG, Coalition, letter_file
from tests.congress import NOON, offices
from tests.stories.test_nothing_is_legible_at_rest import bytes_at_rest, found_in
from tests.ways import GOOD, SECRETS, TRIAL

OTHER = "other-letter"
DETAILS = {
    "name": "Jane Q. Example",
    "address": ["1600 Palace Avenue NW", "Washington, DC 20500"],
    "country": "US",
    "emails": ["president@office.example"],
    "regulations_document": "FDA-2009-N-0501-0012",
    "pec": "presidency@pec.office.example",
}
NOTHING = Outward(smtp=False, mail_from="")
ways = pytest.mark.parametrize("name", CHANNELS)
settable = pytest.mark.parametrize("name", SETTABLE)


def office(name):
    return Recipient(
        campaign_id="",
        revision_id="",
        position=0,
        role=RecipientRole.TO,
        copy_kind=Audience.FULL,
        channels=[name],
        details=b"",
    )


def verdict(name, details, *settings):
    given = {name: settings[0]} if settings else {}
    # Of Members of Congress: the code of the office, and that one constituent has asked.
    code = {"cwc": "HVA08", "soapbox": "SVA02"}.get(name, "")
    listed = ListNow(offices=offices(code, fetched_at=NOON), now=NOON)
    outward = Outward(
        smtp=True, mail_from=OUTWARD.mail_from, settings=given, asked={code: 1}, lists={name: listed}
    )
    return CHANNELS[name].check(office(name), {**details, "office_code": code}, outward)


@ways
def test_a_way_says_what_it_is_and_what_it_needs(name):
    way = CHANNELS[name]

    assert way.name == name
    assert isinstance(channel_word(name), Sentence), "it has a name that people know"
    assert way.by_hand is (name in BY_HAND)
    assert bool(way.steps) is way.by_hand, "what a person does stands there, and only for a person"
    assert all(isinstance(step, Sentence) for step in way.steps)
    keys = [one.key for one in way.settings]
    assert len(set(keys)) == len(keys)
    assert bool(keys) is (name in SETTABLE)
    for one in way.settings:
        assert isinstance(one.word, Sentence)
        assert one.helps.endswith(".")
        assert not (one.secret and (one.one_of or one.is_long)), "a secret is one line that is typed"
        assert set(one.words) == set(one.one_of), "each choice is called something"


@ways
@pytest.mark.parametrize(
    "details",
    [
        {},
        {"address": [], "emails": [], "country": ""},
        {"address": None, "emails": (), "name": "", "webform": None},
        DETAILS,
    ],
    ids=["nothing", "empty", "none", "all"],
)
@pytest.mark.parametrize("given", [{}, {"key": "live_"}, {"mode": "?", "api_key": "\n"}], ids=str)
def test_a_check_never_fails_and_says_in_a_sentence_what_is_missing(name, details, given):
    for outward in (NOTHING, OUTWARD, Outward(smtp=True, mail_from="a@b.example", settings={name: given})):
        said = CHANNELS[name].check(office(name), dict(details), outward)

        assert said.reaches or said.reason.endswith("."), said
        assert not (said.reaches and said.reason)
        assert said.configured or not said.can


@settable
def test_a_way_is_not_set_up_until_it_is(name):
    missing, real = (verdict(name, DETAILS, *some) for some in ((), (GOOD[name],)))

    assert (missing.can, missing.configured) == (False, False)
    assert missing.destinations == 1, "the office could be reached"
    assert (real.can, real.reaches, real.reason) == (True, True, "")


@pytest.mark.parametrize("name", TRIAL)
def test_a_trial_reaches_nobody(name):
    trial = verdict(name, DETAILS, TRIAL[name])

    assert (trial.can, trial.reaches, trial.is_trial) == (True, False, True)
    of_trial, of_real = (SETTABLE[name].try_settings(one[name], now=None) for one in (TRIAL, GOOD))
    assert (of_trial.says, of_trial.is_trial) == (trial.reason, True)
    assert not of_real.is_trial
    assert of_real.says not in {"", of_trial.says}


@settable
def test_no_secret_is_printed(name, caplog):
    secrets = [GOOD[name][one.key] for one in SETTABLE[name].settings if one.secret and one.key in GOOD[name]]
    outward = Outward(smtp=True, mail_from="", settings=GOOD)
    with caplog.at_level(logging.DEBUG):
        said = [
            repr(outward),
            repr(verdict(name, DETAILS, GOOD[name])),
            repr(SETTABLE[name].try_settings(GOOD[name], now=None)),
        ]
        for key in GOOD[name]:
            try:
                SETTABLE[name].try_settings({**GOOD[name], key: ""}, now=None)
            except Refused as refusal:
                said += [str(refusal), *refusal.faults]

    assert secrets
    assert [secret for secret in secrets if secret in "\n".join((*said, caplog.text))] == []


@pytest.mark.parametrize("name", EXAMINED)
def test_every_rule_of_a_way_says_where_it_is_written(name):
    for rule in EXAMINED[name].rules:
        assert rule.says.endswith(".")
        assert rule.source
        assert rule.checked.year == 2026


@pytest.fixture
def coalition(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    coalition.load(letter_file().replace(SLUG.encode(), OTHER.encode()))
    return coalition


def keep(coalition, name, values, *, slug=SLUG):
    with transaction(coalition.engine) as session:
        set_way(session, coalition.keyring, slug, name, values, by="test", now=coalition.now)


def kept(coalition, *, slug=SLUG):
    with reading(coalition.engine) as session:
        return settings_of(session, coalition.keyring, get_campaign(session, slug))


def test_what_is_set_up_is_sealed_and_the_letters_own(coalition, caplog):
    with caplog.at_level(logging.DEBUG):
        for name, values in GOOD.items():
            keep(coalition, name, values)

    assert kept(coalition) == GOOD
    assert kept(coalition, slug=OTHER) == {}
    assert found_in(bytes_at_rest(coalition.engine), [*SECRETS, "Quay Street", "organisation-12"]) == []
    assert found_in(caplog.text.encode(), SECRETS) == []
    with reading(coalition.engine) as session:
        seen = ways_seen(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
        acts = session.exec(select(AuditEvent).where(AuditEvent.act == "way.set")).all()
        lines = check(session, coalition.keyring, get_campaign(session, SLUG), OUTWARD, now=coalition.now)
    assert found_in(repr(seen).encode(), SECRETS) == []
    assert [one.said for one in seen if one.is_wrong] == []
    assert {"key", "webhook_secret"} == next(one.kept for one in seen if one.name == "lob")
    assert sorted(one.thing for one in acts) == sorted(GOOD)
    assert {"way.set", "way.forget"} <= DESK_WORDS.keys()
    assert found_in(repr(lines).encode(), SECRETS) == []


def test_a_secret_stays_until_another_is_given_and_all_of_it_can_be_forgotten(coalition):
    keep(coalition, "pingen", GOOD["pingen"])
    keep(coalition, "pingen", {**GOOD["pingen"], "mode": "staging", "client_secret": "", "signing_key": ""})
    assert kept(coalition)["pingen"] == {**GOOD["pingen"], "mode": "staging"}

    keep(coalition, "pingen", {**GOOD["pingen"], "client_secret": "another"})
    assert kept(coalition)["pingen"]["client_secret"] == "another"

    with transaction(coalition.engine) as session:
        forget_way(session, SLUG, "pingen", by="test", now=coalition.now)
    assert kept(coalition) == {}
    with transaction(coalition.engine) as session, pytest.raises(Refused, match="not set up"):
        forget_way(session, SLUG, "pingen", by="test", now=coalition.now)


@pytest.mark.parametrize(
    ("name", "values", "error"),
    [
        ("email", {}, NotFound),
        ("nothing", {}, NotFound),
        ("lob", {}, Misset),
        ("lob", {**GOOD["lob"], "service": "pigeon"}, Misset),
        ("lob", {**GOOD["lob"], "key": "live_pub_1"}, Refused),
        ("lob", {**GOOD["lob"], "sender": "Nobody"}, Refused),
        ("pingen", {**GOOD["pingen"], "mode": "?"}, Misset),
        ("regulations", {**GOOD["regulations"], "certified": ""}, Misset),
        ("regulations", {**GOOD["regulations"], "api_key": "schlüssel"}, Refused),
        ("pec", {**GOOD["pec"], "authorities": ""}, Misset),
        ("pec", {**GOOD["pec"], "authorities": "none"}, Refused),
    ],
)
def test_what_sets_nothing_up_is_not_kept(coalition, name, values, error):
    with pytest.raises(error):
        keep(coalition, name, values)

    assert kept(coalition) == {}


def test_nobody_points_the_installation_at_a_machine_of_their_choice(coalition):
    keep(coalition, "lob", {**GOOD["lob"], "url": "http://169.254.169.254"})
    keep(coalition, "pingen", {**GOOD["pingen"], "identity_url": "http://127.0.0.1:9"})

    with pytest.raises(Refused):
        keep(coalition, "pec", {**GOOD["pec"], "imap_url": "imap://a:b@127.0.0.1:143"})

    assert [key for values in kept(coalition).values() for key in values if "url" in key] == []
