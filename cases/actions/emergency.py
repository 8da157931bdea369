"""Emergency access: see a case at once, with a reason, for a short time, in full view of its lead."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.actions.notices import link_to
from agencies.models import Membership
from agencies.roles import Can
from cases import access, beyond_sight, references, timeline
from cases.actions.grants import lock
from cases.event_kinds import Kind
from cases.models import Case, CaseExclusion, CaseUserGrant
from cases.querysets import live
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.models import AuditRow
from safeguard.notifications.actions import Note, put_in_inbox, send_email

LASTS = timedelta(hours=4)
TRIES_AN_HOUR = 10
UNANSWERED = (
    "No open case can be shown for this reference. Check it with whoever gave it to you, or call the duty desk."
)


@one_transaction
def take_emergency_access(reference: str, *, reason: str, by: Acting) -> Case:
    """Let ``by`` see the open case with that reference for LASTS. Returns the case.

    The lead team and the information governance leads of both agencies are told at once, the timeline
    says so, and a review follows. Raises ValidationError without a reason, and with the same words for
    a misread reference, a closed case and a case from which ``by`` is excluded; for somebody without a
    team, who could not be named on the timeline, before the reference is looked at.
    """
    if not by.team_ids:
        raise ValidationError(_("You have no access yet: you are in no team. Ask your agency’s manager to add you."))
    if not reason.strip():
        raise ValidationError(_("You have no access yet. Say why you cannot wait for the team that leads the case."))
    _must_not_be_guessing(by)
    digits = references.normalised(reference)
    opened = beyond_sight.take_emergency_access(digits, reason, LASTS) if digits else None
    if opened is None:
        audit.record_refusal("case.emergency_access", by=by, target="cases.Case")
        raise ValidationError(_(UNANSWERED))
    case = lock(access.case(by, opened.uuid), by=by)
    title = _("%(name)s took emergency access") % {"name": by.user.name}
    lead = (case.allocated_team,) if case.allocated_team else ()
    audience = timeline.Audience(mask=timeline.AUTHORS_TEAM_ONLY, teams=lead)
    event = timeline.Event(kind=Kind.EMERGENCY_ACCESS, title=title, body=reason, audience=audience)
    timeline.write(case, event, by=by)
    audit.record("case.emergency_access", by=by, target="cases.Case", uuids=[case.uuid], reason=reason)
    _tell(case, opened, by)
    return case


def _must_not_be_guessing(by: Acting) -> None:
    tried = AuditRow.objects.filter(
        action="case.emergency_access", kind="refusal", user_id=by.user_id, at__gt=Now() - timedelta(hours=1)
    ).count()
    if tried >= TRIES_AN_HOUR:
        audit.record_refusal("case.emergency_access.limit", by=by, target="cases.Case")
        raise ValidationError(_("You have tried too many references in the last hour. Call the duty desk."))


def _tell(case: Case, opened: beyond_sight.Opened, by: Acting) -> None:
    note = Note(
        kind="case.emergency_access",
        subject=_("Emergency access was taken to case %(case)s") % {"case": case.spoken_reference},
        body="",
        path=reverse("cases:emergency_reviews"),
    )
    leads = _leads(case, opened)
    governing = Membership.objects.live().holding(Can.GOVERN_INFORMATION).select_related("user")
    governing = governing.filter(agency__in=[opened.lead_agency, by.agency_id])
    # past the door: who is kept out is told nothing
    excluded = set(CaseExclusion.objects.filter(case=case).values_list("user", flat=True))
    for member in {each for each in [*leads, *governing] if each.user_id not in excluded}:
        path = note.path if member in governing else reverse("cases:access", args=[case.uuid])
        each = Note(kind=note.kind, subject=note.subject, body="", path=path)
        key = f"case.emergency:{case.uuid}:{by.origin.request_id}:{by.user_id}:{member.pk}"
        put_in_inbox(each, recipient_id=member.user_id, dedupe_key=key, agency_id=member.agency_id)
        if member.user.email:
            body = _("See who took it, to what and why: %(link)s") % {"link": link_to(path)}
            mail = Note(kind=note.kind, subject=note.subject, body=body)
            send_email(mail, address=member.user.email, dedupe_key=key, recipient_id=member.user_id)


def _leads(case: Case, opened: beyond_sight.Opened) -> QuerySet[Membership]:
    # Of a restricted case its own team may know nothing: those named on it are told.
    if case.restricted:
        # past the door: those named are told
        named = CaseUserGrant.objects.filter(live(), content_object=case, kind=CaseUserGrant.Kind.NAMED)
        return Membership.objects.live().filter(user__in=named.values("user")).select_related("user")
    leads = Membership.objects.live().holding(Can.WORK_CASES).filter(teams__group=opened.lead_group)
    return leads.select_related("user")


@one_transaction
def review(grant: UUID, *, note: str, by: Acting) -> None:
    """Close the review of an emergency access with its ``note``.

    Raises Http404 where there is no such review for ``by``, and ValidationError without a note.
    """
    if not note.strip():
        raise ValidationError(_("The review is still open. Write what you found."))
    if not beyond_sight.review_emergency(grant, note):
        audit.record_refusal("case.review_emergency", by=by, target="cases.CaseUserGrant", uuids=[grant])
        raise Http404
    audit.record("case.review_emergency", by=by, target="cases.CaseUserGrant", uuids=[grant])
