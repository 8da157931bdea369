"""Restricting a case to named people, and keeping a person with a conflict of interest out of it."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.models import Membership, Team, User
from agencies.roles import Can
from cases import timeline
from cases.actions import grants
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, CaseExclusion, CaseUserGrant
from cases.querysets import live
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox


@one_transaction
def restrict(case: Case, *, people: Sequence[User], duty_team: Team, reason: str, by: Acting) -> None:
    """Let only ``people`` (and ``by``) see ``case`` from now on; ``duty_team`` answers out of hours.

    Raises Http404 below the lead level; ValidationError without a reason or without anybody named.
    """
    if not reason.strip() or not people:
        raise ValidationError(_("The case is not restricted. Say why, and name at least one person who may see it."))
    case = grants.lock_as(by, case, AccessLevel.LEAD)
    held = grants.levels_of(case)
    for person in {by.user, *people}:
        # Being named lets a person go on with what they could do, and no more.
        level = AccessLevel(held.get(person.pk, AccessLevel.VIEW))
        terms = grants.PersonalTerms(kind=CaseUserGrant.Kind.NAMED, level=level, reason=reason)
        grants.name_person(case, person, terms, by=by)
    grants.end_named(case, but={by.user, *people})
    case.restricted, case.duty_team = True, duty_team
    case.save(update_fields=["restricted", "duty_team", "updated_at"])
    _tell(case, Kind.RESTRICTED, _("Case restricted to named people"), reason, by)


@one_transaction
def lift_restriction(case: Case, *, reason: str, by: Acting) -> None:
    """Let the involved teams see ``case`` again; people named for the restriction keep no personal grant.

    Raises Http404 below the lead level and ValidationError without a reason.
    """
    if not reason.strip():
        raise ValidationError(_("The case is still restricted. Say why the restriction ends."))
    case = grants.lock_as(by, case, AccessLevel.LEAD)
    case.restricted, case.duty_team = False, None
    _tell(case, Kind.RESTRICTION_LIFTED, _("Restriction ended"), reason, by)
    case.save(update_fields=["restricted", "duty_team", "updated_at"])
    grants.end_named(case)


@one_transaction
def exclude(case: Case, user: User, *, reason: str, by: Acting) -> None:
    """Keep ``user`` out of ``case`` and the child's record, whatever else they hold.

    Raises Http404 below the lead level; ValidationError without a reason, or when nobody who can act on
    the case would be left.
    """
    if not reason.strip():
        raise ValidationError(_("Nobody was excluded. Say what the conflict of interest is."))
    case = grants.lock_as(by, case, AccessLevel.LEAD)
    if not _others_who_can_act(case, besides=user):
        raise ValidationError(
            _("Nobody was excluded: no one would be left who can act on the case. Add another lead first.")
        )
    # Told first: somebody who excludes themselves may write nothing afterwards.
    _tell(case, Kind.EXCLUDED, _("A person was excluded from the case"), reason, by, said=False)
    CaseExclusion.objects.get_or_create(
        case=case,
        user=user,
        from_same_child=False,
        defaults={"child_id": case.child_id, "reason": reason, "excluded_by": by.user},
    )
    _tell_left_alone(case.child_id)


@one_transaction
def lift_exclusion(exclusion: CaseExclusion, *, reason: str, by: Acting) -> None:
    """End an exclusion. Raises Http404 below the lead level and ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError(_("The exclusion goes on. Say why it ends."))
    case = grants.lock_as(by, exclusion.case, AccessLevel.LEAD)
    exclusion.delete()
    _tell(case, Kind.EXCLUSION_LIFTED, _("An exclusion ended"), reason, by, said=False)


def _tell_left_alone(child: int) -> None:
    """Tell an agency that leads a case of another record of ``child`` when nobody of its own can act on it any more.

    The exclusion holds there too. Which case, of whom and by whom stands nowhere: managers ask who leads their cases.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT case_uuid, agency_id, kept_out FROM cases_left_alone(%s)", [child])
        alone = cursor.fetchall()
    subject = _("Nobody of your agency can act on one of the cases that it leads: look at who works on them")
    note = Note(kind="case.left_alone", subject=subject, body="")
    for case, agency, kept_out in alone:
        managers = Membership.objects.live().holding(Can.MANAGE_WORK).filter(agency=agency)
        for user in managers.exclude(user__in=kept_out).values_list("user", flat=True):
            key = f"case.left_alone:{case}:{localdate()}:{user}"
            put_in_inbox(note, recipient_id=user, dedupe_key=key, agency_id=agency)


def _others_who_can_act(case: Case, *, besides: User) -> set[int]:
    """Return the ids of the people other than ``besides`` who can lead ``case`` today."""
    # past the door: everybody is counted, nobody is shown
    excluded = set(CaseExclusion.objects.filter(case=case).values_list("user", flat=True)) | {besides.pk}
    # past the door: everybody is counted, nobody is shown
    named = CaseUserGrant.objects.filter(live(), content_object=case, level=AccessLevel.LEAD)
    working = Membership.objects.live().holding(Can.WORK_CASES).values("user")
    people = set(named.filter(user__in=working).values_list("user", flat=True))
    if not case.restricted:
        groups = grants.leading_groups(case).values("group")
        members = User.objects.filter(is_active=True, groups__in=groups, pk__in=working)
        people |= set(members.values_list("pk", flat=True))
    return people - excluded


def _tell(case: Case, kind: Kind, title: str, reason: str, by: Acting, *, said: bool = True) -> None:
    # Why somebody is kept out stays with the audit: they would read it once they are let in again.
    body = reason if said else ""
    event = timeline.Event(kind=kind, title=title, body=body, audience=timeline.OWN_TEAM)
    timeline.write(case, event, by=by)
    audit.record(f"case.{kind}", by=by, target="cases.Case", uuids=[case.uuid], reason=reason)
