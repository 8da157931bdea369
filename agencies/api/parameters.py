"""Query parameters: what a view takes, and nothing else. A misspelt filter must not show everything."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

LONGEST_NAME = 50  # characters of a parameter's name that an answer repeats


class Parameters(serializers.Serializer[Mapping[str, Any]]):
    """The parameters of a view, as fields; this one takes none."""

    @classmethod
    def asked(cls, query: QueryDict) -> dict[str, Any]:
        """Return the values. Raises ValidationError naming each parameter that is unknown, repeated or wrong."""
        parameters = cls(data=query.dict())
        wrong = {name: [_("There is no such parameter.")] for name in query if name not in parameters.fields}
        wrong |= {name: [_("Give it once.")] for name, values in query.lists() if len(values) > 1}
        if wrong:
            raise serializers.ValidationError({name[:LONGEST_NAME]: message for name, message in wrong.items()})
        parameters.is_valid(raise_exception=True)
        return dict(parameters.validated_data)


class PageParameters(Parameters):
    """Where a page starts and how long it is."""

    cursor = serializers.CharField(
        required=False, max_length=4_000, help_text="The `next_cursor` of the page before, with the same filters"
    )
    limit = serializers.IntegerField(required=False, default=25, min_value=1, max_value=100, help_text="Rows a page")
