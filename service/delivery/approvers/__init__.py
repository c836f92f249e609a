"""Approvers without an account: who they are, the code beside their link, and what they ask."""
