"""Bringing a team into a case and ending its part."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Team
from cases import timeline
from cases.actions import grants
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Involvement
from cases.querysets import ongoing
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what terms a team is involved: level, from when until when, why, and on what lawful basis."""

    level: AccessLevel = AccessLevel.VIEW
    purpose: str
    lawful_basis: str
    since: datetime | None = None
    until: datetime | None = None
    confidential: bool = False


@one_transaction
def involve(case: Case, team: Team, terms: Terms, *, by: Acting) -> Involvement:
    """Bring ``team`` into ``case``; its members see the case on their next request.

    Raises Http404 below the lead level; ValidationError when the term ends before it begins, when purpose
    or lawful basis is missing, or when the team is involved already.
    """
    _check(terms)
    case = grants.lock_as(by, case, AccessLevel.LEAD)
    if Involvement.objects.visible_to(by).filter(ongoing(), case=case, team=team).exists():
        raise ValidationError(_("Nothing was changed: that team is involved already. End its part first."))
    involvement = add_involvement(case, team, terms, by=by)
    title = _("%(team)s of %(agency)s became involved") % {"team": team.name, "agency": team.agency.name}
    event = timeline.Event(kind=Kind.TEAM_INVOLVED, title=title, body=terms.purpose)
    _tell(involvement, event, by)
    return involvement


def add_involvement(case: Case, team: Team, terms: Terms, *, by: Acting) -> Involvement:
    """Add the involvement and its grant. The caller has locked or just made ``case``, and checked ``by``."""
    try:
        with transaction.atomic():
            involvement = Involvement.objects.create(
                case=case,
                team=team,
                level=terms.level,
                since=terms.since or timezone.now(),
                until=terms.until,
                purpose=terms.purpose,
                lawful_basis=terms.lawful_basis,
                confidential=terms.confidential,
                started_by=by.user,
            )
    except IntegrityError as error:
        if "involvement_no_overlap" not in str(error):
            raise
        raise ValidationError(_("Nothing was changed. Ask the team’s duty desk.")) from None
    grants.derive(involvement)
    audit.record("involvement.start", by=by, target="cases.Involvement", uuids=[involvement.uuid, case.uuid])
    return involvement


def _check(terms: Terms) -> None:
    if not terms.purpose.strip() or not terms.lawful_basis.strip():
        raise ValidationError(_("Nothing was saved. Give the purpose and the lawful basis of the involvement."))
    if terms.until and terms.until <= (terms.since or timezone.now()):
        raise ValidationError(_("Nothing was saved. The involvement must end after it begins."))


@one_transaction
def end_involvement(involvement: Involvement, *, reason: str, by: Acting) -> None:
    """End a team's part in a case now; its members see nothing of it on their next request.

    Raises Http404 below the lead level; ValidationError without a reason, or when nobody who can lead
    the case would be left.
    """
    if not reason.strip():
        raise ValidationError(_("The involvement goes on. Say why it ends."))
    case = grants.lock_as(by, involvement.case, AccessLevel.LEAD)
    _refuse_without_lead(case, besides=involvement)
    involvement.until = max(timezone.now(), involvement.since)
    involvement.ended_by, involvement.end_reason = by.user, reason
    event = timeline.Event(kind=Kind.INVOLVEMENT_ENDED, title=_ended_title(involvement), body=reason)
    _tell(involvement, event, by)
    audit.record(
        "involvement.end", by=by, target="cases.Involvement", uuids=[involvement.uuid, case.uuid], reason=reason
    )
    involvement.save(update_fields=["until", "ended_by", "end_reason", "updated_at"])
    grants.end(involvement)


def _tell(involvement: Involvement, event: timeline.Event, by: Acting) -> None:
    # Of a confidential part not even the author's team may read, and an entry is always seen by that team.
    if not involvement.confidential:
        timeline.write(involvement.case, event, by=by)


def _ended_title(involvement: Involvement) -> str:
    return _("%(team)s is no longer involved") % {"team": involvement.team.name}


def _refuse_without_lead(case: Case, *, besides: Involvement) -> None:
    if not grants.leading_groups(case).exclude(share=besides).exists():
        raise ValidationError(
            _("Nothing was changed: no team would be left to lead the case. Name another lead first.")
        )
