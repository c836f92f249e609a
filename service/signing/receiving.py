"""Receive a form that was sent, and open the page that waits: three statements, alike for everybody.

This is what thousands may do in one minute, so nothing is asked here that the worker can ask later.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from service.foundation.errors import Transient
from service.foundation.identity import make_id
from service.foundation.sealing import CampaignKeys, Place
from service.foundation.sentence import Sentence
from service.foundation.tokens import token_digest
from service.model.intake import Intake
from service.model.quarantine_reason import QuarantineReason
from service.model.states import IntakeState
from service.model.waiting import Waiting
from service.signing.abuse.attack import asks_proof
from service.signing.abuse.bucket import Limit
from service.signing.abuse.buckets import Weighed, network_label, take_and_look
from service.signing.abuse.lists import look_up
from service.signing.abuse.origin import Origin, origin_of
from service.signing.abuse.verdict import Facts, quarantine_reason
from service.signing.abuse.visit import (
    Visit,
    flood_name,
    limits_of_address,
    limits_of_letter,
    proof_name,
)
from service.signing.party import SignOn, written
from service.signing.waiting import LIVES, page_token
from service.store.direct import Direct
from service.store.keyring import Keyring
from service.store.transaction import within

TOO_MUCH = Sentence(
    "There were too many tries just now. Wait for five minutes and try again; nothing is locked and nothing is lost."
)
_FORM = (
    "INSERT INTO intake (id, campaign_id, state, reason, sign_on, network, received_at)"
    " VALUES (:id, :campaign, :state, :reason, :sign_on, :network, :now) ON CONFLICT (id) DO NOTHING"
)
# Sent twice, it is the later form that the page waits for: both lead to one sign-on.
_PAGE = (
    "INSERT INTO waiting (id, digest, campaign_id, intake_id, seen, given, corrections, resends, made_at, expires_at)"
    " VALUES (:page, :digest, :campaign, :id, '', :given, 0, 0, :now, :until)"
    " ON CONFLICT (digest) DO UPDATE SET intake_id = excluded.intake_id"
)


@dataclass(frozen=True, kw_only=True)
class Received:
    """A form that was kept: its id, which tells nothing, and the token of the page that waits."""

    intake_id: str
    page: str


class Reception:
    """Receives forms; one for each process that answers requests."""

    def __init__(self, keyring: Keyring, *, lasting: Direct, fleeting: Direct) -> None:
        """Keep forms by a `lasting` line, and count limits by a `fleeting` one."""
        self._keyring = keyring
        self._lasting, self._fleeting = lasting, fleeting

    def receive(self, keys: CampaignKeys, sign_on: SignOn, visit: Visit, *, now: datetime) -> Received:
        """Keep a sign-on as it came, to be taken in by take_in(), and give the page that waits for it.

        Whoever signed before, and whatever speaks against it, the same is done and takes the same time. What is held
        for a person's look is in the quarantine, causes no mail and counts nowhere. The same form sent twice gets the
        same page. The caller has just seen that the letter takes such a sign-on; take_in() looks again.
        """
        origin = origin_of(visit.address)
        reason = self._reason(keys.campaign, sign_on.confirming_email, origin, visit, now=now)
        received, page, text = make_id(), make_id(), written(sign_on)
        token = page_token(keys, form=visit.form, given=text)
        self._lasting.run_as_one(
            (_FORM, _PAGE),
            id=received,
            page=page,
            campaign=keys.campaign,
            state=(IntakeState.RECEIVED if reason is None else IntakeState.QUARANTINED).value,
            reason=reason.value if reason else None,
            sign_on=keys.seal(
                text, place=Place(table=str(Intake.__tablename__), column="sign_on", row=received)
            ),
            given=keys.seal(text, place=Place(table=str(Waiting.__tablename__), column="given", row=page)),
            network=self._network(origin, now=now),
            digest=token_digest(token),
            now=now,
            until=now + LIVES,
        )
        return Received(intake_id=received, page=token)

    def _network(self, origin: Origin | None, *, now: datetime) -> bytes | None:
        return network_label(self._keyring.site_key, str(origin.network), now=now) if origin else None

    def _reason(
        self, campaign_id: str, email: str, origin: Origin | None, visit: Visit, *, now: datetime
    ) -> QuarantineReason | None:
        near = self._take(limits_of_address(origin), campaign_id, now=now)
        word = self._word(campaign_id, email, origin) if near.is_watched else _NO_WORD
        if flood_name(origin) in near.empty and not word.allowed_network:
            # What is held is kept until somebody has looked: kept without end, it would fill the disk for everybody.
            raise Transient(TOO_MUCH)
        is_over = bool(near.empty) and not word.allowed_network
        # Who is over a limit of its own takes nothing from what all have together.
        far = _NOTHING if is_over else self._take(limits_of_letter(campaign_id, visit), campaign_id, now=now)
        if origin is None and far.is_watched:
            word = self._word(campaign_id, email, origin)
        proof = proof_name(visit.proof)
        return quarantine_reason(
            Facts(
                trapped=visit.trapped,
                blocked=word.blocked,
                open_for=visit.open_for,
                quickest=visit.caution.quickest,
                asks_proof=word.asks_proof,
                proven=visit.proof is not None and proof not in far.empty,
                over_limit=is_over or bool(far.empty - {proof}),
            )
        )

    def _take(self, limits: dict[str, Limit], campaign_id: str, *, now: datetime) -> Weighed:
        if not limits:
            return _NOTHING
        return take_and_look(
            self._fleeting,
            list(limits.items()),
            campaign_id=campaign_id,
            site_key=self._keyring.site_key,
            now=now,
        )

    def _word(self, campaign_id: str, email: str, origin: Origin | None) -> "_Word":
        def ask(line: Connection) -> _Word:
            with line.begin(), within(line) as session:
                found = look_up(session, self._keyring, campaign_id=campaign_id, email=email, origin=origin)
                return _Word(
                    blocked=found.blocked,
                    allowed_network=found.allowed_network,
                    asks_proof=asks_proof(session, campaign_id),
                )

        return self._fleeting.ask(ask)


@dataclass(frozen=True, kw_only=True)
class _Word:
    """What the lists and the attack mode say of one form."""

    blocked: bool = False
    allowed_network: bool = False
    asks_proof: bool = False


_NO_WORD = _Word()
_NOTHING = Weighed(empty=frozenset(), is_watched=False)
