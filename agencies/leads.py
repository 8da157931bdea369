"""Does an agency have the people without whom nobody answers: a manager, and a lead where it safeguards?"""

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Membership, Team
from agencies.roles import Can


class Gap(models.TextChoices):
    """Whom an agency lacks at present."""

    MANAGER = "no_manager", _("a manager, who invites people and ends memberships")
    LEAD = "no_lead", _("a safeguarding lead, who answers for its safeguarding work")


def gaps_of(agency: Agency) -> frozenset[Gap]:
    """Return whom ``agency`` lacks now, in one query. Only one with a safeguarding team needs a lead."""
    people = Membership.objects.current().filter(agency=OuterRef("pk"))
    safeguards = Team.objects.filter(agency=OuterRef("pk"), is_active=True, kind=Team.Kind.SAFEGUARDING)
    found = Agency.objects.filter(pk=agency.pk).values_list(
        ~Exists(people.holding(Can.MANAGE_PEOPLE)),
        ExpressionWrapper(
            Exists(safeguards) & ~Exists(people.holding(Can.LEAD_SAFEGUARDING)), output_field=models.BooleanField()
        ),
    )
    return frozenset(gap for gap, missing in zip((Gap.MANAGER, Gap.LEAD), found.get(), strict=True) if missing)


def gaps_after(membership: Membership) -> frozenset[Gap]:
    """Return whom the agency will lack once ``membership`` has ended and did not lack before."""
    others = Membership.objects.current().filter(agency_id=membership.agency_id).exclude(pk=membership.pk)
    needed = {Gap.MANAGER: Can.MANAGE_PEOPLE, Gap.LEAD: Can.LEAD_SAFEGUARDING}
    held = Membership.objects.filter(pk=membership.pk)
    return frozenset(
        gap
        for gap, capability in needed.items()
        if held.holding(capability).exists() and not others.holding(capability).exists()
    )
