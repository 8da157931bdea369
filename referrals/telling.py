"""Who hears of a step: the referrer of what triage does, triage of what the referrer does. Notes name no child."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agencies import desks
from agencies.acting import Acting
from agencies.actions.notices import link_to
from agencies.models import ContactPoint, Membership, User
from agencies.roles import Can
from referrals import access, beyond_sight
from referrals.codes import Urgency
from referrals.lifecycle import TRANSITIONS, Action, Side
from referrals.models import AgencyCheck, ChallengeStep, Referral, ReferralStep
from safeguard.notifications.actions import Note, put_in_inboxes, send_email

# What the referrer's side is told; of what is not here it hears nothing.
TO_SENDER: Mapping[str, str | Promise] = {
    Action.ACKNOWLEDGE: gettext_lazy("Your referral %(reference)s was acknowledged"),
    Action.TAKE: gettext_lazy("Your referral %(reference)s is in triage"),
    Action.ASK: gettext_lazy("There is a question about your referral %(reference)s"),
    Action.FEED_BACK: gettext_lazy("Your referral %(reference)s was decided"),
    Action.CLOSE: gettext_lazy("Your referral %(reference)s was closed"),
    Action.REOPEN: gettext_lazy("Your referral %(reference)s was opened again"),
}
# Of what a professional without an account can read with the receipt.
TO_REPORTER = {Action.ACKNOWLEDGE, Action.FEED_BACK}
TO_RECEIVER: Mapping[str, str | Promise] = {
    Action.ANSWER: gettext_lazy("Referral %(reference)s: your question was answered"),
    Action.WITHDRAW: gettext_lazy("Referral %(reference)s was withdrawn"),
    Action.REOPEN: gettext_lazy("Referral %(reference)s was opened again"),
}
OF_CHALLENGE: Mapping[str, str | Promise] = {
    ChallengeStep.Kind.RAISE: gettext_lazy("The decision on referral %(reference)s is challenged"),
    ChallengeStep.Kind.ANSWER: gettext_lazy("Your challenge of the decision on referral %(reference)s was answered"),
    ChallengeStep.Kind.SETTLE: gettext_lazy("The challenge of the decision on referral %(reference)s is settled"),
}
# The stage from which managers answer: see challenge.py.
FOR_MANAGERS = 2
TO_MANAGER: Mapping[str, str | Promise] = {
    Action.PROPOSE: gettext_lazy("Referral %(reference)s waits for your signature"),
}


def tell(referral: Referral, step: ReferralStep, *, by: Acting) -> None:
    """Tell the other side of ``step``, once, in the inbox; the referrer also by e-mail."""
    # By the side that acted, not by its agency: a team may refer to its own agency's triage.
    is_senders_step = TRANSITIONS[Action(step.action)].sides & access.sides(by, referral) == {Side.REFERRER}
    if not is_senders_step and step.action in TO_SENDER:
        tell_sender = _tell_senders if referral.is_from_account else _tell_reporter
        tell_sender(referral, step, str(TO_SENDER[step.action]), by)
    if step.action in TO_MANAGER:
        _put(referral, step, str(TO_MANAGER[step.action]), _holding(referral, Can.MANAGE_WORK), by)
    if (is_senders_step or step.action == Action.ANSWER) and step.action in TO_RECEIVER:
        _put(referral, step, str(TO_RECEIVER[step.action]), _receivers(referral), by)


def tell_of_new(referral: Referral, *, count: int, skip: frozenset[int] = frozenset()) -> None:
    """Tell who works in triage, except ``skip``, that a form of ``count`` children came; the desk too where urgent.

    ``referral`` is one of them: its bundle, urgency and receiver are asked for.
    """
    urgent = referral.urgency == Urgency.DANGER
    subject = ngettext("%(count)d new referral", "%(count)d new referrals", count) % {"count": count}
    if urgent:
        subject = _("%(subject)s: a child may be in danger now") % {"subject": subject}
    note = Note(kind="referral.received", subject=subject, body="", path=reverse("referrals:queue"))
    occasion = f"referral.received:{referral.bundle}"
    people = _holding(referral, Can.TRIAGE) - skip
    alone = not people  # nobody in triage: its managers must see to it, and the duty desk
    people = people or managers_of(referral) - skip
    put_in_inboxes(note, recipient_ids=people, occasion=occasion, agency_id=referral.to_agency_id)
    if urgent or alone:
        _mail_duty_desk(referral, subject, str(referral.bundle))


def tell_desk_of_danger(referral: Referral) -> None:
    """Write to the duty desk that a referral that was opened again may be about a child in danger."""
    subject = _("Referral %(reference)s was opened again: a child may be in danger now")
    occasion = f"{referral.bundle}:{referral.version}"
    _mail_duty_desk(referral, subject % {"reference": referral.spoken_reference}, occasion)


def tell_nobody_left(referral: Referral) -> None:
    """Write to the duty desk that nobody of the agency may work on a referral: each is kept out of it."""
    subject = _("Nobody of your agency may work on referral %(reference)s: each is kept out of it")
    occasion = f"nobody:{referral.uuid}:{referral.version}"
    _mail_duty_desk(referral, subject % {"reference": referral.spoken_reference}, occasion)


def _mail_duty_desk(referral: Referral, subject: str, occasion: str) -> None:
    desks_of = ContactPoint.objects.filter(agency=referral.to_agency_id, kind=ContactPoint.Kind.DUTY_DESK)
    desk = desks_of.exclude(email="").first()
    if desk:
        body = _("Open the queue of referrals: %(link)s") % {"link": link_to(reverse("referrals:queue"))}
        note = Note(kind="referral.urgent", subject=subject, body=body)
        send_email(note, address=desk.email, dedupe_key=f"referral.urgent:{occasion}")


def tell_of_case(referral: Referral, case: UUID, *, by: Acting) -> None:
    """Tell the referrer's team that it is involved in the case that came of its referral."""
    subject = _("Your team is involved in the case that came of referral %(reference)s")
    people = _team_of(referral)
    note = Note(
        kind="referral.case",
        subject=subject % {"reference": referral.spoken_reference},
        body="",
        path=reverse("cases:detail", args=[case]),
    )
    told = people - access.kept_out(referral) - {by.user_id}
    occasion = f"referral.case:{referral.uuid}"
    put_in_inboxes(note, recipient_ids=told, occasion=occasion, agency_id=referral.from_agency_id)


