"""Letters in four moments of their life with everything that the desk shows of one, and the forms that its pages hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from sqlmodel import Session, select
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from examples.demo.forms import Field, Form, read_forms
from service.coordinators.permissions import Act
from service.delivery.follow import follow_deliveries
from service.foundation.sealing import KEY_BYTES, RootKey
from service.model.coordinator import Role
from service.model.delivery import Delivery
from service.model.edition import Edition
from service.store.engine import make_engine
from service.store.transaction import transaction
from service.web.desk.blueprint import ACTS
from tests.coalition import SLUG, Coalition, letter_file
from tests.desk import AtTheDesk, Colleague, add_colleague
from tests.desk_objects_deliveries import OBJECTS as OF_DELIVERIES
from tests.desk_objects_entrance import make_colleague
from tests.desk_objects_members import OBJECTS as OF_MEMBERS
from tests.desk_objects_sends import make_schedule
from tests.desk_objects_signatories import OF_SIGNATORIES
from tests.desk_objects_text import MAKERS as OF_TEXT
from tests.doubles.databases import copy_sqlite
from tests.holding import send_form
from tests.stories.visitor import Door

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TEXTS = ("text", "textarea", "search", "tel")
NEVER_TYPED = ("submit", "button", "file", "image", "reset")
# Files, pictures, pages that send on to another, and a mail's own page, in which no script may run.
NO_PAGES = frozenset(
    {
        *("first_page", "draft_pdf", "copy_draft_pdf", "sending_pdf", "edition_evidence"),
        *(
            "answer_file",
            "pack",
            "own_pack",
            "fetch_export",
            "fetch_dossier",
            "next_version",
            "paper_sheet",
            "look_at_mail",
            "look_at_greeting_mail",
            "look_at_final_copy_mail",
            "packet",
            "delivery_picture",
            "delivery_receipt",
            "letter_file",
            "word_template",
        ),
    }
)
MAKERS: Mapping[str, Callable[[Session, Coalition, str], str]] = {
    **OF_MEMBERS,
    **OF_TEXT,
    **OF_DELIVERIES,
    **OF_SIGNATORIES,
    "schedule": make_schedule,
}
# Pages that are another by what their address asks for.
MORE = (
    "sends/new?what=update",
    "sends/new?what=news",
    "members/calls?language=en",
    "emergency?",
)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One form of the desk: the route that takes it, the page it stands on, and where it goes."""

    rule: str
    method: str
    page: str
    action: str
    form: Form

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(control.name for control in self.form.fields if control.name) - {"csrf"}

    def named(self, *kinds: str) -> list[str]:
        """Give the names of its controls of these kinds, each once."""
        found = [
            one.name for one in self.form.fields if one.name and one.kind in kinds and one.name != "csrf"
        ]
        return list(dict.fromkeys(found))

    def is_typed_into(self) -> bool:
        """Tell whether there is anything in it but buttons and what the page has put there."""
        fixed = {"hidden", "radio", "checkbox", "option", *NEVER_TYPED}
        return any(one.name and one.kind not in fixed for one in self.form.fields)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A letter at a moment of its life, closed into one file, of which each trial gets a copy."""

    moment: str
    file: Path
    now: datetime
    colleague: Colleague
    made: Mapping[str, str]

    def copy(self, folder: Path, name: str) -> tuple[Coalition, AtTheDesk]:
        """Lay a copy of it into a folder, and let its owner sit down at the desk."""
        root = RootKey(bytes(range(KEY_BYTES)))
        engine = make_engine(copy_sqlite(self.file, folder / f"{name}.db"))
        coalition = Coalition(engine=engine, root=root, now=self.now)
        return coalition, AtTheDesk(Door(coalition).app(), coalition, self.colleague)


def make_scene(moment: str, migrated: Path, folder: Path) -> Scene:
    """Make a letter and lead it to a moment: drafted, open, proposed or sent."""
    file = folder / f"{moment}.db"
    coalition = Coalition(
        engine=make_engine(copy_sqlite(migrated, file)), root=RootKey(bytes(range(KEY_BYTES))), now=NOON
    )
    letter = letter_file(more='admit = "everyone"').replace(b'["email"]', b'["email", "post"]')
    if moment == "drafted":
        coalition.load(letter)
    else:
        coalition.open(letter)
        coalition.sign("Pending Pond").sign_and_confirm("Lake Alliance").sign_and_confirm("Delta Friends")
        send_form(coalition, 1, at="203.0.113.7", trapped=True)
        coalition.take_in()
    later = () if moment == "drafted" else tuple(OF_TEXT)
    made = {
        part: _made(coalition, make) for part, make in MAKERS.items() if part not in (*_OF_EDITIONS, *later)
    }
    if moment in {"proposed", "sent"}:
        coalition.close().propose()
        coalition.deliver_mail()
    if moment == "sent":
        coalition.approve_all().release()
        coalition.deliver_mail()
        with transaction(coalition.engine) as session:
            follow_deliveries(session, now=coalition.now)
        coalition.publish()
    # Where there is a team, two of it have to check the recipients before a letter goes.
    olga = add_colleague(coalition, is_admin=True)
    add_colleague(coalition, Role.EDITOR, name="Édouard al-Example")
    made["colleague"] = _made(coalition, make_colleague)
    with transaction(coalition.engine) as session:
        made["edition"] = session.exec(select(Edition.id).order_by(Edition.id)).first() or ""
        # The one that a person brings has more to fill in.
        by_hand = select(Delivery.id).where(Delivery.channel == "post")
        made["sending"] = session.exec(by_hand).first() or ""
    if moment == "proposed":
        made["question"] = _made(coalition, MAKERS["question"])
    coalition.engine.dispose()
    return Scene(moment=moment, file=file, now=coalition.now, colleague=olga, made=made)


_OF_EDITIONS = ("edition", "sending", "question", "picture", "receipt", "dossier")


def _made(coalition: Coalition, make: Callable[[Session, Coalition, str], str]) -> str:
    with transaction(coalition.engine) as session:
        return str(make(session, coalition, SLUG))


def desk_rules(app: Flask) -> list[Rule]:
    """Give every route of the desk."""
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.endpoint in ACTS), key=lambda rule: rule.rule
    )


def addresses(app: Flask, scene: Scene) -> Iterator[str]:
    """Give the address of every page that whoever is in may open, with the things of the scene where it names any."""
    for rule in desk_rules(app):
        name = rule.endpoint.removeprefix("desk.")
        if "GET" not in (rule.methods or ()) or name in NO_PAGES or ACTS[rule.endpoint] is Act.COME_IN:
            continue
        if path := path_of(rule, scene):
            yield path
    yield from (f"/desk/letters/{SLUG}/{more}" for more in MORE)


def places_in(scene: Scene, folder: Path) -> list[Place]:
    """Find every form of every page of the desk in a scene, each kind of it once."""
    coalition, olga = scene.copy(folder, "looked-at")
    app, found = Door(coalition).app(), dict[tuple[str, frozenset[str]], Place]()
    for page in addresses(app, scene):
        answer = olga.open(page)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for form in read_forms(answer.text):
            action = form.action or page
            rule = rule_of(app, action, form.method.upper())
            place = Place(rule=rule, method=form.method.upper(), page=page, action=action, form=form)
            if rule.startswith("/desk"):
                found.setdefault((f"{place.method} {rule}", place.fields), place)
    coalition.engine.dispose()
    return list(found.values())


def place_by_ear(rule: Rule, scene: Scene, folder: Path) -> Place | None:
    """Make a form for a route that no page offers one for, out of the names that it asks for; None without its things."""
    path = path_of(rule, scene)
    if not path:
        return None
    heard: set[str] = set()
    for _ in range(3):
        coalition, _ = scene.copy(folder, "listened-to")
        app = Door(coalition).app()
        who = AtTheDesk(app, coalition, scene.colleague)
        # A mark of its own session: any other form is only asked about, and its names are never heard.
        mark = who.mark()
        app.request_class = type(
            "Heard", (app.request_class,), {"parameter_storage_class": _listening(heard)}
        )
        known = dict.fromkeys(sorted(heard), "Example")
        who.post(path, {**known, "csrf": mark})
        coalition.engine.dispose()
    fields = [Field(name=name, kind="text") for name in sorted(heard - {"csrf", "carried"})]
    form = Form(action=path, method="post", fields=fields)
    return Place(rule=rule.rule, method="POST", page=f"/desk/letters/{SLUG}/", action=path, form=form)


def _listening(heard: set[str]) -> type[ImmutableMultiDict[str, str]]:
    """Make what holds a form's entries and notes each name that it is asked for."""

    class Noting(dict[str, str]):
        def get(self, name: str, *otherwise: Any) -> Any:
            heard.add(name)
            return super().get(name, *otherwise)

        def __getitem__(self, name: str) -> str:
            heard.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            heard.add(str(name))
            return super().__contains__(name)

    class Entries(ImmutableMultiDict[str, str]):
        def get(self, key: str, *otherwise: Any, **more: Any) -> Any:
            heard.add(key)
            return super().get(key, *otherwise, **more)

        def getlist(self, key: str, *more: Any) -> Any:
            heard.add(key)
            return super().getlist(key, *more)

        def __getitem__(self, key: str) -> str:
            heard.add(key)
            return super().__getitem__(key)

        def to_dict(self, flat: bool = True) -> Any:  # noqa: FBT001, FBT002 -- as the library has it
            return Noting(super().to_dict(flat)) if flat else super().to_dict(flat)

    return Entries


def path_of(rule: Rule, scene: Scene) -> str:
    """Give the address of a route with the things of a scene; "" where it has not got them."""
    path = rule.rule.replace("<slug>", SLUG)
    for part in rule.arguments - {"slug"}:
        thing = scene.made.get(part, "")
        path = path.replace(f"<{part}>", thing).replace(f"<int:{part}>", thing) if thing else ""
    return path


def rule_of(app: Flask, path: str, method: str) -> str:
    """Give the route that takes a form; "" for what is no page of ours."""
    try:
        rule, _ = app.url_map.bind("letters.example").match(path.partition("?")[0], method, return_rule=True)
    except HTTPException:
        return ""
    return str(rule.rule)


def refilled(page: str, place: Place) -> Form | None:
    """Find the same form on a page that was loaded anew."""
    for form in read_forms(page):
        again = replace(place, form=form)
        if (form.action or place.page) == place.action and again.fields == place.fields:
            return form
    return None


@cache
def scene_of(moment: str, migrated: Path, folder: Path) -> Scene:
    """Make a scene once for all tests of a process."""
    return make_scene(moment, migrated, folder)
