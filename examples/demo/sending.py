"""The second half of the story: from the closed letter to the published one."""

import json
import shutil
from typing import Any

from examples.demo.bringing import waiting_copies
from examples.demo.copies import check_copy
from examples.demo.errors import DemoFailed
from examples.demo.post import Kind
from examples.demo.stage import Stage
from examples.demo.undersigned import wait_until
from examples.demo.visitor import Visitor

_MAIL_SECONDS = 20


def rehearse(stage: Stage) -> None:
    """Send the letter to the coalition's own address first."""
    stage.undersigned.run("deliver", stage.slug, "--rehearse")
    own = [str(stage.brief["reply_to"])]
    stage.await_post(Kind.REHEARSAL, own, seconds=_MAIL_SECONDS, what="the rehearsal, sent to ourselves")


def propose(stage: Stage) -> None:
    """Freeze the edition, and let two approve it from their mail."""
    stage.undersigned.run("deliver", stage.slug, "--propose")
    stage.narrator.say("Edition 1 is frozen and proposed.")
    approvers = [str(approver["email"]) for approver in stage.brief["approvers"]]
    stage.await_post(Kind.APPROVAL, approvers, seconds=_MAIL_SECONDS, what="requests for approval")
    links = {who: mail.link("approve") or "" for who, mail in stage.mail_for(Kind.APPROVAL).items()}
    for link in links.values():
        # The link alone shows nothing: a code goes beside it.
        visitor = Visitor()
        page = visitor.open(link)
        visitor.send(page, page.form(having="wish"), {})
    stage.await_post(Kind.CODE, approvers, seconds=_MAIL_SECONDS, what="codes beside the links")
    codes = {who: mail.code() for who, mail in stage.mail_for(Kind.CODE).items()}
    for who, link in links.items():
        visitor = Visitor()
        page = visitor.open(link)
        letter = visitor.send(page, page.form(having="code"), {"code": codes[who]})
        visitor.send(letter, letter.form(having="decision"), {"decision": "approved"})
    stage.narrator.say(f"{len(approvers)} have approved this exact edition.")


def release(stage: Stage) -> list[tuple[str, str]]:
    """Send the letter for real, keep what its recipient received, and give way and id of the copies that wait for a person."""
    printed = stage.undersigned.run("deliver", stage.slug, "--release")
    stage.narrator.say("The letter is released.")
    offices = [office for office in stage.offices if office["role"] != "press"]
    _await_copies(stage, offices, what="the letter, as its recipients got it")
    shutil.copyfile(stage.mail_for(Kind.DELIVERY)[_addressee(stage)].path, stage.folder.delivered)
    wait_until(
        lambda: stage.undersigned.ask("campaign", "show", stage.slug)["state"] == "sent",
        seconds=_MAIL_SECONDS,
        what="the letter to be known as sent",
        every=0.5,
    )
    stage.narrator.say("Each copy names those whom it may name, and nobody else.")
    return waiting_copies(printed)


def compile_letter(stage: Stage) -> None:
    """Compile edition 1 as it was sent, for those who keep it and for the public."""
    for copy, path in (("full", stage.folder.letter), ("public", stage.folder.public_letter)):
        stage.undersigned.run(
            "letter",
            "compile",
            stage.slug,
            "--edition",
            "1",
            "--copy",
            copy,
            "--format",
            "pdf",
            "--out",
            str(path),
        )
        if not path.read_bytes().startswith(b"%PDF-"):
            raise DemoFailed(f"{path.name} is not a PDF.")
    stage.narrator.say("The full and the public copy are compiled.")


def publish(stage: Stage) -> None:
    """Publish the letter, and read it as anybody may."""
    stage.undersigned.run("campaign", "publish", stage.slug)
    page = Visitor().open(f"{stage.undersigned.url}/letters/{stage.slug}")
    if page.status != 200:
        raise DemoFailed(f"The published letter is not shown: status {page.status}.")
    check_copy(stage.cast, page.text, full=False)
    if published_count(stage)["signatories"] != len(stage.cast.counted):
        raise DemoFailed("The public count is not the count of the letter.")
    stage.narrator.say("The letter is published: anybody sees its count and its public names, and no other.")
    press = [office for office in stage.offices if office["role"] == "press"]
    _await_copies(stage, press, what="the press copies, which waited for publication")


def published_count(stage: Stage) -> dict[str, Any]:
    """Ask the public for the count, as it stands."""
    page = Visitor().open(f"{stage.undersigned.url}/letters/{stage.slug}/count.json")
    found: dict[str, Any] = json.loads(page.html)
    return found


def _await_copies(stage: Stage, offices: list[dict[str, Any]], *, what: str) -> None:
    """Wait until these offices have their copies, and look who is named in each."""
    addresses = [str(address) for office in offices for address in office["emails"]]
    stage.await_post(Kind.DELIVERY, addresses, seconds=_MAIL_SECONDS, what=what)
    received = stage.mail_for(Kind.DELIVERY)
    for office in offices:
        for address in office["emails"]:
            check_copy(stage.cast, received[address].text(), full=office["copy"] == "full")


def _addressee(stage: Stage) -> str:
    return next(str(office["emails"][0]) for office in stage.offices if office["role"] == "to")
