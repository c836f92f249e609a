"""The dossier of a letter that was sent: what went, to whom, and how it is known, as a bag that strangers can check."""
