"""The public side under load, beside bare views under the same server."""
