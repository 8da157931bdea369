"""Opening and closing a case."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Team
from cases import deadlines, references, timeline
from cases.actions.children import NewChild, record_child
from cases.actions.grants import lock_as
from cases.actions.involvement import Terms, add_involvement
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Child
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction

OWN_WORK = "Lead of the case"


@one_transaction
def open_case(child: Child, *, team: Team, lawful_basis: str, by: Acting) -> Case:
    """Open a case for ``child``, led by ``team``, which is one of ``by``'s.

    Raises ValidationError when the child has an open case. Where ``by`` may not know of it, the words are
    the same as for any child that cannot be opened here, and name the duty desk to ask.
    """
    _must_be_own(team, by)
    case = _insert(child, team)
    terms = Terms(level=AccessLevel.LEAD, purpose=OWN_WORK, lawful_basis=lawful_basis)
    add_involvement(case, team, terms, by=by)
    timeline.write(case, timeline.Event(kind=Kind.CASE_OPENED, title=_("Case opened")), by=by)
    audit.record("case.open", by=by, target="cases.Case", uuids=[case.uuid])
    return case


@one_transaction
def open_child_case(new: NewChild, *, team: Team, lawful_basis: str, by: Acting) -> Case:
    """Record a child and open their case, both or neither. Raises what the two raise."""
    child = record_child(new, team=team, by=by)
    return open_case(child, team=team, lawful_basis=lawful_basis, by=by)


def _must_be_own(team: Team, by: Acting) -> None:
    if team.pk not in by.team_ids:
        raise ValidationError(_("Nothing was saved. Choose one of your own teams to lead the case."))


def _insert(child: Child, team: Team) -> Case:
    try:
        with transaction.atomic():
            return Case.objects.create(
                child=child,
                reference=references.new_reference(),
                lead_agency=team.agency,
                allocated_team=team,
                profile=deadlines.profile_for_new_case(),
            )
    except IntegrityError as error:
        if "case_one_open_per_child" not in str(error):
            raise
        raise ValidationError(
            _("A case could not be opened, and nothing was saved. Ask the children’s social care duty desk.")
        ) from None


@one_transaction
def close_case(case: Case, *, reason: str, by: Acting) -> None:
    """Close ``case``. Raises Http404 below the lead level and ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError(_("The case is still open. Say why it is closed."))
    case = lock_as(by, case, AccessLevel.LEAD)
    case.status, case.closed_at = Case.Status.CLOSED, timezone.now()
    case.save(update_fields=["status", "closed_at", "updated_at"])
    event = timeline.Event(kind=Kind.CASE_CLOSED, title=_("Case closed"), body=reason)
    timeline.write(case, event, by=by)
    audit.record("case.close", by=by, target="cases.Case", uuids=[case.uuid])
