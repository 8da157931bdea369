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
PROPOSAL = Words(
    _("A possible conflict of interest"),
    _("Save"),
    _("The decision is saved."),
    (
        _(
            "Two people may have one name: ask before you decide, but not this person’s own team. Nobody is kept out"
            " unless you say so."
        ),
        _("The person is not told that anybody asked. What you write is for those who lead the case, never for them."),
    ),
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
CORRECT = Words(
    _("Correct an entry"),
    _("Save the correction"),
    _("The correction is saved. The first text stays, struck through."),
    (
        _("Write the entry as it should have been. The first text stays, struck through, with your reason."),
        _("The same people see the correction."),
    ),
)
DISPUTE = Words(
    _("Say that you see it otherwise"),
    _("Save"),
    _("Your view stands beside the entry. Its author is told."),
    (_("The entry stays as it is. What you write stands beside it, for the same people, and its author is told."),),
)
CHANGE_AUDIENCE = Words(
    _("Change who may see an entry"),
    _("Continue"),
    _("Who may see the entry is changed."),
    (
        _("Who sees it no longer loses sight of it at once; what they have read, they have read."),
        _("Its corrections go with it."),
    ),
)
ASK = Words(
    _("Ask to confirm"),
    _("Ask them"),
    _("They are asked to confirm that they have read the entry."),
    (_("Everybody of the agency who can see the entry is told. One of them confirms for the agency."),),
)
NOT_NEEDED = Words(
    _("%(sector)s: not needed"),
    _("Save"),
    _("The reason is kept."),
    (_("The case page stops asking for this sector. You can still involve one of its teams at any time."),),
)
CHILD_DETAILS = Words(_("Change the child’s details"), _("Save"), _("The details are saved."))
CHILD_NAME = Words(_("Add a name"), _("Save"), _("The name is saved."))
CHILD_NUMBER = Words(
    _("Add a number"),
    _("Save"),
    _("The number is saved."),
    (_("NHS numbers and UPNs carry a check digit: a wrong one is refused unless you ask to keep it."),),
)
CHILD_ADDRESS = Words(_("Add an address"), _("Save"), _("The address is saved."))
CHILD_RELATIVE = Words(
    _("Add somebody of the family"),
    _("Save"),
    _("They are added to the family."),
    (_("Everybody who sees the child sees whom you add here."),),
)
CHILD_TIE = Words(_("Change a relationship"), _("Save"), _("The relationship is saved."))
CHILD_SERVICE = Words(
    _("Add a service that knows the child"),
    _("Save"),
    _("The service is added."),
    (_("This shares nothing with them. It says whom to ask, and the case page shows who is not involved."),),
)
CHILD_END = Words(
    _("It holds no longer"),
    _("Save"),
    _("It is kept as what held before."),
    (_("Nothing is deleted: it stays on the child’s record with its last day."),),
)
PRACTICE_EVENT = Words(
    _("Enter an event"),
    _("Enter the event"),
    _("The event is entered."),
    (_("It meets the deadlines that wait for it, and starts those that count from it."),),
)
AGREE = Words(
    _("Agree on something to be done"),
    _("Save"),
    _("It is agreed."),
    (_("The team, or the person, is reminded until it is done. Everybody who sees the case sees it."),),
)
MEET = Words(_("Mark as done"), _("Mark as done"), _("It is marked as done."))
EXTEND = Words(
    _("Move to a later day"),
    _("Move it"),
    _("It is moved. The first day stays on record."),
    (_("Only a local deadline can be moved."),),
)
WAIVE = Words(
    _("Not needed any more"),
    _("Say that it is not needed"),
    _("It is not to be done any more."),
    (_("It stays on the case with your reason."),),
    "warning",
)
EXPLAIN = Words(
    _("Say why it is late"),
    _("Save"),
    _("The reason is saved."),
    (_("Its day stays as it is, and every figure counts by that day."),),
)
SAME_CHILD = Words(_("Is it the same child?"), _("Save"), _("It is saved, and both records are as they were."))
UNDO_LINK = Words(
    _("Two children after all"),
    _("Take the link back"),
    _("The records are no longer linked."),
    (_("Neither record says any more that the other is of the same child. What was said stays on record."),),
    "warning",
)
UNDO_MERGE = Words(
    _("Take the merge back"),
    _("Take the merge back"),
    _("The records are two again."),
    (
        _(
            "Both are what they were before, each with what came to it since. Whoever was kept out of one only"
            " because of the other may see it again. The merge, and why it was taken back, stay on record."
        ),
    ),
    "warning",
)
