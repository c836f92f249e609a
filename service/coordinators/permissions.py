"""Who may do which act on a letter: one table, one check (pure)."""

from collections.abc import Mapping
from enum import StrEnum

from service.foundation.errors import NotFound, Refused
from service.foundation.sentence import Sentence
from service.model.coordinator import Role

NOTHING_HERE = Sentence("There is nothing here for you.")
NOT_YOURS = Sentence(
    "Your role in this letter does not include this; an owner of the letter can do it, or give you the role."
)


class Act(StrEnum):
    """What somebody may want to do at the desk; each page and each button there is one of these."""

    COME_IN = "come_in"
    OWN = "own"
    FACTORS = "factors"
    CREATE = "create"
    ADMINISTER = "administer"
    LOOK = "look"
    SEE_NAMES = "see_names"
    SEE_CONTACTS = "see_contacts"
    SEE_HISTORY = "see_history"
    EDIT_TEXT = "edit_text"
    EDIT_SETTINGS = "edit_settings"
    FREEZE = "freeze"
    LEAD = "lead"
    INVITE_MEMBERS = "invite_members"
    MODERATE = "moderate"
    ADD_SIGN_ON = "add_sign_on"
    EXPORT = "export"
    SEE_EXPORTS = "see_exports"
    SEND = "send"
    APPROVE_SEND = "approve_send"
    EDIT_RECIPIENTS = "edit_recipients"
    SET_WAYS = "set_ways"
    DELIVER = "deliver"
    RELEASE = "release"
    DOSSIER = "dossier"
    SECOND = "second"
    SEE_SECOND = "see_second"
    TEAM = "team"
    EMERGENCY = "emergency"
    EMERGENCY_END = "emergency_end"
    PURGE = "purge"


_OWNER, _EDITOR, _MODERATOR, _SENDER, _AUDITOR = (
    Role.OWNER,
    Role.EDITOR,
    Role.MODERATOR,
    Role.SENDER,
    Role.AUDITOR,
)

ROLES_OF: Mapping[Act, frozenset[Role]] = {
    Act.LOOK: frozenset(Role),
    Act.SEE_NAMES: frozenset(Role),
    Act.SEE_CONTACTS: frozenset({_OWNER, _MODERATOR}),
    Act.SEE_HISTORY: frozenset({_OWNER, _AUDITOR}),
    Act.EDIT_TEXT: frozenset({_OWNER, _EDITOR}),
    Act.EDIT_SETTINGS: frozenset({_OWNER, _EDITOR}),
    Act.FREEZE: frozenset({_OWNER, _EDITOR}),
    Act.LEAD: frozenset({_OWNER}),
    Act.INVITE_MEMBERS: frozenset({_OWNER, _MODERATOR}),
    Act.MODERATE: frozenset({_OWNER, _MODERATOR}),
    Act.ADD_SIGN_ON: frozenset({_OWNER, _MODERATOR}),
    Act.EXPORT: frozenset({_OWNER, _MODERATOR}),
    Act.SEE_EXPORTS: frozenset({_OWNER, _MODERATOR, _AUDITOR}),
    Act.SEND: frozenset({_OWNER, _SENDER}),
    Act.APPROVE_SEND: frozenset({_OWNER, _SENDER}),
    Act.EDIT_RECIPIENTS: frozenset({_OWNER, _EDITOR, _SENDER}),
    Act.SET_WAYS: frozenset({_OWNER, _SENDER}),
    Act.DELIVER: frozenset({_OWNER, _SENDER}),
    Act.RELEASE: frozenset({_OWNER, _SENDER}),
    Act.DOSSIER: frozenset({_OWNER, _SENDER}),
    Act.SECOND: frozenset({_OWNER, _EDITOR, _MODERATOR, _SENDER}),
    Act.SEE_SECOND: frozenset(Role),
    Act.TEAM: frozenset({_OWNER}),
    Act.EMERGENCY: frozenset({_OWNER}),
    Act.EMERGENCY_END: frozenset({_OWNER}),
    Act.PURGE: frozenset({_OWNER}),
}
"""The roles that may do each act on a letter; an auditor looks at everything and changes nothing."""

OF_NO_LETTER = frozenset({Act.COME_IN, Act.OWN, Act.FACTORS, Act.CREATE, Act.ADMINISTER})
"""Acts that concern no letter: anybody may come in; whoever is signed in has an own account and may begin a letter."""

FRESH = frozenset(
    {
        *(Act.FACTORS, Act.EXPORT, Act.RELEASE, Act.DOSSIER, Act.TEAM),
        *(Act.EMERGENCY_END, Act.PURGE, Act.ADMINISTER),
    }
)
"""Acts for which whoever asks has to have proved within the last minutes who it is."""


class NotYours(Refused):
    """Somebody of the letter's team asked for what its role does not include."""


def may(role: Role | None, act: Act) -> bool:
    """Tell whether a role in a letter includes an act; without a role nothing is included."""
    return role is not None and role in ROLES_OF.get(act, ())


def refuse_unless(role: Role | None, act: Act) -> None:
    """Raise NotFound where the letter is not one's own, and NotYours where the role does not include the act."""
    if role is None:
        raise NotFound(NOTHING_HERE)
    if not may(role, act):
        raise NotYours(NOT_YOURS)
