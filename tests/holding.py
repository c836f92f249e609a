"""Forms that are held before they become sign-ons: sent to the letter as its page sends them."""

from datetime import timedelta

from service.model.signature import Kind, Visibility
from service.signing.abuse.visit import Caution, Visit
from service.signing.party import SignOn
from tests.coalition import Coalition


def send_form(coalition: Coalition, number: int, *, at: str, trapped: bool, name: str = "") -> None:
    """Send one person's form from an address; where the trap was filled in, it is held."""
    visit = Visit(address=at, open_for=timedelta(minutes=1), trapped=trapped, caution=Caution())
    sign_on = SignOn(
        kind=Kind.PERSON,
        name=name or f"Person {number}",
        email=f"p{number}@d{number % 2}.example",
        visibility=Visibility.PUBLIC,
    )
    coalition.receive(sign_on, visit)
