"""The first half of the story: from the campaign file to the closed letter."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from examples.demo.errors import DemoFailed
from examples.demo.forms import read_forms
from examples.demo.people import AGREED, INVITED, Signer
from examples.demo.post import Kind
from examples.demo.stage import Stage, key_of
from examples.demo.undersigned import wait_until
from examples.demo.visitor import Page, Visitor
from service.foundation import clock

_HOW_THEY_AGREED = "Told to the secretary of the coalition, who keeps a note of each"
_MAIL_SECONDS = 25
_CLOSING_SECONDS = 20


def settle_the_text(stage: Stage) -> None:
    """Load the campaign, freeze its text, open it for sign-ons."""
    undersigned, slug = stage.undersigned, stage.slug
    undersigned.run("campaign", "load", str(stage.folder.campaign))
    stage.narrator.say("The letter is loaded as a draft.")
    undersigned.run("campaign", "freeze", slug)
    stage.narrator.say("Its text is final.")
    undersigned.run("campaign", "open", slug)
    stage.narrator.say("It is open for sign-ons.")


def invite(stage: Stage) -> None:
    """Import those who are invited, and those who agreed already."""
    undersigned, slug = stage.undersigned, stage.slug
    undersigned.run("signatories", "import", slug, str(INVITED))
    stage.narrator.say(f"{len(stage.cast.invited)} are invited by a file.")
    undersigned.run("signatories", "import", slug, str(AGREED), "--attest", _HOW_THEY_AGREED)
    stage.narrator.say(f"{len(stage.cast.agreed)} who agreed elsewhere are added, with how they agreed.")


def sign(stage: Stage) -> None:
    """Let forty sign by the general link, and twelve from their invitations."""
    link = str(stage.undersigned.ask("campaign", "show", stage.slug)["link"])
    stage.everybody_does(
        "Signed by the form over HTTP", stage.cast.by_form, lambda signer: _sign_by_link(signer, link)
    )
    stage.signed += len(stage.cast.by_form)
    invited = [key_of(signer) for signer in stage.cast.invited]
    stage.await_post(Kind.INVITATION, invited, seconds=_MAIL_SECONDS, what="invitations")
    links = {owner: mail.link("invitation") for owner, mail in stage.mail_for(Kind.INVITATION).items()}
    stage.everybody_does(
        "Signed from their invitation",
        stage.cast.invited,
        lambda signer: _sign_by_invitation(signer, links[key_of(signer)] or ""),
    )
    stage.signed += len(stage.cast.invited)


def confirm(stage: Stage) -> None:
    """Let everybody but four confirm from their mail, then accept those who came by the general link."""
    signing = [key_of(signer) for signer in stage.cast.signing]
    stage.await_post(Kind.CONFIRM, signing, seconds=_MAIL_SECONDS, what="confirmation requests")
    links = {owner: mail.link("confirm") for owner, mail in stage.mail_for(Kind.CONFIRM).items()}
    confirming = [signer for signer in stage.cast.signing if signer.confirms]
    stage.everybody_does(
        "Confirmed from their mail by POST", confirming, lambda signer: _confirm(links[key_of(signer)] or "")
    )
    stage.confirmed = len(confirming)
    _refuse_lateness(stage)
    stage.undersigned.run("signatories", "accept", stage.slug, "--all")
    stage.narrator.say("The secretariat has accepted those who came by the general link.")


def ask_as_an_outsider(stage: Stage) -> None:
    """Check that an outsider cannot tell the letter from one that never was."""
    outsider = Visitor()
    for path in ("", "/sign", "/count.json"):
        real = outsider.open(f"{stage.undersigned.url}/letters/{stage.slug}{path}")
        never = outsider.open(f"{stage.undersigned.url}/letters/never-was{path}")
        if (real.status, real.html) != (404, never.html):
            raise DemoFailed("An outsider could tell, before publication, that the letter exists.")
    stage.narrator.say("An outsider sees the same 404 as for a letter that never was.")


def let_the_deadline_pass(stage: Stage) -> None:
    """Wait for the reminders of the four, then for the deadline, then for the letter to be closed."""
    silent = [key_of(signer) for signer in stage.cast.signing if not signer.confirms]
    left = _seconds_left(stage)
    stage.await_post(Kind.REMINDER, silent, seconds=left + 5, what="reminders, to which nobody answers")
    left = _seconds_left(stage)
    stage.narrator.say(f"The deadline comes in {max(left, 0):.0f} seconds.")
    wait_until(lambda: _seconds_left(stage) <= 0, seconds=left + 1, what="the deadline")
    wait_until(
        lambda: stage.undersigned.ask("campaign", "show", stage.slug)["state"] == "closed",
        seconds=_CLOSING_SECONDS,
        what="the letter to close after its deadline",
        every=0.5,
    )
    stage.narrator.say("The deadline has passed, and the letter is closed.")


def _sign_by_link(signer: Signer, link: str) -> None:
    visitor = Visitor()
    page = visitor.open(_sign_form(link, kind=signer.kind))
    _refuse_return(visitor.send(page, page.form(having="visibility"), signer.entries()))


def _sign_by_invitation(signer: Signer, link: str) -> None:
    visitor = Visitor()
    page = visitor.open(link)
    form = page.form(having="visibility")
    # The page asks less of one kind than of the other, and already holds what is on record.
    wanted = signer.choices() | {"answer": "sign"}
    chosen = {name: value for name, value in wanted.items() if form.has(name)}
    _refuse_return(visitor.send(page, form, chosen))


def _refuse_return(answer: Page) -> None:
    # A form with faults comes back filled in: that is an answer, but not a sign-on.
    if any(form.has("visibility") for form in read_forms(answer.html)):
        raise DemoFailed("The service gave a sign-on form back instead of taking it.")


def _confirm(link: str) -> None:
    visitor = Visitor()
    page = visitor.open(link)
    visitor.send(page, page.form(), {})


def _sign_form(link: str, *, kind: str) -> str:
    parts = urlsplit(link)
    query = urlencode([*parse_qsl(parts.query), ("kind", kind)])
    return urlunsplit((parts.scheme, parts.netloc, f"{parts.path}/sign", query, ""))


def _seconds_left(stage: Stage) -> float:
    return (stage.deadline - clock.now()).total_seconds()


def _refuse_lateness(stage: Stage) -> None:
    # Whoever confirms after the reminders went out is reminded too, and the figures would tell another story.
    lead = timedelta(seconds=stage.undersigned.reminder_lead)
    if clock.now() >= stage.deadline - lead:
        raise DemoFailed("This machine is too busy for the demonstration's one-minute calendar; try again.")
