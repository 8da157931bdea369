"""How every change of a child's record begins and ends: locked and allowed; recorded, and told without its content."""

from agencies.acting import Acting
from cases import access, timeline
from cases.access_child import require_child
from cases.actions.grants import lock_as
from cases.event_kinds import Kind
from cases.matching.access import keep_in_step
from cases.models import AccessLevel, Child
from safeguard.audit import actions as audit


def begin(child: Child, by: Acting) -> Child:
    """Lock the child's row and return it as it is now; refuse whoever may not change it."""
    require_child(by, child)
    # past the door: the child whom the caller may change, locked against a second writer
    locked = Child.objects.select_for_update(no_key=True).filter(pk=child.pk).first()
    # Asked again once the lock is held: somebody may have taken the right away while this waited for them.
    return require_child(by, locked or child)


def finish(
    child: Child,
    action: str,
    title: str,
    *,
    by: Acting,
    audience: timeline.Audience | None = None,
) -> None:
    """Record the change, and on the timeline of the child's open case that it happened; never what it was.

    Where the open case is that of a record merged with this one, for the own team alone: whoever else reads there
    may not know of this record.
    """
    keep_in_step(child)
    audit.record(action, by=by, target="cases.Child", uuids=[child.uuid])
    case = access.open_case_of(by, child, to=AccessLevel.CONTRIBUTE)
    if case is not None:
        audience = audience if case.child_id == child.pk else timeline.OWN_TEAM
        event = timeline.Event(kind=Kind.CHILD_CHANGED, title=title, audience=audience)
        timeline.write(lock_as(by, case, AccessLevel.CONTRIBUTE), event, by=by)
