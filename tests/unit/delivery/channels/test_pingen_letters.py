"""What Pingen is asked for, and whether an address that was read is the one that was meant."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.channel import Outward
from service.delivery.channels.pingen import CHANNEL, MODES, RULES, Mode
from service.delivery.channels.pingen.account import read_account
from service.delivery.channels.pingen.address import is_same_address, meant_lines
from service.delivery.channels.pingen.rules import examine
from service.delivery.parcel import Document
from service.foundation.errors import Refused
from service.model.recipient import Recipient
from tests.doubles.pingen import CLIENT, CLIENT_SECRET, ORGANISATION
from tests.printing import ABROAD, document

SETTINGS = {
    "client_id": CLIENT,
    "client_secret": CLIENT_SECRET,
    "organisation": ORGANISATION,
    "mode": "production",
}
A4 = document(letter_paper=False)
MEANT = meant_lines(ABROAD)


def test_the_lines_are_those_that_the_letter_prints() -> None:
    assert MEANT == (
        "Jürg Muster",
        "Bundespräsident",
        "Bundeskanzlei",
        "Bundeshaus West 1",
        "3003 Bern",
        "Schweiz",
    )


@given(place=st.integers(0, 400), other=st.sampled_from("aZ9ß7éя"))
def test_another_letter_or_figure_is_another_address(place: int, other: str) -> None:
    whole = "\n".join(MEANT)
    at = place % len(whole)
    changed = whole[:at] + other + whole[at + 1 :]

    is_same = is_same_address(MEANT, "CH", read=changed, read_country="CH")

    # In place of a line's end, a space or a letter in another case: one of these is read anew, the others are nothing.
    assert is_same == (whole[at].casefold() == other.casefold())


@given(dropped=st.integers(0, 4))
def test_no_line_may_be_missing_but_that_of_the_country(dropped: int) -> None:
    lines = [line for place, line in enumerate(MEANT) if place != dropped]

    assert not is_same_address(MEANT, "CH", read="\n".join(lines), read_country="CH")
    assert is_same_address(MEANT, "CH", read="\n".join(MEANT[:-1]), read_country="ch")
    assert not is_same_address(MEANT[:-1], "CH", read="\n".join(MEANT[:-2]), read_country="CH")


def test_a_city_is_no_country() -> None:
    meant = ("Prime Minister", "10 Downing Street", "London")

    assert not is_same_address(meant, "GB", read="Prime Minister\n10 Downing Street", read_country="GB")


@pytest.mark.parametrize(
    ("details", "documents", "can_bind", "rules"),
    [
        (ABROAD, [A4], False, []),
        (ABROAD, [A4, document()], True, []),
        (ABROAD, [A4, document()], False, ["paper", "one-file"]),
        (ABROAD, [document()], True, ["paper"]),
        ({**ABROAD, "country": ""}, [A4], False, ["country"]),
        ({**ABROAD, "address": []}, [A4], False, ["address"]),
        (ABROAD, [Document(name="a.pdf", media_type="application/pdf", data=b"a")], False, ["file"]),
    ],
)
def test_what_does_not_fit_is_found(
    *, details: dict[str, object], documents: list[Document], can_bind: bool, rules: list[str]
) -> None:
    assert [one.rule.id for one in examine(details, documents, can_bind=can_bind)] == rules


def test_every_rule_says_where_it_is_written_and_when_somebody_looked() -> None:
    assert CHANNEL.rules == tuple(RULES.values())
    for id_, rule in RULES.items():
        assert rule.id == id_
        assert rule.source
        assert rule.checked == date(2026, 11, 27)


def test_the_account_says_which_house_it_is_in() -> None:
    real, trial = read_account(SETTINGS), read_account({**SETTINGS, "mode": "staging"})

    assert (real.mode, trial.mode) == (Mode.PRODUCTION, Mode.STAGING)
    assert MODES[real.mode] != MODES[trial.mode]
    assert (real.url, trial.url) == ("https://api.pingen.com", "https://api-staging.pingen.com")
    assert CLIENT_SECRET not in repr(real)


@pytest.mark.parametrize(
    "change", [{"client_secret": ""}, {"organisation": ""}, {"mode": ""}, {"product": "pigeon"}]
)
def test_an_account_that_cannot_be_used_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(Refused):
        read_account({**SETTINGS, **change})


@pytest.mark.parametrize(("details", "destinations"), [(ABROAD, 1), ({"address": []}, 0)])
def test_while_nothing_sets_it_up_it_can_take_nothing(details: dict[str, object], destinations: int) -> None:
    office = Recipient(
        campaign_id="",
        revision_id="",
        position=0,
        role="to",
        copy_kind="full",
        channels=["pingen"],
        details=b"",
    )

    verdict = CHANNEL.check(office, details, Outward(smtp=True, mail_from="a@b.example"))

    assert verdict.destinations == destinations
    assert not verdict.can
