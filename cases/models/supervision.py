"""What a worker and their supervisor talked over about a case."""

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.event_kinds import Kind
from cases.models.records import Record


@pghistory.track()
class Supervision(Record):
    """A supervision note. It is for the writer's own team unless they choose otherwise."""

    protected = True
    kinds: ClassVar = (Kind.SUPERVISION,)

    supervisor = models.CharField(gettext_lazy("Who supervised?"), max_length=200)
    discussed = models.TextField(gettext_lazy("What was talked over?"))
    reflection = models.TextField(
        gettext_lazy("What may we be missing?"), help_text=gettext_lazy("Another explanation, a voice not heard")
    )
    agreed = models.TextField(gettext_lazy("What was agreed, by whom and by when?"))

    class Meta:
        verbose_name = gettext_lazy("supervision note")

    def headline(self) -> str:
        """Return that the case was talked over."""
        return _("Supervision")
