"""The four pictures of the desk in docs/: `python -m tests.desk_pictures` takes them anew, of the demonstration's letter.

River, people and offices are invented (examples/river). Take them after a change to how the desk looks, and look at them.
"""

import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from examples.demo.people import AGREED, INVITED, Signer, read_cast
from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries
from service.delivery.release import release
from service.foundation.sealing import KEY_BYTES, RootKey
from service.model.signature import HeldReason, Kind, Provenance, Visibility
from service.model.states import SignatureState
from service.schedules.opening import invite_at_opening
from service.signing.invite import import_signatories
from service.signing.party import SignOn
from service.signing.roll_file import read_signatories
from service.store.engine import make_engine
from service.store.migrate import migrate
from service.store.transaction import transaction
from tests.coalition import OUTWARD, SLUG, Coalition
from tests.desk import Colleague, add_colleague
from tests.make import make_signature
from tests.stories.at_a_browser import chromium, served
from tests.stories.desk_in_a_browser import LETTER, come_in
from tests.stories.gallery import files_beside, river_file

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)
"""A day before the river's deadline."""

MOST_BYTES = 200_000
_COLORS = 64
_OWNER = "Sunniva Aldermoor"
_PHONE, _WIDE = (360, 800), (1280, 860)
_DECIDING = (
    ("Cercle des Passeurs", date(2026, 12, 3)),
    ("Gauge Keepers of the Lower Fens", date(2026, 12, 4)),
)


def take_pictures(browser: Browser, folder: Path) -> Sequence[Path]:
    """Take the four pictures into a folder; gives their paths."""
    with tempfile.TemporaryDirectory() as beside:
        drafted = _coalition(Path(beside) / "draft.db").load(river_file(), files_beside())
        collecting = _collecting(_coalition(Path(beside) / "open.db"))
        owner = add_colleague(collecting, name=_OWNER)
        return [
            *_text(browser, drafted, folder),
            *_while_it_collects(browser, collecting, owner, folder),
            *_once_it_has_left(browser, collecting, owner, folder),
        ]


def _coalition(path: Path) -> Coalition:
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    return Coalition(engine=engine, root=RootKey(bytes(range(KEY_BYTES))), now=NOON)


def _collecting(coalition: Coalition) -> Coalition:
    """Let the demonstration's cast sign, be asked, and be added; a few have not confirmed, two decide later."""
    coalition.open(river_file(), files_beside())
    cast = read_cast()
    with transaction(coalition.engine) as session:
        for path, attest in ((AGREED, "by phone"), (INVITED, "")):
            rows = read_signatories(path.read_bytes(), attested=bool(attest))
            import_signatories(
                session, coalition.keyring, SLUG, rows, attest=attest, by="test", now=coalition.now
            )
        invite_at_opening(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
    for number, signer in enumerate(cast.by_form):
        _signed(coalition, signer, ago=timedelta(hours=4 * (len(cast.by_form) - number)))
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        for name, by in _DECIDING:
            party = SignOn(
                kind=Kind.ORGANIZATION,
                name=name,
                email=f"office@{name.split()[-1].lower()}.example",
                visibility=Visibility.PUBLIC,
            )
            make_signature(
                session,
                keys,
                campaign,
                now=coalition.now,
                sign_on=party,
                state=SignatureState.INTENDS,
                invited=True,
                provenance=Provenance.INVITATION,
                accepted_at=None,
                confirmed_at=None,
                signed_at=None,
                decision_by=by,
            )
    return coalition.deliver_mail()


def _signed(coalition: Coalition, signer: Signer, *, ago: timedelta) -> None:
    row, at = signer.row, coalition.now - ago
    party = SignOn(
        kind=Kind(signer.kind),
        name=signer.name,
        name_latin=row["name_latin"],
        position=row["position"],
        affiliation=row["affiliation"],
        country=row["country"],
        email=row["email"],
        visibility=Visibility(signer.visibility),
    )
    waits = _UNCONFIRMED if not signer.confirms else _HELD if signer.name == _TO_CHECK else {}
    with transaction(coalition.engine) as session:
        campaign = get_campaign(session, SLUG)
        keys = coalition.keyring.of(session, campaign.id)
        make_signature(session, keys, campaign, now=at, sign_on=party, **waits)


_TO_CHECK = "Ríos sin Candado"
_HELD = {"held_reason": HeldReason.LOOK_ALIKE, "accepted_at": None}
_UNCONFIRMED = {"state": SignatureState.PENDING, "confirmed_at": None, "accepted_at": None}


def _text(browser: Browser, coalition: Coalition, folder: Path) -> Iterator[Path]:
    with _window(browser, coalition, add_colleague(coalition, name=_OWNER), _WIDE) as page:
        page.goto(f"{page.url}text")
        page.wait_for_function("document.querySelector('#first-page img').naturalWidth > 0", timeout=60_000)
        yield _kept(page, folder / "desk-text.png")


def _while_it_collects(
    browser: Browser, coalition: Coalition, owner: Colleague, folder: Path
) -> Iterator[Path]:
    with _window(browser, coalition, owner, _PHONE, scale=2) as page:
        yield _kept(page, folder / "desk-home.png")
    with _window(browser, coalition, owner, _WIDE) as page:
        page.goto(f"{page.url}signatories")
        yield _kept(page, folder / "desk-signatories.png")


def _once_it_has_left(
    browser: Browser, coalition: Coalition, owner: Colleague, folder: Path
) -> Iterator[Path]:
    """Close the letter, let it be approved and leave, and look at how far each copy has come."""
    coalition.close()
    coalition.propose()
    coalition.approve_all()
    with transaction(coalition.engine) as session:
        release(session, coalition.keyring, SLUG, OUTWARD, by=owner.by, now=coalition.now)
    coalition.wait(minutes=4).deliver_mail()
    with transaction(coalition.engine) as session:
        follow_deliveries(session, now=coalition.now)
    with _window(browser, coalition, owner, _WIDE) as page:
        page.goto(f"{page.url}deliveries")
        page.get_by_role("link", name="See how far each copy has come").click()
        page.locator("#copies").evaluate(
            "one => one.closest('section').scrollIntoView({ behavior: 'instant' })"
        )
        yield _kept(page, folder / "desk-sending.png")


@contextmanager
def _window(
    browser: Browser, coalition: Coalition, colleague: Colleague, size: tuple[int, int], *, scale: int = 1
) -> Iterator[Page]:
    """Open the home of the letter in a window of this size."""
    width, height = size
    with served(coalition) as url:
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme="light"
        )
        page = context.new_page()
        come_in(page, coalition, url, colleague)
        page.goto(f"{url}{LETTER}/")
        yield page
        context.close()


def _kept(page: Page, path: Path) -> Path:
    """Keep what the window shows, with so few colors that the file stays small; the eye does not miss the others."""
    picture = Image.open(io.BytesIO(page.screenshot(type="png"))).convert("RGB")
    picture.quantize(colors=_COLORS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> None:
    """Take them into docs/."""
    with chromium() as browser:
        for path in take_pictures(browser, DOCS):
            print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
