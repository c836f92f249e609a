"""A machine asks for the count again and again: it may be a moment old, and no older."""

from datetime import timedelta

from tests.coalition import SLUG, Coalition, letter_file
from tests.stories.visitor import Door, Visitor

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
