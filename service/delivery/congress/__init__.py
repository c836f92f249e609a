"""What the ways into both chambers of the US Congress share: channels are strangers to one another, so it stands beside them."""
