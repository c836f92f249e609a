"""The page on which a signatory asks the own Member of Congress to raise the letter."""

from collections.abc import Mapping

from flask import Response, request

from service.delivery.congress.given import FIELDS
from service.delivery.congress.limits import STATES
from service.delivery.constituents.ask import AskView, Unfit, ask_member, look_at_asking, take_back
from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.foundation.written import clean_text
from service.signing.own_code import mail_own_code, open_by_code
from service.store.transaction import reading, transaction
from service.web.forms import FormState, Misfilled, Reader, shown_again
from service.web.links import token_path
from service.web.public.blueprint import public
from service.web.public.protection import OPEN_TOO_LONG, asking_by, form_is_fresh, fresh_nonce
from service.web.render import page, see_other
from service.web.services import services

PREFIXES = ("Ms.", "Mr.", "Mrs.", "Miss", "Mx.", "Dr.")
_Outcome = tuple[str, Mapping[str, str]]
"""What was done, "" where nothing is to be said of it, and what is shown for a code, nothing where it was wrong."""
_PHONE_DIGITS = 10
_LONGEST, _LONGEST_WORDS = 500, 10_000
_WHAT: Mapping[str, str] = {
    "prefix": Sentence("The form of address"),
    "first_name": Sentence("The first name"),
    "last_name": Sentence("The last name"),
    "address": Sentence("The street and number"),
    "address_2": Sentence("The second line of the address"),
    "city": Sentence("The city"),
    "state": Sentence("The state"),
    "zip": Sentence("The ZIP code"),
    "phone": Sentence("The telephone number"),
}
_DONE = {
    "asked": Sentence("Kept: your message goes to your Member when the letter is released."),
    "late": Sentence("Kept: your message goes to your Member with the letter, which has not left yet."),
    "back": Sentence("Taken back: your message does not go, and your address is deleted."),
    "code": Sentence("A code is on its way to your mailbox. Three such mails go out in a day at most."),
}
_WRONG_CODE = Sentence(
    "This is not the code, or it does not work any more. After five tries ask for another."
)


@public.get("/manage/<token>/member")
def member_page(token: str) -> Response:
    """Show what was asked of which Member, and the form to ask."""
    return _show(_look(token), token, FormState(values={}), done=_DONE.get(request.args.get("done", ""), ""))


@public.post("/manage/<token>/member")
def ask_own_member(token: str) -> Response:
    """Keep what is asked of a Member, take it back, or show all of it for a code that was mailed."""
    seen, entries = _look(token), request.form.to_dict()
    values = shown_again(entries)
    if not form_is_fresh(entries):
        return _show(seen, token, FormState(values=values, notice=OPEN_TOO_LONG))
    try:
        done, kept = _do(token, entries)
    except (Misfilled, Unfit) as wrong:
        errors = wrong.errors if isinstance(wrong, Misfilled) else wrong.by_field
        return _show(seen, token, FormState(values=values, errors=errors))
    except NotFound:
        raise
    except Refused as refusal:
        return _show(_look(token), token, FormState(values={}, notice=str(refusal)))
    if done:
        services().wake()
        return see_other(token_path("manage", token, below="member", done=done))
    wrong_code = {} if kept else {"code": str(_WRONG_CODE)}
    return _show(seen, token, FormState(values={}, errors=wrong_code), kept=kept)


def read_asking(entries: Mapping[str, str]) -> tuple[Mapping[str, str], str]:
    """Read the form into clean texts by field and the code of the office (pure); raises Misfilled."""
    reader = Reader(entries)
    office = reader.line("office", Sentence("The Member"), longest=8)
    given = {name: reader.line(name, what, longest=_LONGEST) for name, what in _WHAT.items()}
    given["own_words"] = reader.read(
        "own_words",
        lambda text: clean_text(text, what=Sentence("Your own words"), longest=_LONGEST_WORDS),
        "",
    )
    given["phone"] = _phone(given["phone"])
    reader.refuse_if_wrong()
    return {name: text for name, text in given.items() if text}, office


def _do(token: str, entries: Mapping[str, str]) -> _Outcome:
    here, now, answer = services(), services().now(), entries.get("answer", "")
    with transaction(here.engine) as session:
        if answer == "back":
            take_back(session, here.keyring, token=token, now=now)
        elif answer == "code":
            mail_own_code(session, here.keyring, token=token, asking=asking_by(entries), now=now)
        elif answer == "show":
            return "", open_by_code(
                session, here.keyring, token=token, typed=entries.get("code", ""), now=now
            )
        else:
            given, office = read_asking(entries)
            is_late = ask_member(session, here.keyring, given, office, token=token, now=now)
            return "late" if is_late else "asked", {}
    return answer, {}


def _phone(written: str) -> str:
    digits = "".join(one for one in written.removeprefix("+1") if one in "0123456789")
    if len(digits) != _PHONE_DIGITS or any(one.isalpha() for one in written):
        return written
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _look(token: str) -> AskView:
    here = services()
    with reading(here.engine) as session:
        return look_at_asking(session, here.keyring, token=token, now=here.now())


def _show(
    seen: AskView, token: str, form: FormState, *, done: str = "", kept: Mapping[str, str] | None = None
) -> Response:
    return page(
        "public/manage_member.html",
        status=422 if form.is_wrong else 200,
        reader=seen.view.party.language,
        view=seen.view,
        letter=seen.view.letter,
        members=[(one.office, one.name) for one in seen.members],
        asked=seen.asked,
        why_not=seen.why_not,
        is_late=seen.is_late,
        own_email=seen.view.party.email,
        states=[(code, code) for code in STATES.split("|")],
        prefixes=[(one, one) for one in PREFIXES],
        is_filled=form.says(["office", *FIELDS]),
        kept=kept or {},
        code_is_mailed=request.args.get("done") == "code",
        form=form,
        back=token_path("manage", token),
        nonce=fresh_nonce(),
        done=done,
    )
