"""How the process that cleans files says that one is not taken. Nothing of Django is imported here."""


class Refused(Exception):
    """The file is not taken; the argument is the code of why, one of ``sandbox.REASONS``."""
