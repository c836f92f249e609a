"""The pages of what is sent: planned sendings, what is composed, how far it has come, what came back, the calendar."""

from service.web.desk.sends import (
    acts,
    calendar,
    compose,
    final_copy,
    greeting,
    kits,
    pages,
    rules,
    show,
    subscribing,
    undelivered,
)

PAGES = (pages, acts, compose, rules, undelivered, calendar, subscribing, show, final_copy, kits, greeting)
