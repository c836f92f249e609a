"""Measures how the service grows with its processes, and holds it against what was promised: `make bench-scale`."""
