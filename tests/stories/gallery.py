"""Every public page of one letter, so that each can be looked at: how it is reached, by its name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import text
from sqlmodel import select

from service.campaigns.queries import get_campaign
from service.delivery.follow import follow_deliveries
from service.delivery.supplement import propose_supplement
from service.kit.own_kit import give_kit
from service.model.delivery import Delivery
from service.model.edition import EditionKind
from service.model.signature import Kind, Visibility
from service.schedules.opening import invite_at_opening
from service.signing.abuse.attack import start_attack_mode
from service.signing.decide import decide
from service.signing.evidence_page import ask_second_officer
from service.signing.invite import import_signatories
from service.signing.line import change_line
from service.signing.manage import look_at_sign_on, withdraw
from service.signing.organizations.countersign import Officer
from service.signing.party import SignOn
from service.signing.proof_page import agree_to_line, look_at_proof
from service.signing.roll_file import read_signatories
from service.store.transaction import reading, transaction
from tests.changing import answered, revised
from tests.coalition import SLUG, Coalition
from tests.commenting import add_guest
from tests.desk_objects_members import chased
from tests.make import make_signature
from tests.reminding import ask_for_proofs
from tests.stories.at_a_browser import served
from tests.waiting_page import send_form

RIVER = Path(__file__).parents[2] / "examples" / "river" / "campaign.toml"
INVITED = "kind,name,email\norganization,The Ferry Guild of Anvar in Exile,guild@ferryanvar.example\n"
NAMES = (
    ("Réseau des Sept Rives", "", "FR"),
    ("ئۇيغۇر دەريا جەمئىيىتى", "Uyghur River Society", "TR"),
    ("བོད་ཀྱི་ཆུ་མཛོད་ལྷན་ཚོགས།", "Tibetan Headwaters Association", "IN"),
    ("江河守望者协会", "River Watchers", "TW"),
    ("جمعية أصدقاء النهر", "Friends of the River", "LB"),
    ("Verein Flussnachbarn am Tamarel e. V.", "", "AT"),
    ("Kızılırmak Derneği", "", "TR"),
    ("نگهبانان رودخانه‌ها", "River Keepers", "DE"),
)
LATER = """kind,name,visibility,country
organization,Friends of the Stone Gauges,public,IS
organization,Réseau des Archives du Fleuve,public,FR
organization,Quiet Quay,counted,
"""
LISTENING, ARABIC = "delta@members.example", "friends@nahr.example"
CHANGE = (
    "the schoolteacher of Anvar among them",
    "the schoolteacher of Anvar among them since the second winter",
)
MANY = 280
MEMBERS = (
    "Donaudampfschifffahrtsgesellschaftskapitänsverein Tamarel",
    "Upper Village Water Committee",
    "جمعية أصدقاء الوادي",
)


@dataclass
class Gallery:
    """A letter served on loopback; its pages change as its life goes on."""

    coalition: Coalition
    url: str

    def path(self, page: str = "", **query: str) -> str:
        wanted = {"k": "" if self.coalition.campaign().published_at else self.coalition.key(), **query}
        given = "&".join(f"{name}={value}" for name, value in wanted.items() if value)
        return f"/letters/{SLUG}{page}" + (f"?{given}" if given else "")

    def collecting(self) -> dict[str, str]:
        """Give the pages of a letter that collects sign-ons."""
        coalition = self.coalition
        coalition.sign("Lake Alliance").deliver_mail()
        pending = coalition.newest_token("confirm")
        coalition.sign_and_confirm("Delta Listening House", visibility=Visibility.RECIPIENT).deliver_mail()
        confirmed, own = coalition.newest_token("confirm"), coalition.newest_token("manage")
        self._change_line(own)
        invitation = f"/invitation/{coalition.newest_token('invitation')}"
        waiting = f"/waiting/{send_form(coalition, 'Estuary Forum', 'office@estuary.example')}"
        return {
            "home": "/",
            "letter": self.path(),
            "sign": self.path("/sign"),
            "sign-organization": self.path("/sign", kind="organization"),
            "sign-person": self.path("/sign", kind="person"),
            "waiting": waiting,
            "waiting-wrong": waiting,
            "confirm": f"/confirm/{pending}",
            "confirmed": f"/confirm/{confirmed}",
            "not-me": f"/not-me/{coalition.tokens('not-me')[0]}",
            "invitation": invitation,
            **{
                f"answered-{answer}": f"{invitation}?answered={answer}"
                for answer in ("intend", "question", "decline")
            },
            "chase": self._chase(),
            "fresh-link": self.path("/link"),
            "fresh-link-asked": self.path("/link", asked="yes"),
            **self._of_owner(f"/manage/{own}"),
            "manage-line-person": f"{self._of_person()}/line",
            **self._over_and_left(),
            "unsubscribe": f"/unsubscribe/{coalition.newest_token('unsubscribe')}",
            "verify": "/verify",
            "verify-wrong": "/verify",
            "verify-other": "/verify",
            "missing": "/letters/never-was",
            "broken-link": "/confirm/x",
            **{f"{page}-over": f"/{page}/{'A' * 43}" for page in ("change", "invitation", "waiting")},
            "link-asked": f"/change/{'A' * 43}",
            # This address takes a form and shows nothing.
            "refused": f"/manage/{own}/anew",
        }

    def attacked(self) -> dict[str, str]:
        """Set the letter under attack, and give the form as it then is."""
        with transaction(self.coalition.engine) as session:
            start_attack_mode(session, get_campaign(session, SLUG), by="test", now=self.coalition.now)
        return {"sign-attack": self.path("/sign", kind="person")}

    def changed(self) -> dict[str, str]:
        """Change a sentence of the letter, and give the pages of one who is asked and of one who has agreed."""
        coalition = self.coalition
        coalition.sign_and_confirm("Ferry Guild of the Lower Town", email="guild@lower.example")
        revised(
            coalition,
            river_file(CHANGE),
            reason="A family has asked us to say since when.",
            beside=files_beside(),
        )
        coalition.deliver_mail()
        asked, agreed = (_mailed_to(coalition, to, "change") for to in ("guild@lower.example", LISTENING))
        answered(coalition, agreed, "agree")
        coalition.sign_and_confirm(NAMES[4][0], email=ARABIC, language="ar", country="LB").deliver_mail()
        with transaction(coalition.engine) as session:
            decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)
        return {
            **self._proofs(),
            "change": f"/change/{asked}",
            "change-arabic": f"/change/{asked}?lang=ar",
            "change-agreed": f"/change/{agreed}",
        }

    def sent(self) -> dict[str, str]:
        """Send the letter, and give the pages that come with it before it is public."""
        coalition = self.coalition
        self._add_names()
        coalition.close()
        coalition.propose()
        coalition.deliver_mail()
        approve = coalition.newest_token("approve")
        approval = coalition.approval(approve)
        coalition.approve_all().release()
        coalition.deliver_mail()
        with transaction(coalition.engine) as session:
            follow_deliveries(session, now=coalition.now)
        return {
            "approve": approval,
            "approve-code": f"/approve/{approve}",
            "proof-settled": f"/proof/{_mailed_to(coalition, LISTENING, 'proof')}",
            "kit-embargo": f"/kit/{self._kit(LISTENING)}",
            "kit-embargo-arabic": f"/kit/{self._kit(ARABIC)}",
        }

    def joined(self) -> dict[str, str]:
        """Publish the letter, let one join it, and give the pages that come with it."""
        coalition = self.coalition
        coalition.publish()
        self._join()
        return {
            "kit": f"/kit/{self._kit(LISTENING)}",
            "kit-arabic": f"/kit/{self._kit(ARABIC)}",
            "published": self.path(),
            "signatories": self.path(part="2"),
            "search": self.path(q="river"),
            "search-none": self.path(q="zzz"),
            "not-open": self.path("/sign"),
            "ask": self.path("/ask"),
            "ask-wrong": self.path("/ask"),
            "asked": self.path("/asked"),
            "objection": self._objection(),
            "comment": f"{add_guest(coalition)}?at=body-1",
            "verified": f"/verify#{deliveries_of(coalition)[0].check_code}",
            "verified-annex": "/verify",
            "embed": f"/embed/{SLUG}",
        }

    def failing(self) -> dict[str, str]:
        """Let the database fail, and give the page that says so."""
        with self.coalition.engine.begin() as connection:
            connection.execute(text("ALTER TABLE waiting RENAME TO waiting_elsewhere"))
        return {"later": f"/waiting/{'A' * 43}"}

    def _proofs(self) -> dict[str, str]:
        """Put their lines to who counts, and give the pages of one who is asked and of one who has answered."""
        coalition = self.coalition
        coalition.sign_and_confirm("Friends of the Stone Bridge", email="bridge@stone.example")
        with transaction(coalition.engine) as session:
            decide(session, coalition.keyring, SLUG, None, act="accept", by="test", now=coalition.now)
        # Who signed at that very moment has just seen the line.
        coalition.wait(hours=1)
        with transaction(coalition.engine) as session:
            ask_for_proofs(session, coalition.keyring, SLUG, now=coalition.now)
        coalition.deliver_mail()
        asked, arabic, right = (
            _mailed_to(coalition, to, "proof") for to in (LISTENING, ARABIC, "bridge@stone.example")
        )
        with transaction(coalition.engine) as session:
            seen = look_at_proof(session, coalition.keyring, token=right, now=coalition.now).seen
            agree_to_line(session, coalition.keyring, token=right, seen=seen, now=coalition.now)
        return {
            "proof": f"/proof/{asked}",
            "proof-arabic": f"/proof/{arabic}?lang=ar",
            "proof-right": f"/proof/{right}",
            "proof-line": f"/proof/{asked}/line",
        }

    def _kit(self, address: str) -> str:
        coalition = self.coalition
        with transaction(coalition.engine) as session:
            token = _mailed_to(coalition, address, "manage")
            return give_kit(session, coalition.keyring, manage_token=token, now=coalition.now)

    def _join(self) -> None:
        """Let an organization and one that is not named join after the letter was sent, and tell the office."""
        coalition = self.coalition
        rows = read_signatories(LATER.encode(), attested=True)
        with transaction(coalition.engine) as session:
            import_signatories(
                session, coalition.keyring, SLUG, rows, attest="by phone", by="test", now=coalition.now
            )
            propose_supplement(
                session,
                coalition.keyring,
                SLUG,
                kind=EditionKind.ADDENDUM,
                by="test",
                now=coalition.now,
            )
        coalition.approve_all().release()
        coalition.deliver_mail()
        with transaction(coalition.engine) as session:
            follow_deliveries(session, now=coalition.now)

    def _of_owner(self, own: str) -> dict[str, str]:
        """Give the pages behind an organization's own link, and the one of its second officer."""
        coalition = self.coalition
        officer = Officer(name="Tashi Example", title="Treasurer", email="treasurer@delta.example")
        with transaction(coalition.engine) as session:
            token = own.removeprefix("/manage/")
            ask_second_officer(session, coalition.keyring, token=token, officer=officer, now=coalition.now)
        coalition.deliver_mail()
        return {
            "manage": own,
            "manage-line": f"{own}/line",
            "manage-preview": f"{own}/line",
            "manage-mail": f"{own}/mail",
            "manage-erase": f"{own}/erase",
            "signed-text": f"{own}/text",
            "receipt": f"{own}/receipt",
            "receipt-discreet": f"{own}/receipt?discreet=yes",
            "evidence": f"{own}/evidence",
            "evidence-wrong": f"{own}/evidence",
            "countersign": f"/countersign/{coalition.newest_token('countersign')}",
        }

    def _chase(self) -> str:
        chased(self.coalition)
        return f"/chase/{self.coalition.deliver_mail().newest_token('chase')}"

    def _of_person(self) -> str:
        person = {"kind": Kind.PERSON, "visibility": Visibility.PUBLIC, "email": "tenzin@valley.example"}
        self.coalition.sign_and_confirm("Tenzin Example", place="in exile", **person).deliver_mail()
        return f"/manage/{self.coalition.newest_token('manage')}"

    def _over_and_left(self) -> dict[str, str]:
        """Give the pages of links that a newer one replaced, and those of a sign-on that was withdrawn."""
        coalition, pages = self.coalition, dict[str, str]()
        for name, confirming in (
            ("link-over", "confirm-over"),
            ("manage-withdrawn", "confirm-nothing"),
        ):
            coalition.sign_and_confirm(f"Quay Society {name}", email="quay@members.example").deliver_mail()
            token = coalition.newest_token("manage")
            with transaction(coalition.engine) as session:
                withdraw(session, coalition.keyring, token=token, now=coalition.now)
            pages |= {name: f"/manage/{token}", confirming: f"/confirm/{coalition.newest_token('confirm')}"}
        coalition.sign("Quay Society link-over", email="quay@members.example")
        return pages

    def _change_line(self, token: str) -> None:
        """Change a line once, so that there is something to undo, and long words to print."""
        coalition = self.coalition
        with transaction(coalition.engine) as session:
            view = look_at_sign_on(session, coalition.keyring, token=token, now=coalition.now)
            given = replace(view.party, signs_for="members", members=MEMBERS, visibility=Visibility.PUBLIC)
            change_line(
                session, coalition.keyring, token=token, given=given, seen=view.seen, now=coalition.now
            )

    def _objection(self) -> str:
        """Have somebody ask about an organization, and give what its contact is sent."""
        coalition = self.coalition.ask_about("Delta Listening House").deliver_mail()
        return f"/objection/{coalition.newest_token('objection')}"

    def _add_names(self) -> None:
        coalition = self.coalition
        with transaction(coalition.engine) as session:
            campaign = get_campaign(session, SLUG)
            keys = coalition.keyring.of(session, campaign.id)
            for number in range(MANY):
                is_person = number % 5 == 4
                name, latin, country = NAMES[number % len(NAMES)]
                written = (
                    f"Person {number} Example"
                    if is_person
                    else f"{name} {number // len(NAMES) or ''}".strip()
                )
                party = SignOn(
                    kind=Kind.PERSON if is_person else Kind.ORGANIZATION,
                    name=written,
                    name_latin="" if is_person else latin,
                    position="Professor of Hydrology" if is_person else "",
                    affiliation="University of Sarrow" if is_person else "",
                    country=country,
                    email=f"n{number}@names.example",
                    visibility=Visibility.PUBLIC if number % 40 else Visibility.RECIPIENT,
                )
                make_signature(session, keys, campaign, now=coalition.now, sign_on=party)


