"""The form that puts a stored concern on the timeline of a case."""

from collections.abc import Mapping
from typing import ClassVar

from cases.forms.audience import AUDIENCE_LOOKS, AudienceForm
from safeguard.common.forms import Look


class ConcernLinkForm(AudienceForm):
    """Who may see the concern once it stands on the timeline."""

    looks: ClassVar[Mapping[str, Look]] = AUDIENCE_LOOKS
