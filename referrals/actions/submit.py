"""Sending a referral: one for each child, into the receiving agency's queue, with its clocks running."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies import desks
from agencies.acting import Acting
from agencies.actions.notices import link_to
from agencies.models import Agency, Team, User
from agencies.roles import Can
from cases.references import new_reference
from referrals import clocks, reminding, telling
from referrals.codes import Consent, Urgency
from referrals.lifecycle import Action, State
from referrals.models import Referral, ReferralDraft, ReferralRelative, ReferralStep
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, send_email

MOST_CHILDREN, MOST_RELATIVES = 8, 20
PARENTS = {"mother", "father"}
Fields = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Relative:
    """Somebody of the family: their fields, and the places in the form of the children whom they belong to."""

    fields: Fields
    of: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class NewReferral:
    """What a form holds: what is said of all children, of each child, and of the family; by the model's names.

    ``kept_from`` are people who must never see it.
    """

    shared: Fields
    children: Sequence[Fields]
    relatives: Sequence[Relative] = ()
    to_agency: Agency
    kept_from: tuple[User, ...] = field(default=())


@one_transaction
def send_draft(draft: ReferralDraft, new: NewReferral, *, by: Acting) -> list[Referral]:
    """Send ``new``, which is what ``draft`` holds, and delete the draft: both or neither.

    Raises what ``submit`` raises, and ValidationError where the draft was sent or changed in the meantime.
    """
    gone, _by_model = ReferralDraft.objects.visible_to(by).filter(pk=draft.pk, saved_at=draft.saved_at).delete()
    if not gone:
        raise ValidationError(
            _("Nothing was sent from this page: the draft was changed or sent in another window. Look at your"
              " referrals, and check the draft once more if it is still there.")
        )  # fmt: skip
    return _sent(new, by)


@one_transaction
def submit(new: NewReferral, *, by: Acting) -> list[Referral]:
    """Send one referral for each child of the form, all or none, and tell the sender and the receiving agency.

    Relatives go with the children whom they belong to and with nobody else. Raises ValidationError for what is
    missing or contradicts itself, and for somebody who may not refer.
    """
    return _sent(new, by)


def _sent(new: NewReferral, by: Acting) -> list[Referral]:
    _check(new, by)
    due = clocks.started((clocks.ACKNOWLEDGE, clocks.DECIDE), timezone.now())
    made = _insert(new, due.ends, by)
    _keep_out(made, new.kept_from)
    _add_relatives(made, new.relatives)
    _add_steps(made, by)
    reminding.clocks_started(made, due.profile)
    audit.record("referral.submit", by=by, target="referrals.Referral", uuids=[each.uuid for each in made])
    kept_out = frozenset(person.pk for person in new.kept_from)
    telling.tell_of_new(made[0], count=len(made), skip=kept_out | {by.user.pk})
    _tell_sender(made, by)
    return made


# --- What must hold -------------------------------------------------------------------------------


def _check(new: NewReferral, by: Acting) -> None:
    for is_wrong, message in (
        (not by.can(Can.REFER), _("your role does not refer.")),
        (by.membership is None or not by.team_ids, _("you are in no team. Ask your manager to add you to one.")),
        (not str(new.shared.get("facts", "")).strip(), _("say what happened: what you saw, heard or were told.")),
        (not new.children, _("add the child whom it is about; “not known” is an answer.")),
        (len(new.children) > MOST_CHILDREN, _("a form takes eight children; send a second one for the others.")),
        (len(new.relatives) > MOST_RELATIVES, _("a form takes twenty relatives.")),
        (by.user in new.kept_from, _("you cannot be kept from your own referral.")),
        (not _is_receiver(new.to_agency), _("it can be sent only to children’s social care.")),
        (_danger_unsaid(new.shared), _("a child is in danger: say whom you have telephoned, and when.")),
        (_consent_unsaid(new.shared), _("say why it is right to share without consent.")),
        (_twice(new.children), _("the same child is on the form twice. Remove one of them.")),
        (_younger_parent(new), _("a parent is younger than the child. Check the dates of birth.")),
    ):
        if is_wrong:
            raise ValidationError(_("Nothing was sent, and your draft is kept: %(problem)s") % {"problem": message})


def _is_receiver(agency: Agency) -> bool:
    return agency.status == Agency.Status.ACTIVE and agency.sector.code == desks.SOCIAL_CARE


def _danger_unsaid(shared: Fields) -> bool:
    return shared.get("urgency") == Urgency.DANGER and not shared.get("telephoned", "").strip()


def _consent_unsaid(shared: Fields) -> bool:
    given = shared.get("consent") == Consent.GIVEN
    return not given and not (shared.get("ground") and shared.get("ground_reason", "").strip())


def _twice(children: Sequence[Fields]) -> bool:
    known = [_identity(child) for child in children if child.get("given") or child.get("surname")]
    return len(known) != len(set(known))


def _identity(child: Fields) -> tuple[str, str, date | None, date | None]:
    names = (str(child.get(name, "")).strip().casefold() for name in ("given", "surname"))
    return (*names, child.get("born_on"), child.get("expected_on"))  # type: ignore[return-value]  # two names


def _younger_parent(new: NewReferral) -> bool:
    return any(
        relative.fields["kind"] in PARENTS and relative.fields.get("born_on") and born <= relative.fields["born_on"]
        for relative in new.relatives
        for number, child in enumerate(new.children)
        if number in relative.of and (born := child.get("born_on"))
    )


# --- The rows -------------------------------------------------------------------------------------


def _insert(new: NewReferral, due: Mapping[str, datetime], by: Acting) -> list[Referral]:
    now, bundle, team = timezone.now(), uuid4(), _sending_team(by)
    rows = [
        Referral(
            **new.shared,
            **child,
            priority=new.shared["urgency"],
            reference=new_reference(),
            bundle=bundle,
            submitted_by=by.user,
            from_agency_id=_agency(by),
            from_team_id=team,
            to_agency=new.to_agency,
            received_at=now,
            acknowledge_by=due.get(clocks.ACKNOWLEDGE),
            decide_by=due.get(clocks.DECIDE),
        )
        for child in new.children
    ]
    return Referral.objects.bulk_create(rows)


def sending_team(by: Acting) -> Team | None:
    """Return the team whose referrals ``by``'s are, and which reads them; None for whoever is in no team."""
    return Team.objects.filter(pk=_sending_team(by)).first() if by.team_ids else None


