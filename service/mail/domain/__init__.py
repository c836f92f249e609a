"""What the domain name system must say of our mail, and whether it does."""
