"""After the letter: until when an office is to answer, how it is asked again, and what becomes of its answer."""
