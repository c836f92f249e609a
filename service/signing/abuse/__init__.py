"""What keeps abuse from the forms without keeping anybody out: limits, lists, proof of work, flags."""
