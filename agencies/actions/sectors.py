"""Adding sectors: a new one takes the next free bit, which it keeps for ever."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies import access
from agencies.acting import Acting
from agencies.actions.constraints import Explanations, explained
from agencies.models import Sector
from safeguard.audit.actions import one_transaction, record

LAST_BIT = 30  # an audience mask is a 32-bit integer
IN_USE = gettext_lazy("A sector with this name exists already. Nothing was saved")
NAMES: Explanations = {"agencies_sector_name_key": ("name", IN_USE), "agencies_sector_code_key": ("name", IN_USE)}


@one_transaction
def add_sector(*, name: str, by: Acting) -> Sector:
    """Return a new sector.

    Raises ValidationError with a message by field, Http404 for somebody who does not configure the partnership.
    """
    access.check_configures(by)
    newest = Sector.objects.select_for_update().order_by("-bit")[0]
    if newest.bit >= LAST_BIT:
        raise ValidationError(_("There is no room for another sector. Nothing was saved: use “Other”"))
    bit = newest.bit + 1
    with explained(NAMES):
        sector = Sector.objects.create(name=name.strip(), code=f"sector_{bit}", bit=bit)
    record("sector.add", by=by, target="agencies.Sector", detail={"code": sector.code})
    return sector
