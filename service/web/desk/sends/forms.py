"""Read the forms about sendings: a moment, the words of a mail, and whom it goes to (pure)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from service.foundation.errors import Refused
from service.foundation.sentence import Sentence
from service.model.anchor import Anchor, Late
from service.model.evidence import EvidenceKind
from service.model.schedule import Action, Schedule
from service.model.signature import Kind
from service.model.states import SignatureState
from service.schedules.audience import Audience
from service.schedules.due import Timing
from service.schedules.rules import STATES, NewRule
from service.schedules.sends.composed import Composed, What
from service.signing.own_words import read_words
from service.signing.update_rule import UpdateRule
from service.signing.update_words import UpdateWords
from service.web.forms import Misfilled

REMINDED = (SignatureState.INVITED, SignatureState.INTENDS, SignatureState.PENDING)
LONGEST_SPARE = 8760
_DAY = Sentence("Choose the day on which it goes.")
_HOUR = Sentence("Choose the time of the day, like 09:00.")
_WHOM = Sentence("Choose at least one group that is reminded.")
_SPARE = Sentence("Write a whole number of hours, at most 8760, or leave it empty.")
_LATE_HOURS = Sentence("Write a whole number of hours, at most 8760.")


def read_moment(entries: Mapping[str, str], *, zone: str) -> Timing:
    """Read day and hour, as clocks in `zone` show them; raises Misfilled."""
    errors: dict[str, str] = {}
    day, hour = _day(entries.get("day", "")), _hour(entries.get("hour", ""))
    if day is None:
        errors["day"] = _DAY
    if hour is None:
        errors["hour"] = _HOUR
    if errors or day is None or hour is None:
        raise Misfilled(errors)
    local = datetime.combine(day, hour).isoformat(timespec="seconds")
    return Timing(anchor=Anchor.AT, local=local, zone=zone)


def read_clock(entries: Mapping[str, str]) -> time:
    """Read the time of a day alone; raises Misfilled."""
    hour = _hour(entries.get("hour", ""))
    if hour is None:
        raise Misfilled({"hour": _HOUR})
    return hour


def read_seen_moment(entries: Mapping[str, str]) -> datetime:
    """Read the moment that a page showed and that a button is about; raises Refused for one that no page wrote."""
    try:
        return datetime.fromisoformat(entries.get("at", "")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(
            Sentence("No further time of this is planned, so there is none to leave out.")
        ) from error


def read_composed(
    what: What, entries: Mapping[str, str], lists: Mapping[str, Sequence[str]], *, languages: Sequence[str]
) -> Composed:
    """Read what was composed; raises Misfilled with a sentence for each wrong field."""
    errors: dict[str, str] = {}
    text: dict[str, UpdateWords] = {}
    for tag in languages:
        subject, body = entries.get(f"subject-{tag}", ""), entries.get(f"body-{tag}", "")
        if not subject.strip() and not body.strip():
            continue
        try:
            text[tag] = read_words(subject, body, needs_subject=what is not What.REMINDER)
        except Refused as refusal:
            errors[f"body-{tag}"] = _sentence(refusal)
    if not text and not errors and what is not What.REMINDER:
        errors[f"body-{languages[0]}"] = Sentence("Write the text of the mail.")
    states = tuple(state for state in REMINDED if state.value in lists.get("to", ()))
    if what is What.REMINDER and not states:
        errors["to"] = _WHOM
    spare = _number(entries.get("spare", ""), errors, "spare", _SPARE)
    revision = _number(entries.get("version", ""), errors, "version", _SPARE)
    if errors:
        raise Misfilled(errors)
    kinds = tuple(kind for kind in Kind if kind.value in lists.get("kinds", ()))
    evidence = tuple(kind for kind in EvidenceKind if kind.value in lists.get("evidence", ()))
    tags = tuple(tag for tag in lists.get("languages", ()) if tag)
    if what is not What.REMINDER:
        rule = UpdateRule(
            kinds=kinds, languages=tags, evidence=evidence, revision=revision, spare_hours=spare
        )
        return Composed(what=what, text=text, rule=rule)
    audience = Audience(
        states=states,
        kinds=kinds,
        languages=tags,
        countries=tuple(code for code in [entries.get("country", "")] if code),
        evidence=evidence,
        revision=revision,
        spare_hours=spare,
    )
    return Composed(what=what, text=text, audience=audience)


def read_rule(action: Action, entries: Mapping[str, str], lists: Mapping[str, Sequence[str]]) -> NewRule:
    """Read another rule of what is planned; raises Misfilled with a sentence for each wrong field."""
    errors: dict[str, str] = {}
    late = next((one for one in Late if one.value == entries.get("late")), Late.ANYWAY)
    # Where it does not say how late, what stands there says nothing: it is not read.
    hours = _number(entries.get("hours", ""), errors, "hours", _LATE_HOURS) if late is Late.WITHIN else 0
    if late is Late.WITHIN and not hours:
        errors["hours"] = _LATE_HOURS
    within = timedelta(hours=hours)
    if action not in STATES:
        _refuse_wrong(errors)
        return NewRule(late=late, late_within=within)
    states = tuple(state for state in REMINDED if state.value in lists.get("to", ()))
    if action is Action.REMIND and not states:
        errors["to"] = _WHOM
    spare = _number(entries.get("spare", ""), errors, "spare", _SPARE)
    revision = _number(entries.get("version", ""), errors, "version", _SPARE)
    _refuse_wrong(errors)
    return NewRule(
        states=states if action is Action.REMIND else None,
        kinds=tuple(kind for kind in Kind if kind.value in lists.get("kinds", ())),
        languages=tuple(tag for tag in lists.get("languages", ()) if tag),
        countries=tuple(code for code in [entries.get("country", "")] if code),
        evidence=tuple(kind for kind in EvidenceKind if kind.value in lists.get("evidence", ())),
        revision=revision,
        spare_hours=spare,
        late=late,
        late_within=within,
    )


def rule_written(schedule: Schedule) -> tuple[dict[str, str], dict[str, Sequence[str]]]:
    """Give the fields of the rule that a schedule has."""
    values, lists = written(
        Composed(what=What.REMINDER, text={}, audience=Audience.from_record(schedule.audience))
    )
    hours = str(schedule.late_seconds // 3600) if schedule.late is Late.WITHIN else ""
    return {**values, "late": schedule.late.value, "hours": hours}, lists


def written(composed: Composed) -> tuple[dict[str, str], dict[str, Sequence[str]]]:
    """Give back the fields of a form as they were filled in."""
    rule = composed.audience if composed.what is What.REMINDER else composed.rule
    values = {
        **{f"subject-{tag}": words.subject for tag, words in composed.text.items()},
        **{f"body-{tag}": words.body for tag, words in composed.text.items()},
        "spare": str(rule.spare_hours or ""),
        "version": str(rule.revision or ""),
        "country": next(iter(composed.audience.countries), ""),
    }
    lists: dict[str, Sequence[str]] = {
        "to": [state.value for state in composed.audience.states],
        "kinds": [kind.value for kind in rule.kinds],
        "languages": list(rule.languages),
        "evidence": [kind.value for kind in rule.evidence],
    }
    return values, lists


def _refuse_wrong(errors: dict[str, str]) -> None:
    if errors:
        raise Misfilled(errors)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def _number(text: str, errors: dict[str, str], name: str, sentence: Sentence) -> int:
    written = text.strip()
    if not written:
        return 0
    if not written.isascii() or not written.isdigit() or len(written) > len(str(LONGEST_SPARE)):
        errors[name] = sentence
        return 0
    return min(int(written), LONGEST_SPARE)


def _sentence(refusal: Refused) -> str:
    # The first argument is the sentence itself, which the page says in the reader's language.
    return str(refusal)
