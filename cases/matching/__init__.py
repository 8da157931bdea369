"""Is this child already known? Candidates from the database, scored here, explained in words.

``normal`` brings facts into one form, ``facts`` holds a child's, ``levels`` compares two, ``weights`` turns
levels into probabilities, ``access`` asks the database, ``look`` is what the rest of the house calls.
Nothing is ever merged by itself. Why it is done this way: docs/adr/0010-matching.md.
"""
