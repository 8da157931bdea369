"""Check digits of the numbers that follow a child: NHS number and unique pupil number (UPN)."""

import re

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S; the census's weights are 2 to 13, modulo 23


def normalised(value: str) -> str:
    """Return ``value`` without spaces and hyphens, in capitals."""
    return re.sub(r"[\s-]", "", value).upper()


def is_nhs_number(value: str) -> bool:
    """Return whether ``value`` has ten digits and a right check digit (modulus 11, NHS Data Dictionary)."""
    digits = normalised(value)
    if not re.fullmatch(r"[0-9]{10}", digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return check != 10 and check == int(digits[9])  # noqa: PLR2004  (10 is never issued)


def is_upn(value: str) -> bool:
    """Return whether ``value`` is a permanent or temporary UPN with a right check letter (census rules 1510 to 1550).

    Shape: a check letter, eleven digits, and a digit or, for a temporary one, a letter.
    """
    upn = normalised(value)
    if not re.fullmatch(rf"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]", upn):
        return False
    last = int(upn[12]) if upn[12].isdigit() else UPN_LETTERS.index(upn[12])
    total = sum(int(digit) * weight for digit, weight in zip(upn[1:12], range(2, 13), strict=True))
    return UPN_LETTERS[(total + last * 13) % 23] == upn[0]


def has_right_check_digit(kind: str, value: str) -> bool:
    """Return whether a number of ``kind`` ("nhs", "upn" or "local") is well formed; local ones always are."""
    checks = {"nhs": is_nhs_number, "upn": is_upn}
    return kind not in checks or checks[kind](value)
