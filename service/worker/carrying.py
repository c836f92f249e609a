"""Hand over the copies that leave by themselves over the network, ask what became of those that did, and who takes any."""

from service.delivery.asking import Asking
from service.delivery.carrying.carry import Cart, carry_due
from service.delivery.carrying.follow import ask_after
from service.delivery.carrying.lists import fetch_due_lists
from service.delivery.letter_mail import Making
from service.wiring import Services


def carry(services: Services, owner: str) -> int:
    """Hand over what is due, then ask after what is on its way; gives how many things were done."""
    cart = make_cart(services, owner)
    done = carry_due(cart, is_stopping=services.wake.is_stopping)
    if not services.wake.is_stopping():
        done += ask_after(cart)
    if done:
        # Somebody may be told of it by mail.
        services.wake.ring()
    return done


def fetch_lists(services: Services, owner: str) -> int:
    """Fetch the lists of offices that letters go by, each once a day; gives how many were asked for."""
    del owner
    return fetch_due_lists(services.engine, services.keyring, Asking(), clock=services.clock)


def make_cart(services: Services, owner: str) -> Cart:
    """Give with what this process hands copies over."""
    return Cart(
        engine=services.engine,
        keyring=services.keyring,
        clock=services.clock,
        making=Making(fonts=services.fonts, word_template=services.settings.word_template),
        owner=owner,
    )
