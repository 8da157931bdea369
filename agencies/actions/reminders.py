"""How people are reminded: their own choice, the days on which they are away, and what their agency allows."""

from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import access
from agencies.acting import Acting
from agencies.models import Absence, Agency, Membership, ReminderChoice, ReminderRules
from safeguard.audit.actions import one_transaction, record

LONGEST = timedelta(days=366)


def rules_of(agency: Agency) -> ReminderRules:
    """Return what the agency lets its people choose."""
    return ReminderRules.objects.filter(agency=agency).first() or ReminderRules(agency=agency)


def choice_of(membership: Membership) -> ReminderChoice:
    """Return how the member wants to be reminded."""
    return ReminderChoice.objects.filter(membership=membership).first() or ReminderChoice(membership=membership)


def deputies_of(membership: Membership) -> list[Membership]:
    """Return who could act for the member: colleagues of the agency who work with cases, by name."""
    colleagues = Membership.objects.live().filter(agency=membership.agency_id, user__is_active=True)
    found = colleagues.exclude(pk=membership.pk).select_related("user").order_by("user__name", "pk")
    return [each for each in found if access.works_with_cases(each)]


@one_transaction
def choose(*, digest: bool, sms: bool, by: Acting) -> None:
    """Choose how ``by`` is reminded under the membership that they act under.

    Raises Http404 without one; ValidationError for what the agency does not allow, and for SMS without a number.
    """
    membership = access.acted_for_membership(by)
    rules = rules_of(membership.agency)
    if digest and not rules.allows_digest:
        raise ValidationError(_("Nothing was changed. Your agency has each reminder sent at once."))
    if sms and not rules.allows_sms:
        raise ValidationError(_("Nothing was changed. Your agency does not use text messages."))
    if sms and not by.user.phone:
        raise ValidationError(_("Nothing was changed. Add your work phone to your profile first."))
    ReminderChoice.objects.update_or_create(membership=membership, defaults={"digest": digest, "sms": sms})
    record("reminder.choose", by=by, target="agencies.Membership", uuids=[membership.uuid])


@one_transaction
def add_absence(*, first_day: date, last_day: date, deputy: Membership | None, by: Acting) -> Absence:
    """Say that ``by`` is away, and who acts for them: the deputy is reminded instead, of what they may see.

    Raises Http404 without a membership; ValidationError for days that cannot be, and for a deputy who is no colleague.
    """
    membership = access.acted_for_membership(by)
    if last_day < first_day:
        raise ValidationError(_("Nothing was saved. The last day is before the first: check both."))
    if last_day < timezone.localdate() or last_day - first_day > LONGEST:
        raise ValidationError(_("Nothing was saved. Choose days from today on, a year at most."))
    if deputy is not None and deputy not in deputies_of(membership):
        raise ValidationError(_("Nothing was saved. Choose a colleague who works with cases."))
    made = Absence.objects.create(membership=membership, first_day=first_day, last_day=last_day, deputy=deputy)
    record("absence.add", by=by, target="agencies.Absence", uuids=[made.uuid, membership.uuid])
    return made


@one_transaction
def remove_absence(absence: Absence, *, by: Acting) -> None:
    """Take back that ``by`` is away. Raises Http404 for somebody else's."""
    access.check_own_absence(by, absence)
    record("absence.remove", by=by, target="agencies.Absence", uuids=[absence.uuid])
    absence.delete()


@one_transaction
def set_rules(agency: Agency, *, allows_digest: bool, allows_sms: bool, digest_at: time, by: Acting) -> None:
    """Set what the agency's people may choose. Raises Http404 for who does not manage its people."""
    access.check_manages(by, agency.pk)
    values = {"allows_digest": allows_digest, "allows_sms": allows_sms, "digest_at": digest_at}
    ReminderRules.objects.update_or_create(agency=agency, defaults=values)
    record("reminder.rules", by=by, target="agencies.Agency", uuids=[agency.uuid])
