"""What a constituent gives in a form, and what of it a chamber does not take, field by field (pure)."""

from collections.abc import Mapping

from service.delivery.congress.chamber import Chamber
from service.delivery.congress.constituent import Constituent
from service.delivery.congress.letter import ConstituentLetter, leaves, tree_of
from service.delivery.congress.limits import limits_of
from service.delivery.congress.placeholders import placeholders_in
from service.delivery.congress.rules import OWN, by_limit, examine_words, is_of_state
from service.foundation.sentence import Sentence

ELEMENTS: Mapping[str, str] = {
    "prefix": "Prefix",
    "first_name": "FirstName",
    "last_name": "LastName",
    "address": "Address1",
    "address_2": "Address2",
    "city": "City",
    "state": "StateAbbreviation",
    "zip": "Zip",
    "phone": "Phone",
    "own_words": "ConstituentMessage",
}
"""The fields of the form, each with the element of the letter that holds it."""

FIELDS = tuple(ELEMENTS)

_OTHER_STATE = Sentence("This Member is of another state: choose your own Member.")
_STILL = Sentence("Something is still to be filled in here.")


def as_constituent(person: Mapping[str, str]) -> Constituent:
    """Make a constituent of what was given, with `email` and, where that was confirmed, `is_email_confirmed` "yes"."""
    return Constituent(
        prefix=person.get("prefix", ""),
        first_name=person.get("first_name", ""),
        last_name=person.get("last_name", ""),
        address=person.get("address", ""),
        address_2=person.get("address_2", ""),
        city=person.get("city", ""),
        state=person.get("state", ""),
        zip=person.get("zip", ""),
        phone=person.get("phone", ""),
        email=person.get("email", ""),
        own_words=person.get("own_words", ""),
        is_email_confirmed=person.get("is_email_confirmed") == "yes",
    )


def by_field(letter: ConstituentLetter, person: Mapping[str, str], *, chamber: Chamber) -> Mapping[str, str]:
    """Say for each field what is wrong with it, in the form's order; no sentence repeats what was given."""
    texts = dict(leaves(tree_of(letter)))
    limits = {limit.element: limit for limit in limits_of(chamber)}
    faults: dict[str, str] = {}
    for field, element in ELEMENTS.items():
        found = next(by_limit(limits[element], texts, chamber), None)
        if found is not None:
            faults[field] = f"{found.found} {found.instead}".strip()
        elif placeholders_in(person.get(field, "")):
            faults[field] = _STILL
    if "state" not in faults and not is_of_state(letter.office, letter.constituent.state):
        faults["state"] = _OTHER_STATE
    repeated = next((one for one in examine_words(letter, chamber=chamber) if one.rule.id == OWN.id), None)
    if repeated is not None:
        faults.setdefault("own_words", f"{repeated.found} {repeated.instead}")
    return faults