def _sending_team(by: Acting) -> int:
    # A school's referrals are its safeguarding team's, whoever writes them; elsewhere they are the writer's team's.
    school = by.membership is not None and by.membership.agency.sector.code == "education"
    found = desks.safeguarding_team(by.agency_id) if school and by.agency_id else None
    return found.pk if found else by.team_ids[0]


def _agency(by: Acting) -> int:
    return cast("int", by.agency_id)  # whoever is in a team acts for its agency


def _keep_out(made: Sequence[Referral], people: Sequence[User]) -> None:
    through: Any = Referral.kept_from.through
    through.objects.bulk_create(through(referral=row, user=person) for row in made for person in people)


def _add_relatives(made: Sequence[Referral], relatives: Sequence[Relative]) -> None:
    rows = [
        ReferralRelative(referral=row, **relative.fields)
        for number, row in enumerate(made)
        for relative in relatives
        if number in relative.of
    ]
    ReferralRelative.objects.bulk_create(rows)


def _add_steps(made: Sequence[Referral], by: Acting) -> None:
    rows = [
        ReferralStep(
            referral=row,
            action=Action.SUBMIT,
            state=State.SUBMITTED,
            made_by=by.user,
            made_for_id=_agency(by),
            made_at=row.received_at,
        )
        for row in made
    ]
    ReferralStep.objects.bulk_create(rows)


# --- Who is told ----------------------------------------------------------------------------------


def _tell_sender(made: Sequence[Referral], by: Acting) -> None:
    """Send the receipt: references and clocks, and nobody's name."""
    first = made[0]
    references = ", ".join(each.spoken_reference for each in made)
    path = reverse("referrals:receipt", args=[first.bundle])
    body = _(
        "%(agency)s has your referral: %(references)s.\n\nYou hear from them here. See how it stands, answer"
        " questions and read the decision: %(link)s\n\nIf a child is in danger now, call 999."
    ) % {"agency": first.to_agency.name, "references": references, "link": link_to(path)}
    note = Note(kind="referral.receipt", subject=_("Your referral was received"), body=body, path=path)
    key = f"referral.receipt:{first.bundle}"
    send_email(note, address=by.user.email, dedupe_key=key, recipient_id=by.user_id)
