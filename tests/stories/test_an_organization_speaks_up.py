"""As an organization I sign as what I am, and nobody signs in my name without my hearing of it."""

from service.campaigns.queries import get_campaign
from service.signing.organizations.asking import answer_inquiries
from service.store.transaction import transaction
from tests.coalition import SLUG, Coalition, letter_file
from tests.promises.test_look_alikes import invite, listed, printed
from tests.promises.test_organizations_speak_up import published
from tests.stories.visitor import ORGANIZATION, PERSON, Visitor, form_of, letter_page, same, words_of

EVERYONE = letter_file(more='admit = "everyone"')
ASK = f"/letters/{SLUG}/ask"


def sign(visitor: Visitor, coalition: Coalition, **entries: str) -> None:
    page = letter_page(coalition, "/sign", kind="organization")
    assert visitor.send(page, {**ORGANIZATION, **entries}).status_code == 303
    visitor.send(newest(coalition, "confirm"), {})


def newest(coalition: Coalition, path: str) -> str:
    coalition.deliver_mail()
    return f"/{path}/{coalition.newest_token(path)}"


def asked_about(visitor: Visitor, coalition: Coalition, name: str) -> str:
    answer = visitor.send(ASK, {"organization": name})
    with transaction(coalition.engine) as session:
        answer_inquiries(session, coalition.keyring, now=coalition.now)
    return visitor.open(answer.location).text