def tell_of_owed(referral: Referral, *, by: Acting) -> None:
    """Tell the managers that a later decision is still to be put on the case, which its maker does not work on."""
    subject = _("Referral %(reference)s was decided again: somebody must put the decision on its case")
    _put_to_work(referral, "referral.owed", subject, managers_of(referral) - {by.user_id})


def tell_of_challenge(referral: Referral, made: ChallengeStep, *, by: Acting) -> None:
    """Tell the other side of a step of a challenge: triage or its managers, or the referrer's team and its writer."""
    subject = str(OF_CHALLENGE[made.kind]) % {"reference": referral.spoken_reference}
    at, agency = "referrals:triage", referral.to_agency_id
    people = _receivers(referral) if made.stage < FOR_MANAGERS else managers_of(referral)
    if made.kind == ChallengeStep.Kind.ANSWER:
        at, agency = "referrals:referral", cast("int", referral.from_agency_id)  # only an agency challenges
        people = _team_of(referral) | _writer(referral)
    note = Note(kind="referral.challenge", subject=subject, body="", path=reverse(at, args=[referral.uuid]))
    told = people - access.kept_out(referral) - {by.user_id}
    put_in_inboxes(note, recipient_ids=told, occasion=f"referral.challenge:{made.uuid}", agency_id=agency)


def tell_of_check(check: AgencyCheck, *, by: Acting) -> None:
    """Tell whoever asked, and whoever has the referral, that another agency answered; they see it, ``by`` does not."""
    found = beyond_sight.told_of_check(check.pk)
    if found is None:
        return
    reference = f"R {found.reference[:4]} {found.reference[4:]}"
    title = _("Referral %(reference)s: an agency answered what you asked") % {"reference": reference}
    path = reverse("referrals:triage", args=[found.referral])
    note = Note(kind="agency_check.answered", subject=title, body="", path=path)
    people = {user for user in (found.asked_by_id, found.held_by_id) if user} - set(found.excluded) - {by.user_id}
    working = Membership.objects.live().filter(agency=found.agency_id, user__in=people, user__is_active=True)
    told = set(working.values_list("user", flat=True))
    occasion = f"agency_check.answered:{check.uuid}"
    put_in_inboxes(note, recipient_ids=told, occasion=occasion, agency_id=found.agency_id)


