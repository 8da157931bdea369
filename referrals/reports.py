"""How soon referrals are acknowledged and decided, by agency and month: the figures of the front door."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.acting import Acting
from agencies.roles import Can
from safeguard.audit import actions as audit

MONTHS = 12  # before the present one
COUNTS = frozenset({Can.ANALYSE, Can.MANAGE_WORK})


@dataclass(frozen=True)
class Line:
    """What one agency sent another in a month (its first day), and how much of what was due was done in time.

    ``to_acknowledge`` and ``to_decide`` leave out what is not due yet, has no clock, or was withdrawn before.
    """

    receiver: str
    sender: str
    month: date
    received: int
    to_acknowledge: int
    acknowledged: int
    to_decide: int
    decided: int

    @property
    def sender_name(self) -> str:
        """Return the sending agency, or that it was nobody with an account."""
        return self.sender or _("people without an account")

    @property
    def acknowledged_share(self) -> int | None:
        """Return how much of 100 was acknowledged in time, None where nothing was due."""
        return _share(self.acknowledged, self.to_acknowledge)

    @property
    def decided_share(self) -> int | None:
        """Return how much of 100 was decided in time, None where nothing was due."""
        return _share(self.decided, self.to_decide)


def timeliness(by: Acting) -> list[Line]:
    """Return the figures of this month and the MONTHS before it, the newest first; the look is recorded.

    An analyst reads those of all agencies, a manager those of what their own sent or received. Raises Http404 for
    everybody else.
    """
    if not COUNTS & by.capabilities:
        audit.record_refusal("referral.timeliness", by=by, target="referrals.Referral")
        raise Http404
    audit.record_read("referral.timeliness", by=by, target="referrals.Referral", uuids=[])
    with connection.cursor() as cursor:
        zone = str(timezone.get_current_timezone())
        cursor.execute("SELECT * FROM referrals_timeliness(%s, %s)", [_first_day(timezone.localtime()), zone])
        return [Line(*row) for row in cursor.fetchall()]


def _first_day(now: datetime) -> datetime:
    months = now.year * 12 + now.month - 1 - MONTHS
    first = now.replace(year=months // 12, month=months % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return timezone.make_aware(first.replace(tzinfo=None))


def _share(done: int, due: int) -> int | None:
    return round(100 * done / due) if due else None
