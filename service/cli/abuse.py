"""abuse: the block and allow lists, the domains to which no mail goes, and attack mode."""

import click

from service.campaigns.queries import campaigns_by_slug, get_campaign
from service.cli.context import Context, json_option, operator, pass_context, say, say_json
from service.model.abuse import Listed
from service.signing.abuse.attack import asks_proof, end_attack_mode, start_attack_mode
from service.signing.abuse.lists import Named, all_rules, forget_rule, read_named, rule_value, set_rule
from service.store.transaction import reading, transaction

_letter = click.option("--letter", "slug", default="", help="For this letter only.")


@click.group()
def abuse() -> None:
    """Keep abuse from the sign-on forms. Whoever is blocked sees the same page, and is held for a look."""


def _put(context: Context, named: Named, listed: Listed, slug: str) -> bool:
    services = context.services
    with transaction(services.engine) as session:
        return set_rule(
            session,
            services.keyring,
            named,
            listed,
            campaign_id=get_campaign(session, slug).id if slug else "",
            by=operator(),
            now=services.clock(),
        )


def _lister(listed: Listed, sentence: str) -> click.Command:
    @click.command(name=listed.value, help=sentence)
    @click.argument("what")
    @_letter
    @pass_context
    def command(context: Context, what: str, slug: str) -> None:
        named = read_named(what)
        changed = _put(context, named, listed, slug)
        done = "blocked" if listed is Listed.BLOCK else "allowed"
        say(
            f"The {named.kind.value} is {done}." if changed else f"The {named.kind.value} was {done} already."
        )

    return command


abuse.add_command(
    _lister(Listed.BLOCK, "Hold what comes from an e-mail address, a domain, an address or a network.")
)
abuse.add_command(
    _lister(
        Listed.ALLOW,
        "Spare a network the limits of addresses, or an e-mail address the block of its domain.",
    )
)


@abuse.command(name="no-mail")
@click.argument("domain")
@_letter
@pass_context
def no_mail(context: Context, domain: str, slug: str) -> None:
    """Let no mail go to a domain, but to an office: who signs from there is reached in another way."""
    changed = _put(context, read_named(domain), Listed.NO_MAIL, slug)
    say("No mail goes to the domain any more." if changed else "No mail went to the domain already.")


@abuse.command()
@click.argument("what")
@_letter
@pass_context
def forget(context: Context, what: str, slug: str) -> None:
    """Take something off all lists; what waited to go to a domain goes."""
    services, named = context.services, read_named(what)
    with transaction(services.engine) as session:
        gone = forget_rule(
            session,
            services.keyring,
            named,
            campaign_id=get_campaign(session, slug).id if slug else "",
            by=operator(),
            now=services.clock(),
        )
    say(f"The {named.kind.value} is on no list any more." if gone else "It was on no list.")


@abuse.command(name="list")
@json_option
@pass_context
def list_(context: Context, as_json: bool) -> None:
    """Show the lists, and the letters in attack mode."""
    services = context.services
    with reading(services.engine) as session:
        letters = campaigns_by_slug(session)
        slugs = {letter.id: letter.slug for letter in letters}
        attacked = [letter.slug for letter in letters if asks_proof(session, letter.id)]
        rules = [
            {
                "listed": rule.listed.value,
                "kind": rule.kind.value,
                "value": rule_value(services.keyring.root, rule),
                "letter": slugs.get(rule.campaign_id, ""),
                "by": rule.created_by,
                "since": rule.created_at.isoformat(timespec="seconds"),
            }
            for rule in all_rules(session)
        ]
    if as_json:
        say_json({"rules": rules, "attack_mode": attacked})
        return
    for rule in rules:
        say(f"{rule['listed']:<7} {rule['kind']:<8} {rule['value']}  {rule['letter'] or 'all letters'}")
    say(f"{len(rules)} rules. In attack mode: {', '.join(attacked) or 'no letter'}.")


@abuse.command()
@click.argument("slug")
@click.option("--off", is_flag=True, help="End it.")
@pass_context
def attack(context: Context, slug: str, off: bool) -> None:
    """Put a letter into attack mode: its form asks browsers for a second of work; without it a sign-on is held."""
    services = context.services
    change = end_attack_mode if off else start_attack_mode
    with transaction(services.engine) as session:
        change(session, get_campaign(session, slug), by=operator(), now=services.clock())
    say(f"{slug} is {'no longer' if off else 'now'} in attack mode.")