def tell_let_in(referral: Referral, people: set[int]) -> None:
    """Tell those who were kept out of a referral for now that it is theirs to work on again."""
    subject = _("Referral %(reference)s is in your queue again")
    _put_to_work(referral, "referral.let_in", subject, people)


def _put_to_work(referral: Referral, kind: str, subject: str, people: set[int]) -> None:
    title = subject % {"reference": referral.spoken_reference}
    note = Note(kind=kind, subject=title, body="", path=reverse("referrals:triage", args=[referral.uuid]))
    told = people - access.kept_out(referral)
    occasion = f"{kind}:{referral.uuid}:{referral.version}"
    put_in_inboxes(note, recipient_ids=told, occasion=occasion, agency_id=referral.to_agency_id)


def managers_of(referral: Referral) -> set[int]:
    """Return the keys of the managers of the receiving agency's work."""
    return _holding(referral, Can.MANAGE_WORK)


def _tell_senders(referral: Referral, step: ReferralStep, subject: str, by: Acting) -> None:
    people = _team_of(referral)
    found = User.objects.filter(pk__in=_writer(referral)).first()
    path = reverse("referrals:referral", args=[referral.uuid])
    _put(referral, step, subject, people | ({found.pk} if found else set()), by, path=path)
    if found and found.pk not in access.kept_out(referral) | {by.user_id}:
        title = subject % {"reference": referral.spoken_reference}
        body = _("Read it, and what happens next: %(link)s") % {"link": link_to(path)}
        note = Note(kind=f"referral.{step.action}", subject=title, body=body)
        key = f"referral.step:{step.uuid}"
        send_email(note, address=found.email, dedupe_key=key, recipient_id=found.pk)


def _writer(referral: Referral) -> set[int]:
    active = User.objects.filter(is_active=True, memberships__in=_held_at(referral))
    return set(active.filter(pk__in=[referral.submitted_by_id]).values_list("pk", flat=True))


def _team_of(referral: Referral) -> set[int]:
    team = referral.from_team_id
    return {member.user_id for member in desks.who_answer(team)} if team else set()


def _tell_reporter(referral: Referral, step: ReferralStep, subject: str, by: Acting) -> None:
    """Write to a professional without an account, at the work address that they confirmed; it says nothing of it."""
    found = access.reporter_of(by, referral)
    if found is None or found.email_confirmed_at is None or step.action not in TO_REPORTER:
        return
    if step.action == Action.FEED_BACK and found.called_back_at is None:
        return  # whose address it is, nobody has checked: see tell_released
    link = link_to(reverse("referrals:public_status"))
    body = _("Open it with your reference and the secret of your receipt: %(link)s") % {"link": link}
    title = subject % {"reference": referral.spoken_reference}
    note = Note(kind=f"referral.{step.action}", subject=title, body=body)
    send_email(note, address=found.email, dedupe_key=f"referral.step:{step.uuid}")


def tell_released(referral: Referral, told: ReferralStep, *, by: Acting) -> None:
    """Write to a professional without an account who was called back after the outcome was told."""
    _tell_reporter(referral, told, str(TO_SENDER[Action.FEED_BACK]), by)


def _held_at(referral: Referral) -> Any:
    return Membership.objects.live().filter(agency=referral.from_agency_id)


def _receivers(referral: Referral) -> set[int]:
    working = _holding(referral, Can.TRIAGE) - access.kept_out(referral)
    held = {user for user in (referral.held_by_id,) if user in working}
    return held or working or managers_of(referral)


def _holding(referral: Referral, capability: Can) -> set[int]:
    found = Membership.objects.live().holding(capability).filter(agency=referral.to_agency_id, user__is_active=True)
    return set(found.values_list("user", flat=True))


def _put(referral: Referral, step: ReferralStep, subject: str, people: set[int], by: Acting, *, path: str = "") -> None:
    kept = access.kept_out(referral) | {by.user_id}
    title = subject % {"reference": referral.spoken_reference}
    at = path or reverse("referrals:triage", args=[referral.uuid])
    note = Note(kind=f"referral.{step.action}", subject=title, body="", path=at)
    agency = referral.from_agency_id if path else referral.to_agency_id
    put_in_inboxes(note, recipient_ids=people - kept, occasion=f"referral.step:{step.uuid}", agency_id=agency)
