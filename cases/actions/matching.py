"""The clock's own work on matching: rows in step, and how common names are. Run by the worker alone."""

from django.db import transaction

from cases.matching import access, review

BATCH = 200
REVIEW_BATCH = 20  # whoever changes one of these children waits for the others
MOST_AT_ONCE = 50_000  # children: what is left comes the next time


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


def review_register() -> int:
    """Look again for records like those of children who are new or changed, in short transactions; return how many."""
    done = 0
    while done < MOST_AT_ONCE:
        with transaction.atomic():
            due = review.take_due(REVIEW_BATCH)
            review.look_again(due)
        done += len(due)
        if len(due) < REVIEW_BATCH:
            break
    return done
