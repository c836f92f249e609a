"""A machine asks for the count again and again, and forms come in by the thousand: neither counts everybody each time."""

from datetime import timedelta

from service.web.kept import KeptLetters
from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import PERSON, Door, Visitor, form_of, letter_page

COUNT = f"/letters/{SLUG}/count.json"


def test_a_count_is_at_most_as_old_as_it_may_be(engine, root, noon):
    coalition = Coalition(engine=engine, root=root, now=noon).open(
        letter_file(more='admit = "everyone"\naccess = "public"')
    )
    door = Door(coalition, count_lag=timedelta(milliseconds=100))
    visitor = Visitor(door.app())

    def count():
        return visitor.open(COUNT).json["signatories"]

    coalition.sign_and_confirm("Lake Alliance")
    # The first one is made by the application, the second is given again by the short way.
    assert (count(), count()) == (1, 1)
    coalition.sign_and_confirm("River Watch")

    assert count() == 1
    coalition.wait(seconds=0.1)
    assert count() == 2


def test_a_form_is_taken_in_though_nobody_was_counted(engine, root, noon, monkeypatch):
    coalition = Coalition(engine=engine, root=root, now=noon).open()
    visitor = Visitor(Door(coalition).app())
    form = form_of(visitor.open(letter_page(coalition, "/sign", kind="person")))
    # From here on the page would have to be made anew, with its count and its names.
    coalition.sign_and_confirm("Lake Alliance")
    monkeypatch.setattr(KeptLetters, "view", None)

    assert visitor.post(form.action, dict(form.filled(PERSON))).status_code == 303
