"""Forms that need a fresh proof: what is approved, the address after many, and whatever is grave though its page is not."""

from flask import request

from service.coordinators.revealing import may_reveal
from service.model.second_look import Verdict
from service.web.desk.visit import looking, visit
from service.web.services import services


def approves_unproved() -> bool:
    """Tell whether this form approves something without a fresh proof: it is done at once, whatever act it is of."""
    approves = request.form.get("verdict") == Verdict.APPROVED.value
    return approves and not visit().is_fresh(now=services().now())


def is_unproved() -> bool:
    """Tell whether a fresh proof has to go before this form, whatever stands in it."""
    return not visit().is_fresh(now=services().now())


def reveals_too_many() -> bool:
    """Tell whether whoever asks for an address has seen so many lately that a fresh proof comes first."""
    who = visit()
    with looking() as session:
        return not may_reveal(session, who.coordinator_id, proved_at=who.proved_at, now=services().now())
