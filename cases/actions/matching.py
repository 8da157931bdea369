"""The clock's own work on matching: rows in step, and how common names are. Run by the worker alone."""

from django.db import transaction

from cases.matching import access

BATCH = 200


def keep_in_step() -> int:
    """Write the matching rows of every child who is due, in short transactions; return how many they were."""
    done = 0
    while True:
        with transaction.atomic():
            swept = access.sweep(BATCH)
        done += swept
        if swept < BATCH:
            return done


@transaction.atomic
def count_names() -> int | None:
    """Count the names anew; return how many children the register has."""
    return access.count_names()
