"""How the agencies' tables are asked."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, Now

from agencies.roles import Can, roles_with

if TYPE_CHECKING:
    from agencies.models import (
        Agency,
        ApiToken,
        CalendarFeed,
        Invitation,
        Membership,
        PracticeProfile,
        SchoolTerm,
        User,
    )
else:
    Agency = ApiToken = CalendarFeed = Invitation = Membership = PracticeProfile = SchoolTerm = User = object


class AgencyQuerySet(QuerySet["Agency"]):
    """Agencies by what the directory asks."""

    def active(self) -> Self:
        """Return those that work at present."""
        return self.filter(status="active")

    def matching(self, text: str = "", sector: str = "") -> Self:
        """Return those whose name holds ``text`` and whose sector has the code ``sector``; empty asks nothing."""
        found = self.filter(name__icontains=text) if text else self
        return found.filter(sector__code=sector) if sector else found

    def with_contacts(self) -> Self:
        """Fetch the sector and the contact points along, in one query more."""
        return self.select_related("sector").prefetch_related("contact_points__team")


class MembershipQuerySet(QuerySet["Membership"]):
    """Memberships by person and by whether they hold now."""

    def live(self) -> Self:
        """Return those whose start is reached and whose end is not passed, in an agency that is active."""
        return self.current().filter(agency__status="active")

    def current(self) -> Self:
        """Return those whose start is reached and whose end is not passed, by the database's clock."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=Now()), since__lte=Now())

    def upcoming(self) -> Self:
        """Return those that have yet to start and are not called off."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=F("since")), since__gt=Now())

    def ended(self) -> Self:
        """Return those whose end has passed, and those called off before they started."""
        return self.filter(Q(until__lte=Now()) | Q(until=F("since")))

    def in_state(self, state: str) -> Self:
        """Return those that are ``current``, ``upcoming`` or ``ended``."""
        return {"current": self.current, "upcoming": self.upcoming, "ended": self.ended}[state]()

    def of(self, user: "User") -> Self:
        """Return the memberships of ``user``."""
        return self.filter(user_id=user.pk)

    def holding(self, capability: Can) -> Self:
        """Return those whose roles entitle to ``capability``."""
        return self.filter(roles__overlap=roles_with(capability))

    def overlapping(self, since: datetime, until: datetime | None) -> Self:
        """Return those that share a moment with the half-open period from ``since`` to ``until`` (None: no end)."""
        begun = Q(until__isnull=True) | Q(until__gt=since)
        found = self.filter(begun).exclude(until=F("since"))
        return found if until is None else found.filter(since__lt=until)

    def matching(self, text: str = "") -> Self:
        """Return those of people whose name holds ``text``."""
        return self.filter(user__name__icontains=text) if text else self

    def by_name(self) -> Self:
        """Order by the person's name, in any case; ``sort_name`` is beside each row for the next page's key."""
        return self.annotate(sort_name=Lower("user__name")).order_by("sort_name", "id")

    def to_remind(self, day: date) -> Self:
        """Return live ones of active accounts with what reminding asks, in one statement.

        Beside each row stand its active teams and groups, and ``is_away`` on ``day``.
        """
        active = Q(teams__is_active=True)
        away = apps.get_model("agencies", "Absence").objects.filter(membership=OuterRef("pk"))
        return (
            self.live()
            .filter(user__is_active=True)
            .select_related("user", "agency__sector", "agency__reminder_rules", "reminder_choice")
            .annotate(
                live_teams=ArrayAgg("teams__id", filter=active, default=[]),
                live_groups=ArrayAgg("teams__group_id", filter=active, default=[]),
                is_away=Exists(away.filter(first_day__lte=day, last_day__gte=day)),
            )
            .order_by("pk")
        )

    def with_people(self) -> Self:
        """Fetch person, agency and teams along, in one query more."""
        return self.select_related("user", "agency__sector").prefetch_related("teams")


class InvitationQuerySet(QuerySet["Invitation"]):
    """Invitations by whether they still wait for an answer."""

    def unanswered(self) -> Self:
        """Return those neither accepted nor withdrawn, expired ones too."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)


class ApiTokenQuerySet(QuerySet["ApiToken"]):
    """Tokens by person and by whether they work now."""

    def working(self) -> Self:
        """Return those neither revoked nor expired, by the database's clock; the membership is not asked."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=Now())

    def usable(self) -> Self:
        """Return those that open something now: also the membership holds, the agency and the account are active."""
        return self.working().filter(held_by_member())

    def of(self, user: "User") -> Self:
        """Return the tokens of ``user``, under whichever membership."""
        return self.filter(membership__user_id=user.pk)

    def with_holders(self) -> Self:
        """Fetch membership, person and agency along, in the same query."""
        return self.select_related("membership__user", "membership__agency__sector")

    def with_groups(self) -> Self:
        """Put the membership's active teams and their groups beside each row, as arrays in the same statement."""
        return self.annotate(**places_of_member())


def held_by_member() -> Q:
    """Return the condition on what hangs on a membership: that holds, and the agency and the account are active."""
    begun = Q(membership__since__lte=Now())
    lasting = Q(membership__until__isnull=True) | Q(membership__until__gt=Now())
    return begun & lasting & Q(membership__agency__status="active", membership__user__is_active=True)


def places_of_member() -> dict[str, ArrayAgg]:
    """Return the active teams of the membership that rows hang on, and their groups, as arrays beside each row."""
    active = Q(membership__teams__is_active=True)
    return {
        "live_teams": ArrayAgg("membership__teams__id", filter=active, default=[]),
        "live_groups": ArrayAgg("membership__teams__group_id", filter=active, default=[]),
    }


class CalendarFeedQuerySet(QuerySet["CalendarFeed"]):
    """The addresses that calendar programs read."""

    def working(self) -> Self:
        """Return those that were not stopped; the membership is not asked."""
        return self.filter(stopped_at__isnull=True)

    def of(self, user: "User") -> Self:
        """Return the addresses of ``user``, under whichever membership."""
        return self.filter(membership__user_id=user.pk)

    def usable(self) -> Self:
        """Return those that open something now, with whom they act for and their active teams and groups."""
        found = self.working().filter(held_by_member())
        return found.select_related("membership__user", "membership__agency__sector").annotate(**places_of_member())


class SchoolTermQuerySet(QuerySet["SchoolTerm"]):
    """Terms of schools."""

    def kept(self) -> Self:
        """Return those that hold, by day; one that was changed stays as it was and was removed."""
        return self.filter(removed_at__isnull=True).order_by("first_day")

    def counted_by(self, agency_id: int) -> Self:
        """Return the terms by which an agency's school days are counted: its own, else those of every school."""
        own = self.kept().filter(agency_id=agency_id)
        return own if own.exists() else self.kept().filter(agency=None)


class PracticeProfileQuerySet(QuerySet["PracticeProfile"]):
    """Versions of practice profiles."""

    def current(self) -> "PracticeProfile | None":
        """Return the newest version of this installation's profile, None while none is loaded."""
        return self.of_code(settings.PRACTICE_PROFILE).first()

    def of_code(self, code: str) -> Self:
        """Return the versions of one profile, the newest first."""
        return self.filter(code=code).order_by("-version")
