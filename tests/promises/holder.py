"""Somebody with a personal link, at the verbs behind it; links are derived, so that no mail has to be read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlmodel import select

from service.model.campaign import Campaign
from service.model.link_token import Purpose
from service.model.signature import Signature
from service.signing.erase import erase
from service.signing.line import LineChange, ask_correction, change_line, hide
from service.signing.manage import look_at_sign_on, undo, withdraw
from service.signing.own_sign_on import ManageView
from service.signing.party import read_party
from service.store.links import Link, link_token
from service.store.transaction import reading, transaction
from tests.coalition import Coalition


class Holder:
    """The owner of one sign-on of a coalition's letter, known by its row."""

    def __init__(self, coalition: Coalition, row_id: str) -> None:
        self.coalition, self.row_id = coalition, row_id

    def token(self, purpose: Purpose = Purpose.MANAGE) -> str:
        with reading(self.coalition.engine) as session:
            row = session.get(Signature, self.row_id)
            assert row is not None
            keys = self.coalition.keyring.of(session, row.campaign_id)
            return link_token(keys, Link(purpose=purpose, row_id=row.id, generation=row.generation))

    def act(self, verb: Callable[..., Any], **given: Any) -> Any:
        token = self.token()
        with transaction(self.coalition.engine) as session:
            return verb(session, self.coalition.keyring, token=token, now=self.coalition.now, **given)

    def look(self) -> ManageView:
        with reading(self.coalition.engine) as session:
            return look_at_sign_on(
                session, self.coalition.keyring, token=self.token(), now=self.coalition.now
            )

    def withdraw(self) -> ManageView:
        return self.act(withdraw)

    def undo(self) -> ManageView:
        return self.act(undo)

    def hide(self) -> ManageView:
        return self.act(hide)

    def erase(self) -> ManageView:
        return self.act(erase)

    def correct(self, *, wanted: bool = True) -> ManageView:
        return self.act(ask_correction, wanted=wanted)

    def change(self, **changed: Any) -> LineChange:
        view = self.look()
        return self.act(change_line, given=replace(view.party, **changed), seen=view.seen)

    def row(self) -> Signature:
        with reading(self.coalition.engine) as session:
            row = session.get(Signature, self.row_id)
            assert row is not None
            return row


def holder_of(coalition: Coalition, name: str) -> Holder:
    """Find the owner of the sign-on under a name."""
    with reading(coalition.engine) as session:
        campaign = session.exec(select(Campaign)).one()
        keys = coalition.keyring.of(session, campaign.id)
        rows = session.exec(select(Signature)).all()
        return Holder(coalition, next(row.id for row in rows if read_party(keys, row).name == name))