def test_an_organization_signs_for_its_members_sorted_and_under_a_condition(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(EVERYONE)
    page = letter_page(coalition, "/sign", kind="organization")
    wrong = {**ORGANIZATION, "signs_for": "itself", "members": "Lac\nDelta", "sort_name": "Alliance"}

    answer = visitor.send(page, wrong)
    assert answer.status_code == 422
    assert "Choose above that it signs for the members you list" in words_of(answer)
    assert "Lac\nDelta" in answer.text

    form = form_of(answer, having="members")
    visitor.post(page, dict(form.filled({"signs_for": "members", "condition": "If ask 2 stays."})))
    shown = words_of(visitor.open(newest(coalition, "confirm")))
    assert "Lake Alliance · Lac, represented by Lake Alliance · Delta, represented by" in shown
    visitor.send(newest(coalition, "confirm"), {})

    row = listed(coalition, "Lake Alliance")
    assert (row["standing"], row["members"], row["sort_name"]) == ("conditional", "Lac; Delta", "Alliance")
    assert printed(coalition) == []


def test_a_network_signs_for_itself_and_the_letter_says_so(coalition: Coalition, visitor: Visitor) -> None:
    coalition.open(EVERYONE)

    sign(visitor, coalition, signs_for="network", qualifier="in Asia")

    line = words_of(visitor.open(newest(coalition, "manage")))
    assert "Lake Alliance, in Asia, for the network, not for each of its members" in line
    assert coalition.counts().organizations == 1


def test_a_person_says_in_own_words_where_it_lives(coalition: Coalition, visitor: Visitor) -> None:
    coalition.open(EVERYONE)
    page = letter_page(coalition, "/sign", kind="person")

    visitor.send(page, {**PERSON, "affiliation": "Valley School", "place": "in exile", "country": "IN"})

    shown = words_of(visitor.open(newest(coalition, "confirm")))
    assert "Tenzin Example, Valley School, in exile" in shown


def test_not_authorized_is_one_click_and_looking_changes_nothing(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(EVERYONE)
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    invitation = newest(coalition, "invitation")
    visitor.send(
        invitation,
        {
            **{
                name: ORGANIZATION[name]
                for name in ("representative_name", "representative_title", "authority")
            },
            "approver_email": "board@mail.example",
        },
        answer="sign",
    )
    visitor.send(newest(coalition, "confirm"), {})
    assert printed(coalition) == ["Lake Alliance"]
    path = newest(coalition, "objection")
    assert coalition.mails()[-1].to in {"chair@lakes.example", "board@mail.example"}

    for method in ("GET", "HEAD", "GET"):
        assert visitor.open(path, method=method).status_code == 200
    assert visitor.post(path, {}).status_code == 422
    assert printed(coalition) == ["Lake Alliance"]

    first, again = visitor.send(path, {}), visitor.open(path)
    assert "The sign-on is held" in words_of(first)
    assert "The sign-on is held" in words_of(again)
    assert printed(coalition) == []


def test_it_intends_then_signs(coalition: Coalition, visitor: Visitor) -> None:
    coalition.open(EVERYONE)
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    path = newest(coalition, "invitation")

    past = visitor.send(path, {"decision_by": "2026-11-01"}, answer="intend")
    assert "must not be in the past" in words_of(past)
    late = visitor.send(path, {"decision_by": "2026-12-24"}, answer="intend")
    assert "after the sign-on deadline" in words_of(visitor.open(late.location))
    soon = visitor.send(path, {"decision_by": "2026-11-30"}, answer="intend")
    assert "after the sign-on deadline" not in words_of(visitor.open(soon.location))
    assert (
        listed(coalition, "Lake Alliance")["standing"],
        listed(coalition, "Lake Alliance")["decision_by"],
    ) == (
        "intends",
        "2026-11-30",
    )

    entries = {
        name: ORGANIZATION[name] for name in ("representative_name", "representative_title", "authority")
    }
    visitor.send(path, entries, answer="sign")
    visitor.send(newest(coalition, "confirm"), {})
    assert printed(coalition) == ["Lake Alliance"]


def test_a_personal_link_only_prefills_and_the_lists_link_carries_no_person(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(EVERYONE)
    invite(coalition, "organization,Lake Alliance,chair@lakes.example")
    path = newest(coalition, "invitation")

    for _ in range(3):
        page = visitor.open(path)
    assert "chair@lakes.example" not in page.text
    assert listed(coalition, "Lake Alliance")["standing"] == "invited"
    form = visitor.open(letter_page(coalition, "/sign", kind="organization"))
    assert "Lake Alliance" not in form.text


def test_whoever_asks_gets_the_same_page_and_only_the_contact_learns(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(EVERYONE)
    sign(visitor, coalition, visibility="counted")
    assert same(visitor.open(f"{ASK}?k={coalition.key()}"), visitor.open("/letters/never-was/ask"))
    published(coalition)
    assert "Did my organization sign?" in words_of(visitor.open(f"/letters/{SLUG}"))

    pages = {
        asked_about(visitor, coalition, name) for name in ("Lake Alliance", "Nobody", "lakes.example", "LA")
    }

    assert len(pages) == 1
    assert words_of(visitor.send(ASK, {"organization": "!!"})).count("Enter the organization’s name") == 0
    assert visitor.send(ASK, {"organization": "!!"}).status_code == 422
    coalition.deliver_mail()
    asked = [mail for mail in coalition.mails() if mail.subject.startswith("Somebody asked")]
    assert [mail.to for mail in asked] == ["office@lakes.example"]
    assert "The sign-on is held" in words_of(visitor.send(newest(coalition, "objection"), {}))
    assert listed(coalition, "Lake Alliance")["held"] == "disputed"


def test_a_second_officer_countersigns_and_the_domain_is_looked_at(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(EVERYONE)
    sign(visitor, coalition, website="lakes.example")
    page = f"{newest(coalition, 'manage')}/evidence"
    assert "What speaks for your sign-on" in words_of(visitor.open(page.removesuffix("/evidence")))
    assert "mailbox on its own domain" in words_of(visitor.open(page))

    wrong = visitor.send(page, {"officer_name": "", "officer_email": "nobody"}, having="officer_email")
    assert wrong.status_code == 422
    assert "Enter the name of the second officer." in words_of(wrong)
    own = {"officer_name": "Ben", "officer_email": ORGANIZATION["email"]}
    assert "belongs to the sign-on already" in words_of(visitor.send(page, own, having="officer_email"))
    asked = visitor.send(page, {**own, "officer_email": "ben@lakes.example"}, having="officer_email")
    assert "b…@lakes.example" in words_of(asked)

    path = newest(coalition, "countersign")
    assert "Countersign for" in words_of(visitor.open(path))
    assert "Thank you" in words_of(visitor.send(path, {"word": "agrees"}, having="word"))
    assert listed(coalition, "Lake Alliance")["evidence"] == "good"
    looking = visitor.post(page, {"what": "dns", **_nonce(visitor, page)})
    assert "We are looking for it" in words_of(looking)


def _nonce(visitor: Visitor, page: str) -> dict[str, str]:
    return {"nonce": dict(form_of(visitor.open(page), having="what").filled({}))["nonce"]}


def test_what_the_pages_open_with_another_purposes_link_is_nothing(
    coalition: Coalition, visitor: Visitor
) -> None:
    coalition.open(EVERYONE)
    sign(visitor, coalition)
    manage = newest(coalition, "manage").rpartition("/")[2]

    for path in ("objection", "countersign", "confirm"):
        assert visitor.open(f"/{path}/{manage}").status_code == 404
    assert visitor.open(f"/manage/{'a' * 43}/evidence").status_code == 404
    with transaction(coalition.engine) as session:
        assert get_campaign(session, SLUG)


def test_a_member_opens_its_mail_and_takes_itself_off_a_list(coalition: Coalition, visitor: Visitor) -> None:
    coalition.open(EVERYONE)
    invite(coalition, "organization,Lakes Network,n@lakes.example", "organization,Lac,lac@lac.example")
    coalition.sign_and_confirm(
        "Lakes Network", email="n@lakes.example", signs_for="members", members=("Lac",)
    )

    path = newest(coalition, "objection")
    shown = words_of(visitor.open(path))
    assert "Listed as a member by" in shown
    assert "Lakes Network" in shown
    assert "The name was taken off the list" in words_of(visitor.send(path, {}))

    assert "The name was taken off the list" in words_of(visitor.open(path))
    assert printed(coalition) == ["Lakes Network"]
