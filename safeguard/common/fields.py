"""Database expressions that several rooms share."""

from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Func, IntegerField, Lookup


class TsTzRange(Func):
    """``tstzrange(since, until)``: half-open, so one period may begin the moment another ends."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


@IntegerField.register_lookup
class HasBits(Lookup):
    """``mask__has_bits=n``: the mask and ``n`` share at least one bit."""

    lookup_name = "has_bits"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return ``(mask & n) <> 0``."""
        mask, mask_params = self.process_lhs(compiler, connection)
        bits, bits_params = self.process_rhs(compiler, connection)
        return f"({mask} & {bits}) <> 0", (*mask_params, *bits_params)
