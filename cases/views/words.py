"""What the pages that change a case say: what it is called, what it means before it is done, and what was done."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True)
class Words:
    """Title, button and message of one page; ``meaning`` is what to know before; ``kind`` colours the button."""

    title: Text
    button: Text
    done: Text
    meaning: tuple[Text, ...] = ()
    kind: str = ""


INVOLVE = Words(
    _("Involve a team"),
    _("Involve the team"),
    _("The team is involved and can see the case."),
    (
        _(
            "Everybody in the team will see the child’s details, who is involved, and what the timeline has for their"
            " sector, also from before today. They see it on their next page, until you end it or its last day passes."
        ),
        _("What others recorded for their own team, for other sectors or for named people stays hidden from them."),
    ),
)
END_INVOLVEMENT = Words(
    _("End the involvement of %(team)s"),
    _("End the involvement"),
    _("The team no longer sees the case."),
    (_("The team loses sight of the case at once. What it recorded stays on the timeline."),),
    "warning",
)
ALLOCATE = Words(
    _("Allocate the case"),
    _("Save"),
    _("The allocation is saved."),
    (_("The person must be in the team. Allocating changes who works on the case, not who sees it."),),
)
RESTRICT = Words(
    _("Restrict the case"),
    _("Restrict the case"),
    _("Only the named people see the case now."),
    (
        _(
            "Everybody whom you do not tick loses sight of the case at once, also in the teams that are involved."
            " To them it looks as if it did not exist."
        ),
        _("The teams stay involved and see it again when you end the restriction."),
    ),
    "warning",
)
LIFT_RESTRICTION = Words(
    _("End the restriction"),
    _("End the restriction"),
    _("The involved teams see the case again."),
    (_("All involved teams see the case again at once. People who saw it only by name do not see it any more."),),
)
CLOSE = Words(
    _("Close the case"),
    _("Close the case"),
    _("The case is closed."),
    (_("Who sees the case now can still read it. A closed case cannot be opened by emergency access."),),
    "warning",
)
EXCLUDE = Words(
    _("Exclude a person"),
    _("Exclude the person"),
    _("The person sees nothing of the case any more."),
    (
        _("For a conflict of interest: the person sees nothing of the case, whatever team they are in."),
        _("Only those who lead the case see that somebody is excluded, and why."),
    ),
    "warning",
)
LIFT_EXCLUSION = Words(
    _("End an exclusion"),
    _("End the exclusion"),
    _("The exclusion ended."),
    (_("The person sees the case again if one of their teams is involved or they are named."),),
)
NOT_NEEDED = Words(
    _("%(sector)s: not needed"),
    _("Save"),
    _("The reason is kept."),
    (_("The case page stops asking for this sector. You can still involve one of its teams at any time."),),
)
