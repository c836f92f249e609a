"""Signatories who ask their Member of Congress to raise the letter: asked for, handed over, deleted."""
