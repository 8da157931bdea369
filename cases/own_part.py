"""The part in a case of the team that somebody acts for there, and whether it is confidential."""

from agencies.acting import Acting
from cases.models import Case, Involvement
from cases.querysets import live


def author_part(case: Case, by: Acting) -> tuple[int, bool]:
    """Return the group that ``by`` writes for, and whether its part in ``case`` is or was confidential.

    One of theirs that is involved now, else their first, which a part that is over or to come must not betray.
    """
    # past the door: only the parts of the writer’s own teams
    own = Involvement.objects.filter(case=case, team__in=by.team_ids).annotate(holds=live()).order_by("pk")
    parts = list(own.values_list("team__group", "confidential", "holds"))
    involved = [(group, quiet) for group, quiet, holds in parts if holds]
    if involved:
        return involved[0]
    first = by.group_ids[0]
    return first, any(quiet for group, quiet, _holds in parts if group == first)


def author_group(case: Case, by: Acting) -> int:
    """Return the group that ``by`` writes for."""
    return author_part(case, by)[0]


def is_quiet(case: Case, by: Acting) -> bool:
    """Return whether the part in ``case`` of the team that ``by`` writes for is confidential."""
    return bool(by.group_ids) and author_part(case, by)[1]
