"""The people around a child: recording a relative, and changing what is known of the relationship."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Team
from cases.actions.child_change import begin, finish
from cases.codes import Known
from cases.models import Child, Person, Relationship
from safeguard.audit.actions import one_transaction


@dataclass(frozen=True, kw_only=True)
class Tie:
    """What somebody is to a child: parental responsibility, whether they live together, whether contact is allowed."""

    kind: Relationship.Kind
    parental_responsibility: Known = Known.NOT_KNOWN
    lives_with: Known = Known.NOT_KNOWN
    contact_not_allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class NewRelative:
    """An adult, or a brother or sister without a record of their own."""

    name: str
    born_on: date | None = None
    phone: str = ""
    risk_to_visitors: str = ""


@one_transaction
def add_relative(child: Child, new: NewRelative, tie: Tie, *, team: Team, by: Acting) -> Relationship:
    """Record somebody around ``child``, for ``team``, one of ``by``'s.

    Raises Http404 for who may not change the child's record; ValidationError without a name, for a birth date
    in the future, and for a team that is not ``by``'s.
    """
    changed = begin(child, by)
    if not new.name.strip() or team.pk not in by.team_ids:
        raise ValidationError(_("Nothing was saved. Enter a name, and choose one of your own teams."))
    if new.born_on and new.born_on > timezone.localdate():
        raise ValidationError(_("Nothing was saved. The date of birth is in the future."))
    person = Person.objects.create(
        name=new.name.strip(),
        born_on=new.born_on,
        phone=new.phone,
        risk_to_visitors=new.risk_to_visitors,
        recorded_by_team=team,
    )
    made = Relationship.objects.create(
        child=changed,
        person=person,
        kind=tie.kind,
        parental_responsibility=tie.parental_responsibility,
        lives_with=tie.lives_with,
        contact_not_allowed=tie.contact_not_allowed,
        since=timezone.localdate(),
        recorded_by=by.user,
        recorded_by_team=team,
    )
    finish(changed, "child.add_relative", _("Somebody of the child’s family was added"), by=by)
    return made


@one_transaction
def change_tie(relationship: Relationship, tie: Tie, *, by: Acting) -> None:
    """Change what is known of a relationship that still holds.

    Raises Http404 for who may not change the child's record, and ValidationError where it ended meanwhile.
    """
    changed = begin(relationship.child, by)
    # past the door: the relationship that the caller has, once nobody else can change it
    holding = Relationship.objects.filter(pk=relationship.pk, until__isnull=True)
    if not holding.update(
        kind=tie.kind,
        parental_responsibility=tie.parental_responsibility,
        lives_with=tie.lives_with,
        contact_not_allowed=tie.contact_not_allowed,
    ):
        raise ValidationError(_("Nothing was changed: somebody has ended this relationship in the meantime."))
    finish(changed, "child.change_relative", _("What is known of the child’s family was changed"), by=by)
