"""Asking another agency about a child before a decision, and answering for one's agency."""

from typing import cast

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Agency, Membership
from referrals import access, access_checks, reminding_checks, telling
from referrals.actions.keeping import child_of
from referrals.lifecycle import Side
from referrals.models import AgencyCheck, Referral
from referrals.querysets import ANSWERS_CHECKS
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inboxes


def who_can_be_asked(by: Acting) -> QuerySet[Agency]:
    """Return the other agencies where somebody answers checks, by name."""
    answering = Membership.objects.none()
    for capability in ANSWERS_CHECKS:
        answering = answering | Membership.objects.live().holding(capability)
    return (
        Agency.objects.active().filter(pk__in=answering.values("agency")).exclude(pk=by.agency_id or 0).order_by("name")
    )


@one_transaction
def ask_agency(referral: Referral, agency: Agency, *, told: str, question: str, by: Acting) -> AgencyCheck:
    """Ask ``agency`` a question about the child of ``referral``; it reads ``told`` and the question and no more.

    The answer is wanted by the time of the decision. Raises Http404 for whoever is not in triage of it; ValidationError
    without words, for an agency where nobody answers, and once it is decided.
    """
    locked = access.locked(by, referral)
    if Side.TRIAGE not in access.sides(by, locked):
        raise access.refusal(by, locked.uuid)
    child_of(locked, by=by)
    if not locked.is_open:
        raise ValidationError(_("Nothing was asked: the referral is decided, or withdrawn. Open it anew."))
    if not (told.strip() and question.strip()):
        raise ValidationError(_("Nothing was asked. Say about whom, and what you ask."))
    if not who_can_be_asked(by).filter(pk=agency.pk).exists():
        raise ValidationError(_("Nothing was asked: nobody there answers here. Telephone them."))
    made = AgencyCheck.objects.create(
        referral=locked,
        agency=agency,
        asked_for_id=cast("int", by.agency_id),  # whoever is in triage acts for its agency
        told=told,
        question=question,
        asked_by=by.user,
        answer_by=reminding_checks.answer_by(locked, timezone.now()),
    )
    detail = {"agency": str(agency.uuid)}
    audit.record(
        "agency_check.ask", by=by, target="referrals.AgencyCheck", uuids=[made.uuid, locked.uuid], detail=detail
    )
    reminding_checks.asked(made)
    _tell_asked(made, locked)
    return made


@one_transaction
def answer_check(check: AgencyCheck, *, answer: str, by: Acting) -> None:
    """Answer for ``by``'s agency, once; triage is told. Raises Http404 for whoever is not asked.

    Raises ValidationError without words, and where it is answered.
    """
    found = access_checks.check_for(by, check.uuid)
    if not answer.strip():
        raise ValidationError(_("Nothing was saved. Write what your agency knows; “nothing is known” is an answer."))
    waiting = AgencyCheck.objects.visible_to(by).filter(pk=found.pk, agency=by.agency_id, answered_at__isnull=True)
    if not waiting.update(answer=answer, answered_by=by.user, answered_at=Now()):
        raise ValidationError(
            _("Nothing was saved, and your text is kept on this page: somebody of your agency has answered meanwhile.")
        )
    audit.record("agency_check.answer", by=by, target="referrals.AgencyCheck", uuids=[found.uuid])
    telling.tell_of_check(found, by=by)


def _tell_asked(check: AgencyCheck, referral: Referral) -> None:
    people: set[int] = set()
    for capability in ANSWERS_CHECKS:
        held = Membership.objects.live().holding(capability).filter(agency=check.agency_id, user__is_active=True)
        people |= set(held.values_list("user", flat=True))
    subject = _("%(agency)s asks your agency about a child") % {"agency": check.asked_for.name}
    note = Note(
        kind="agency_check.asked", subject=subject, body="", path=reverse("referrals:check_answer", args=[check.uuid])
    )
    told = people - access.kept_out(referral)
    occasion = f"agency_check.asked:{check.uuid}"
    put_in_inboxes(note, recipient_ids=told, occasion=occasion, agency_id=check.agency_id)
