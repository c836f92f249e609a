"""Whatever happens after a letter was sent, what was sent names each once, nobody against their will, and adds up."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.campaigns.queries import editions_out, get_campaign
from service.delivery.supplement import propose_supplement
from service.foundation.errors import Refused
from service.letter.compile import compile_copy
from service.letter.copy import make_copy
from service.model.edition import EditionKind
from service.model.signature import Visibility
from service.signing.line import ask_correction
from service.signing.manage import withdraw
from service.signing.roll import frozen_letter
from service.store.engine import make_engine
from service.store.transaction import reading, transaction
from tests.coalition import SLUG, Coalition
from tests.doubles.databases import copy_sqlite
from tests.promises.test_supplements import accept, attest, carry, link_of

# No two of them look alike, or the later would be held.
_FIRST = ("Aspen Alliance", "Birch House", "Copper Union")
_LATE = ("Delta Watch", "Ember Trust", "Falcon Forum", "Garnet League", "Harbor Guild", "Indigo Circle")
_VISIBILITIES = st.sampled_from(["public", "recipient", "counted"])
_STEP = st.one_of(
    st.tuples(st.just("join"), _VISIBILITIES),
    st.tuples(st.just("leave"), st.booleans()),
    st.tuples(st.just("send"), st.sampled_from([EditionKind.ADDENDUM, EditionKind.CORRECTION])),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(_VISIBILITIES, min_size=1, max_size=3), steps=st.lists(_STEP, min_size=2, max_size=6))
def test_over_any_history_what_was_sent_adds_up(migrated_sqlite, tmp_path_factory, root, noon, first, steps):
    engine = make_engine(copy_sqlite(migrated_sqlite, tmp_path_factory.mktemp("history") / "undersigned.db"))
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    shown = dict(zip(_FIRST, first, strict=False))
    for name, visibility in shown.items():
        coalition.sign_and_confirm(name, visibility=Visibility(visibility))
    accept(coalition, *shown)
    coalition.close().propose()
    coalition.approve_all().release()
    carry(coalition)
    leavers = list(shown)

    for number, (what, how) in enumerate(steps):
        if what == "join":
            shown[_LATE[number]] = how
            attest(coalition, _LATE[number], how)
        elif what == "leave" and leavers:
            _leave(coalition, leavers.pop(), ask=how)
        elif what == "send":
            _send(coalition, how)

    _adds_up(coalition, shown)
    engine.dispose()


def _leave(coalition, name, *, ask):
    token = link_of(coalition, name)
    with transaction(coalition.engine) as session:
        withdraw(session, coalition.keyring, token=token, now=coalition.now)
        try:
            ask_correction(session, coalition.keyring, token=token, wanted=ask, now=coalition.now)
        except Refused:
            assert ask


def _send(coalition, kind):
    try:
        with transaction(coalition.engine) as session:
            propose_supplement(session, coalition.keyring, SLUG, kind=kind, by="test", now=coalition.now)
    except Refused:
        return
    coalition.approve_all().release()
    carry(coalition)


def _adds_up(coalition, shown):
    with reading(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        out = [
            (row.kind, frozen_letter(session, coalition.keyring, row))
            for row in editions_out(session, campaign)
        ]
    joined, taken_back = [], []
    for kind, letter in out:
        names = [entry.name for entry in letter.roll]
        (taken_back if kind is EditionKind.CORRECTION else joined).extend(names)
        for audience, hidden in (("full", {"counted"}), ("public", {"counted", "recipient"})):
            words = compile_copy(make_copy(letter, audience=audience, office=None), form="txt").data.decode()
            for name, visibility in shown.items():
                named = name in words
                assert not (named and visibility in hidden)
                assert named == (name in names and visibility not in hidden)
        if kind is EditionKind.ADDENDUM:
            before = letter.supplement.others_organizations
            assert before + len(names) <= len(set(joined))
    assert len(joined) == len(set(joined))
    assert len(taken_back) == len(set(taken_back))
    assert set(taken_back) <= set(joined)
