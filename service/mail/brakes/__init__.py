"""What holds mail back for the sake of those who get it: a mailbox's share of a day, the breaker, the canary."""
