"""The offices of a letter at the desk: changed, checked by two, and kept in touch with."""
