"""Telling an agency's managers, and the administrators, what they must know."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.leads import Gap
from agencies.models import Agency, Membership
from agencies.querysets import MembershipQuerySet
from agencies.roles import Can
from safeguard.notifications.actions import Note, put_in_inbox, send_email


def tell_of_end(membership: Membership) -> None:
    """Tell the agency's managers that a membership has ended by its date; the e-mail names nobody."""
    path = reverse("agencies:membership", args=[membership.uuid])
    inbox = Note(
        kind="membership.ended",
        subject=_("%(name)s’s membership has ended") % {"name": membership.user.name},
        body="",
        path=path,
    )
    email = Note(
        kind="membership.ended",
        subject=_("A membership at your agency has ended"),
        body=_("Somebody’s membership has reached its end date. Their access has stopped and their work is with "
               "their team.\n\nSee who, and what passed on: %(link)s") % {"link": link_to(path)},
    )  # fmt: skip
    managers = Membership.objects.live().filter(agency_id=membership.agency_id).holding(Can.MANAGE_PEOPLE)
    _tell(managers, inbox, email, key=f"membership.ended:{membership.uuid}")


def tell_of_gaps(agency: Agency, gaps: frozenset[Gap], *, occasion: UUID) -> None:
    """Tell the administrators whom ``agency`` lacks since the change that ``occasion`` identifies."""
    path = reverse("agencies:agency", args=[agency.uuid])
    for gap in sorted(gaps):
        subject = _("%(agency)s no longer has %(gap)s") % {"agency": agency.name, "gap": gap.label}
        body = _("Name somebody as soon as you can: %(link)s") % {"link": link_to(path)}
        note = Note(kind="agency.gap", subject=subject, body=body, path=path)
        administrators = Membership.objects.live().holding(Can.CONFIGURE)
        _tell(administrators, note, note, key=f"agency.gap:{occasion}:{gap}")


def tell_of_unled_cases(agency: Agency, count: int, *, occasion: UUID) -> None:
    """Tell the administrators that ``count`` open cases have no lead while ``agency`` does not work."""
    path = reverse("agencies:agency", args=[agency.uuid])
    subject = ngettext(
        "%(count)d open case has no lead: %(agency)s is suspended",
        "%(count)d open cases have no lead: %(agency)s is suspended",
        count,
    ) % {"count": count, "agency": agency.name}
    body = _("Reopen the agency, or have other teams take the lead, as soon as you can: %(link)s")
    note = Note(kind="agency.unled", subject=subject, body=body % {"link": link_to(path)}, path=path)
    administrators = Membership.objects.live().holding(Can.CONFIGURE)
    _tell(administrators, note, note, key=f"agency.unled:{occasion}")


def link_to(path: str) -> str:
    """Return ``path`` at the installation's own address, for an e-mail."""
    site: str = settings.SITE_URL
    return site.rstrip("/") + path


def _tell(members: MembershipQuerySet, inbox: Note, email: Note, *, key: str) -> None:
    for member in members.select_related("user"):
        each = f"{key}:{member.user_id}"
        put_in_inbox(inbox, recipient_id=member.user_id, dedupe_key=each, agency_id=member.agency_id)
        send_email(email, address=member.user.email, dedupe_key=each, recipient_id=member.user_id)
