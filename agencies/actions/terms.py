"""What a membership gives, and who may give it: the checks that inviting and changing share."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency, Basis, Clearance, Team
from agencies.models.membership import Engagement
from agencies.roles import Can, grantable_by, labels_of


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A membership's terms: role codes, teams, local title, basis, clearance (0 to 3), half-open period in UTC."""

    roles: frozenset[str]
    teams: frozenset[Team]
    title: str = ""
    basis: str = Basis.EMPLOYEE
    clearance: int = Clearance.SENSITIVE
    since: datetime
    until: datetime | None = None

    def columns(self) -> dict[str, Any]:
        """Return the columns of an Engagement row; the teams are a table of their own."""
        row = {field.name: getattr(self, field.name) for field in fields(self)}
        del row["teams"]
        return row | {"roles": sorted(self.roles)}

    def codes(self) -> dict[str, Any]:
        """Return them as the audit keeps them: codes, ids and dates, no free text."""
        row = self.columns() | {"teams": sorted(str(team.uuid) for team in self.teams)}
        del row["title"]
        return row | {"since": self.since.isoformat(), "until": self.until and self.until.isoformat()}


def terms_of(engagement: Engagement) -> Terms:
    """Return the terms of a membership or an invitation."""
    return Terms(
        roles=frozenset(engagement.roles),
        teams=frozenset(engagement.teams.all()),
        title=engagement.title,
        basis=engagement.basis,
        clearance=engagement.clearance,
        since=engagement.since,
        until=engagement.until,
    )


def check(terms: Terms, *, agency: Agency, by: Acting, before: Terms | None = None) -> None:
    """Raise ValidationError, message by field, where ``terms`` are impossible or not for ``by`` to give.

    ``before`` are the present terms in a change: what stays as it is needs no right to give it.
    """
    errors = {
        "roles": _wrong_roles(terms, by, before),
        "teams": _wrong_teams(terms, agency, before),
        "clearance": _wrong_clearance(terms, by, before),
        "until": wrong_end(terms),
    }
    if found := {field: message for field, message in errors.items() if message}:
        raise ValidationError(found)


def wrong_end(terms: Terms) -> str:
    """Return what is wrong with the end date, empty where nothing is."""
    if terms.until is None:
        missing = _("An agency worker, a locum or a student must have a last day. Nothing was saved")
        return "" if terms.basis == Basis.EMPLOYEE else missing
    if terms.until <= terms.since:
        return _("The last day must not be before the first day. Nothing was saved: change one of the two")
    if terms.until <= timezone.now():
        return _("The last day must be today or later. Nothing was saved. To stop access now, end the membership")
    return ""


def _wrong_roles(terms: Terms, by: Acting, before: Terms | None) -> str:
    held = before.roles if before else frozenset()
    beyond = (terms.roles ^ held) - grantable_by(by.capabilities)
    if beyond:
        names = ", ".join(labels_of(beyond))
        return _("Only an administrator may give or take: %(roles)s. Nothing was saved") % {"roles": names}
    return "" if terms.roles else _("Choose at least one role")


def _wrong_teams(terms: Terms, agency: Agency, before: Terms | None) -> str:
    held = before.teams if before else frozenset()
    foreign = [team for team in terms.teams - held if team.agency_id != agency.pk or not team.is_active]
    return _("Choose teams of this agency that are not closed. Nothing was saved") if foreign else ""


def _wrong_clearance(terms: Terms, by: Acting, before: Terms | None) -> str:
    unchanged = before is not None and terms.clearance <= before.clearance
    if unchanged or terms.clearance <= highest_clearance(by):
        return ""
    return _("You may give clearance up to your own. Nothing was saved: ask an administrator for more")


def highest_clearance(by: Acting) -> int:
    """Return the highest clearance that ``by`` may give: a manager their own, an administrator any."""
    return max(Clearance) if by.can(Can.CONFIGURE) else by.clearance
