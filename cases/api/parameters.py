"""The query parameters of the lists of cases and children: the filters of the page, by the same names."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from agencies.acting import Acting
from agencies.api.parameters import PageParameters
from cases.access import Filters
from cases.access_sql import BY_ACTIVITY, BY_DUE, Order
from cases.codes import LevelOfNeed
from cases.models import Case

ORDERS: Mapping[str, Order] = {"activity": BY_ACTIVITY, "due": BY_DUE}
ME, MY_TEAM, NOBODY = "me", "my_team", "nobody"


class CaseParameters(PageParameters):
    """Which cases, in which order."""

    status = serializers.ChoiceField(choices=Case.Status.choices, required=False)
    level_of_need = serializers.ChoiceField(choices=LevelOfNeed.choices, required=False)
    lead_sector = serializers.SlugField(
        required=False, max_length=50, help_text="Code of the lead agency's sector, such as `education`"
    )
    allocated_to = serializers.ChoiceField(
        choices=[ME, MY_TEAM, NOBODY], required=False, help_text="To whom the work is allocated"
    )
    order = serializers.ChoiceField(
        choices=list(ORDERS),
        default="activity",
        help_text="`activity`: latest activity first. `due`: next due first; cases with nothing due are left out",
    )


def filters(asked: Mapping[str, Any], by: Acting) -> Filters:
    """Return what ``asked`` narrows the list to."""
    allocated = asked.get("allocated_to")
    return Filters(
        status=asked.get("status"),
        level_of_need=asked.get("level_of_need"),
        lead_sector=asked.get("lead_sector"),
        allocated_to=by.user_id if allocated == ME else None,
        allocated_teams=list(by.team_ids) if allocated == MY_TEAM else None,
        unallocated=allocated == NOBODY,
    )
