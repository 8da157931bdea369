"""What a leaver holds of referrals, and how it passes on; what an audit leaves out."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.leaving import Holding
from agencies.models import Membership
from safeguard.audit import actions as audit
from safeguard.audit.actor import Actor
from safeguard.notifications.actions import Note, put_in_inbox


def referrals_held(membership: Membership) -> Iterable[Holding]:
    """Return how many referrals the member has in triage for their agency."""
    rows = _call("SELECT referrals_held(%s, %s)", membership)
    yield Holding(gettext_lazy("referrals that they have in triage"), int(rows[0][0]), reverse("referrals:queue"))


def pass_referrals_on(membership: Membership, *, by: Actor) -> None:
    """Put what the member has in triage back into the queue of their agency."""
    passed = [row[0] for row in _call("SELECT referrals_pass_on(%s, %s)", membership)]
    if passed:
        audit.record("referral.pass_to_queue", by=by, target="referrals.Referral", uuids=passed)


def drafts_held(membership: Membership) -> Iterable[Holding]:
    """Return how many referrals the member has begun to write for their agency."""
    rows = _call("SELECT referrals_drafts_held(%s, %s)", membership)
    label = gettext_lazy("referrals that they have not finished writing")
    yield Holding(label, int(rows[0][0]), reverse("referrals:mine"))


def pass_drafts_on(membership: Membership, *, by: Actor) -> None:
    """Give what the member had begun to write to a lead of their team, who is told."""
    teams = list(membership.teams.order_by("pk").values_list("pk", flat=True))
    passed = _call("SELECT * FROM referrals_pass_drafts_on(%s, %s, %s)", membership, teams)
    if not passed:
        return
    audit.record("referral_draft.pass_on", by=by, target="referrals.ReferralDraft", uuids=[row[0] for row in passed])
    title = _("A colleague has left: referrals that they had not finished writing are among your drafts")
    note = Note(kind="referral_draft.pass_on", subject=title, body="", path=reverse("referrals:mine"))
    for person in sorted({row[1] for row in passed}):
        key = f"referral_draft.pass_on:{membership.uuid}:{person}"
        put_in_inbox(note, recipient_id=person, dedupe_key=key, agency_id=membership.agency_id)


def kept_from_reader() -> Collection[UUID]:
    """Return the keys of what the person who asks is kept out of, for an audit that must not name it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT referrals_kept_from_audit()")
        return {key for (key,) in cursor.fetchall()}


def _call(statement: str, membership: Membership, *more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [membership.user_id, membership.agency_id, *more])
        return list(cursor.fetchall())
