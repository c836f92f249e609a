"""What `outbox show --json` prints: plain values, moments in UTC (pure)."""

from datetime import datetime
from typing import Any

from service.mail.view.listing import Evidence, Listed, Page, Step
from service.mail.view.meanings import AFTERWARDS, STATES
from service.mail.view.overview import Overview


def overview_record(overview: Overview, *, now: datetime) -> dict[str, Any]:
    """Write the counts; those of `states` add up to `in_all`, those of `heard` stand beside them."""
    return {
        "as_of": _moment(now),
        "in_all": overview.in_all,
        "states": {
            state.value: {"number": number, "means": STATES[state]}
            for state, number in overview.states.items()
        },
        "waiting": {
            "due_now": overview.due_now,
            "due_later": overview.due_later,
            "next_at": _moment(overview.next_at),
            "in_hand": overview.in_hand,
            "oldest_since": _moment(overview.oldest_since),
            "oldest_kind": overview.oldest_kind.value if overview.oldest_kind else None,
        },
        "may_arrive_twice": overview.may_arrive_twice,
        "heard": {
            after.value: {"number": number, "means": AFTERWARDS[after]}
            for after, number in overview.heard.items()
        },
        "replies": [
            {
                "code": reply.code,
                "enhanced": reply.enhanced,
                "destination": reply.destination,
                "number": reply.number,
            }
            for reply in overview.replies
        ],
        "replies_left_out": overview.replies_left_out,
    }


def page_record(page: Page) -> dict[str, Any]:
    """Write the names behind a number."""
    return {
        "in_all": page.in_all,
        "messages": [_listed(listed) for listed in page.messages],
        "more": page.more,
    }


def evidence_record(evidence: Evidence) -> dict[str, Any]:
    """Write one message with all that is known of it."""
    return {
        **_listed(evidence.listed),
        "posted_at": _moment(evidence.created_at),
        "message_id": evidence.message_id,
        "dated_at": _moment(evidence.dated_at),
        "submitted_at": _moment(evidence.submitted_at),
        "settled_at": _moment(evidence.settled_at),
        "content_sha256": evidence.content_sha256,
        "relay": evidence.relay,
        "tls": evidence.tls,
        "remote_queue_id": evidence.remote_queue_id,
        "events": [_step(step) for step in evidence.steps],
    }


def _listed(listed: Listed) -> dict[str, Any]:
    return {
        "id": listed.id,
        "kind": listed.kind.value,
        "letter": listed.letter,
        "state": listed.state.value,
        "to": listed.to,
        "destination": listed.destination,
        "due_at": _moment(listed.due_at),
        "expires_at": _moment(listed.expires_at),
        "attempts": listed.attempts,
        "may_arrive_twice": listed.may_arrive_twice,
        "reply": {"code": listed.reply_code, "enhanced": listed.enhanced_code},
        "last": _step(listed.last),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "at": _moment(step.at),
        "was": step.was,
        "became": step.became,
        "attempt": step.attempt,
        "reason": step.reason,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
