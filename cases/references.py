"""Case references that people can read over the phone: seven random digits and a check digit.

Random, so that a reference says nothing about how many cases there are or when one was opened; the
check digit (Luhn, ISO/IEC 7812-1) finds every single wrong digit and nearly every swapped pair.
"""

import secrets


def new_reference() -> str:
    """Return eight digits, the last one the check digit."""
    digits = f"{secrets.randbelow(10**7):07d}"
    return digits + check_digit(digits)


def check_digit(digits: str) -> str:
    """Return the Luhn check digit of ``digits``."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004  (the sum of a two-digit number's digits)
    return str(-total % 10)


def normalised(text: str) -> str | None:
    """Return the eight digits that somebody typed as a reference, None when it is none or misread."""
    digits = "".join(character for character in text if character.isdecimal() and character.isascii())
    if len(digits) != 8 or check_digit(digits[:-1]) != digits[-1]:  # noqa: PLR2004  (the length of a reference)
        return None
    return digits
