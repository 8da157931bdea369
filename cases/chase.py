"""By when somebody must have looked at a concern that was brought to them.

No law sets these times. They are this application's defaults: a child in danger within half an hour, the rest
within the school day or the next. The designated officer's working day is that of Working Together 2023.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.utils import timezone

from cases.concern_codes import Worry
from safeguard.common.workdays import add_working_days

LOOKED_AT_WITHIN: Mapping[int, timedelta] = {Worry.IMMEDIATE: timedelta(minutes=30), Worry.HIGH: timedelta(hours=2)}
END_OF_DAY = time(17, 0)


def look_due(worry: int | None, since: datetime) -> datetime:
    """Return until when a concern of so much ``worry`` that came at ``since`` must have been looked at.

    Without a short time it is the end of the next working day, local time.
    """
    short = LOOKED_AT_WITHIN.get(worry or 0)
    if short:
        return since + short
    day = add_working_days(timezone.localdate(since), 1)
    return datetime.combine(day, END_OF_DAY, tzinfo=timezone.get_current_timezone())