def river_file(*changes: tuple[str, str]) -> bytes:
    """Write the river's campaign file for a gallery, with some of its words changed."""
    written = re.sub(r"^(slug|send_at|publish_at) .*$", "", RIVER.read_text(), flags=re.MULTILINE)
    for was, becomes in (
        ("goal      = 60", "goal      = 60\ngoal_public = true"),
        ("count_shown_from = 10", "count_shown_from = 1"),
        ('"invited_automatic"', '"everyone"'),
        *changes,
    ):
        assert was in written
        written = written.replace(was, becomes)
    return f'slug = "{SLUG}"\n{written}'.encode()


def files_beside() -> dict[str, bytes]:
    """Give the files that the river's letter names."""
    return {name: (RIVER.parent / name).read_bytes() for name in ("sevenbanks.svg", "readings.pdf")}


@contextmanager
def gallery_of(coalition: Coalition) -> Iterator[Gallery]:
    """Open the river's letter and serve it."""
    coalition.open(river_file(), files_beside())
    with transaction(coalition.engine) as session:
        rows = read_signatories(INVITED.encode(), attested=False)
        import_signatories(session, coalition.keyring, SLUG, rows, attest="", by="test", now=coalition.now)
        invite_at_opening(session, coalition.keyring, get_campaign(session, SLUG), now=coalition.now)
    with served(coalition, embed_on="*") as url:
        yield Gallery(coalition=coalition, url=url)


def _mailed_to(coalition: Coalition, address: str, page: str) -> str:
    """Give the newest link of a kind that was mailed to an address."""
    texts = [mail.text for mail in coalition.mails() if mail.to == address and f"/{page}/" in mail.text]
    return texts[-1].split(f"/{page}/")[1].split()[0]


def deliveries_of(coalition: Coalition) -> list[Delivery]:
    """Give the sendings of the letter."""
    with reading(coalition.engine) as session:
        return list(session.exec(select(Delivery)).all())
