"""A reference that is taken already is drawn again: one report in ten million must not be lost for it."""

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

Made = TypeVar("Made")
TRIES = 3


def with_free_reference(make: Callable[[], Made]) -> Made:
    """Return what ``make`` makes with references that it draws; where one is taken it is called again, thrice at most.

    Raises the IntegrityError of the third try, and every other at once.
    """
    for _again in range(TRIES - 1):
        try:
            with transaction.atomic():
                return make()
        except IntegrityError as error:
            if "referrals_referral_reference" not in str(error):
                raise
    return make()
