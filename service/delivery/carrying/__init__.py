"""Carrying by ways that leave by themselves over the network: claimed, fenced, handed over, settled, and followed."""
