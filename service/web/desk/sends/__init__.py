"""The pages of what is sent: planned sendings, what is composed, how far it has come, what came back, the calendar."""

from service.web.desk.sends import acts, compose, pages

PAGES = (pages, acts, compose)
