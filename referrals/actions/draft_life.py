"""What becomes of a draft that is not sent: a colleague goes on with it, or it is deleted after a warning."""

from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.actions.notices import link_to
from agencies.models import Membership, User
from agencies.roles import Can, roles_with
from referrals import beyond_sight
from referrals.models import ReferralDraft
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.audit.actor import Actor
from safeguard.notifications.actions import Note, put_in_inbox, send_email

MOST = 200  # drafts a wake-up; the next one goes on


def who_can_take_over(by: Acting) -> QuerySet[User]:
    """Return the colleagues of ``by``'s agency who may refer children, by name."""
    referring = Membership.objects.live().holding(Can.REFER).filter(agency=by.agency_id)
    return User.objects.filter(pk__in=referring.values("user"), is_active=True).exclude(pk=by.user.pk).order_by("name")


@one_transaction
def hand_over(draft: ReferralDraft, person: User, *, by: Acting) -> None:
    """Give ``by``'s own draft to a colleague, who is told; from then on it is theirs alone.

    Raises ValidationError for whoever does not refer children at ``by``'s agency, for somebody who must not see the
    referral, and where the draft was sent, discarded or handed over meanwhile.
    """
    own = ReferralDraft.objects.visible_to(by).select_for_update().filter(pk=draft.pk).first()
    if own is not None and _must_not_see(own, person):
        raise ValidationError(
            _("Nothing was handed over: %(name)s is named in the draft as somebody who must not see it.")
            % {"name": person.name}
        )
    if own is None or not beyond_sight.hand_draft(own.uuid, person.pk, roles_with(Can.REFER)):
        raise ValidationError(
            _("Nothing was handed over: the draft was sent, discarded or handed to a colleague, or this person does not"
              " refer children at your agency. Open your referrals anew.")
        )  # fmt: skip
    detail = {"person": str(person.uuid)}
    audit.record("referral_draft.hand", by=by, target="referrals.ReferralDraft", uuids=[own.uuid], detail=detail)
    subject = _("%(name)s handed you the draft of a referral: it is not sent yet") % {"name": by.user.name}
    path = reverse("referrals:draft", args=[own.uuid])
    note = Note(kind="referral_draft.handed", subject=subject, body="", path=path)
    key = f"referral_draft.handed:{own.uuid}:{person.pk}:{timezone.now().timestamp()}"
    put_in_inbox(note, recipient_id=person.pk, dedupe_key=key, agency_id=cast("int", by.agency_id))


@one_transaction
def warn(*, by: Actor) -> int:
    """Tell everybody whose draft nobody has touched for long that it will be deleted; return how many drafts."""
    now = timezone.now()
    quiet = timedelta(days=settings.REFERRAL_DRAFT_DAYS - settings.REFERRAL_DRAFT_WARNING_DAYS)
    found = beyond_sight.warn_of_drafts(now - quiet, MOST)
    for each in found:
        _tell(each, now + timedelta(days=settings.REFERRAL_DRAFT_WARNING_DAYS))
    if found:
        uuids = [each.uuid for each in found]
        audit.record("referral_draft.warn", by=by, target="referrals.ReferralDraft", uuids=uuids)
    return len(found)


@one_transaction
def delete_warned(*, by: Actor) -> int:
    """Delete the drafts that nobody has touched since their writers were warned in time; return how many."""
    now = timezone.now()
    warned = now - timedelta(days=settings.REFERRAL_DRAFT_WARNING_DAYS)
    gone = beyond_sight.forget_drafts(now - timedelta(days=settings.REFERRAL_DRAFT_DAYS), warned, MOST)
    if gone:
        audit.record("referral_draft.expire", by=by, target="referrals.ReferralDraft", uuids=gone)
    return len(gone)


def _must_not_see(draft: ReferralDraft, person: User) -> bool:
    named = draft.content.get("referrer", {}).get("fields", {}).get("kept_from", [])
    return str(person.uuid) in named


def _tell(draft: beyond_sight.QuietDraft, until: datetime) -> None:
    subject = _("A draft of a referral will be deleted on %(date)s") % {"date": date_format(timezone.localtime(until))}
    path = reverse("referrals:draft", args=[draft.uuid])
    body = _(
        "You have not sent it, and nobody has read it. If a child needs help, send it now; to keep it, open it and save"
        " a part: %(link)s"
    ) % {"link": link_to(path)}
    note = Note(kind="referral_draft.expires", subject=subject, body=body, path=path)
    key = f"referral_draft.expires:{draft.uuid}:{draft.saved_at.timestamp()}"
    put_in_inbox(note, recipient_id=draft.user_id, dedupe_key=key, agency_id=draft.agency_id)
    address = User.objects.get(pk=draft.user_id).email
    send_email(note, address=address, dedupe_key=f"{key}:mail", recipient_id=draft.user_id)
