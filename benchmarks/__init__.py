"""Measures this service beside others, on the machine at hand; `make help` tells how, README.md how fair."""
