"""A violated database constraint, said in words beside the field that broke it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.functional import Promise

Explanations = Mapping[str, tuple[str, str | Promise]]


@contextmanager
def explained(explanations: Explanations) -> Iterator[None]:
    """Run the body in a savepoint; raise ValidationError for a constraint named in ``explanations``.

    They map a constraint's name to (field, message). Any other IntegrityError passes unchanged.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field, message = explanations.get(_constraint_of(error), ("", ""))
        if not field:
            raise
        # The original error quotes the row, so it is not chained on.
        raise ValidationError({field: message}) from None


def _constraint_of(error: IntegrityError) -> str:
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
