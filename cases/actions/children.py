"""Recording a child: names, numbers, addresses."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.acting import Acting
from agencies.models import Team
from agencies.roles import Can
from cases import access_child, identifiers
from cases.actions.child_change import begin, finish
from cases.codes import Sex
from cases.matching.access import keep_in_step
from cases.models import Child, ChildIdentifier, ChildName
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@dataclass(frozen=True, kw_only=True)
class NewChild:
    """What is known of a child when the record is made; a name or a part of one is enough."""

    given: str = ""
    surname: str = ""
    born_on: date | None = None
    expected_on: date | None = None
    sex: Sex = Sex.UNKNOWN


@one_transaction
def record_child(new: NewChild, *, team: Team, by: Acting) -> Child:
    """Make a child's record, seen by ``team`` until a case involves others. Returns the child.

    Raises ValidationError for a birth date in the future, for no name at all, for a team that is not
    ``by``'s, and for somebody whose role records no children.
    """
    _check(new, team, by)
    child = Child.objects.create(born_on=new.born_on, expected_on=new.expected_on, sex=new.sex, recorded_by_team=team)
    ChildName.objects.create(child=child, given=new.given, surname=new.surname, recorded_by=by.user)
    keep_in_step(child)
    audit.record("child.record", by=by, target="cases.Child", uuids=[child.uuid])
    return child


def _check(new: NewChild, team: Team, by: Acting) -> None:
    if not by.can(Can.WORK_CASES) or team.pk not in by.team_ids:
        raise ValidationError(_("Nothing was saved. Choose one of your own teams to record the child."))
    if not (new.given.strip() or new.surname.strip()):
        raise ValidationError(_("Nothing was saved. Enter a first name or a last name; part of one is enough."))
    if new.born_on and new.born_on > timezone.localdate():
        raise ValidationError(
            _("Nothing was saved. The date of birth is in the future: for an unborn child, give the expected date.")
        )


TAKEN = gettext_lazy(
    "Nothing was saved. Another record that you may read has this %(kind)s. Search for it: if it is the same child, say"
    " so on the child’s page first; else correct the number, or keep it here as unverified."
)


@one_transaction
def add_identifier(
    child: Child, kind: ChildIdentifier.Kind, value: str, *, keep_unverified: bool = False, by: Acting
) -> ChildIdentifier:
    """Add a number to ``child``. Raises Http404 for who may not change the child's record.

    An NHS number or UPN with a wrong check digit, or one that another record has which ``by`` may read, is refused,
    or kept as unverified when ``keep_unverified`` says so: never silently. Raises ValidationError. Of a record that
    ``by`` may not read it says nothing: the review of the register finds the pair.
    """
    changed, number = begin(child, by), identifiers.normalised(value)
    right = identifiers.has_right_check_digit(kind, number)
    if not right and not keep_unverified:
        message = _("Nothing was saved. %(kind)s has a wrong check digit: correct it, or keep it as unverified.")
        raise ValidationError(message % {"kind": ChildIdentifier.Kind(kind).label})
    alone = not access_child.others_with(by, number, kind, besides=changed)
    if not alone and not keep_unverified:
        raise ValidationError(TAKEN % {"kind": ChildIdentifier.Kind(kind).label})
    known = {"verified": right and alone, "recorded_by": by.user}
    made, _new = ChildIdentifier.objects.get_or_create(
        child=changed, kind=kind, value=number, until=None, defaults=known
    )
    finish(changed, "child.add_identifier", _("A number of the child was added"), by=by)
    return made
