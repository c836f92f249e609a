"""One rule says who counts; the word for a sign-on and the number never disagree."""

import itertools

import pytest
from sqlalchemy.exc import IntegrityError

from service.model.letter_revision import LetterRevision
from service.model.signature import HeldReason, Kind, Standing, standing
from service.model.states import SignatureState
from service.signing.queries import counted_signatures, counts
from service.store.keyring import Keyring
from service.store.transaction import transaction
from tests.make import make_campaign, make_sign_on, make_signature


def test_the_word_counted_and_the_count_agree_for_every_sign_on_there_can_be(engine, root, noon):
    keyring = Keyring(root)
    with transaction(engine) as session:
        campaign = make_campaign(session, keyring, now=noon)
        keys = keyring.of(session, campaign.id)
        earlier = LetterRevision(
            campaign_id=campaign.id, number=2, sha256="b" * 64, content=b"", frozen_at=noon
        )
        session.add(earlier)
        session.flush()
        rows = [
            make_signature(
                session,
                keys,
                campaign,
                now=noon,
                state=state,
                accepted_at=accepted,
                held_reason=held,
                condition=condition,
                joined_to=joined,
                revision_id=revision,
            )
            for state, accepted, held, condition, joined, revision in itertools.product(
                SignatureState,
                (noon, None),
                (None, HeldReason.SECRETARIAT),
                (None, b"sealed"),
                (None, "another"),
                (campaign.revision_id, earlier.id, None),
            )
        ]

        by_rule = {row.id for row in counted_signatures(session, campaign)}
        by_word = {row.id for row in rows if standing(row, campaign) is Standing.COUNTED}

    assert by_rule == by_word
    assert len(by_rule) == 1


def test_organizations_and_individuals_are_counted_apart(engine, root, noon):
    keyring = Keyring(root)
    with transaction(engine) as session:
        campaign = make_campaign(session, keyring, now=noon)
        keys = keyring.of(session, campaign.id)
        for kind in (Kind.ORGANIZATION, Kind.ORGANIZATION, Kind.PERSON):
            make_signature(session, keys, campaign, now=noon, kind=kind)

        found = counts(session, campaign)

    assert (found.organizations, found.individuals, found.signatories) == (2, 1, 3)


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ({"name": "Lake Alliance"}, {"name": "LAKE  alliance"}, True),
        ({"name": "Lake Alliance"}, {"name": "Lake Alliance North"}, False),
        ({"kind": Kind.PERSON, "email": "a@x.example"}, {"kind": Kind.PERSON, "email": "A@x.example"}, True),
        ({"kind": Kind.PERSON, "email": "a@x.example"}, {"kind": Kind.PERSON, "email": "b@x.example"}, False),
        (
            {"kind": Kind.PERSON, "name": "Ada", "email": "home@x.example"},
            {"kind": Kind.PERSON, "name": "Ben", "email": "home@x.example"},
            False,
        ),
        ({"name": "Ada"}, {"kind": Kind.PERSON, "name": "Ada"}, False),
    ],
)
def test_the_database_itself_keeps_one_row_for_one_signatory(engine, root, noon, one, other, is_one):
    keyring = Keyring(root)
    same = {"name": "Ada", "email": "a@x.example"}
    with transaction(engine) as session:
        campaign = make_campaign(session, keyring, now=noon)
        keys = keyring.of(session, campaign.id)
        make_signature(session, keys, campaign, now=noon, sign_on=make_sign_on(**{**same, **one}))

        second = make_sign_on(**{**same, **other})
        if is_one:
            with pytest.raises(IntegrityError), session.begin_nested():
                make_signature(session, keys, campaign, now=noon, sign_on=second)
        else:
            make_signature(session, keys, campaign, now=noon, sign_on=second)

        assert counts(session, campaign).signatories == (1 if is_one else 2)
