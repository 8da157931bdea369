"""Starting a discussion between the agencies of a case, and speaking in it."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.acting import Acting
from agencies.models import Membership, Team
from cases import access, access_discussions, access_timeline, asking, own_part, timeline
from cases.actions.grants import lock_as
from cases.actions.records import Telling, must_have_team, write_record
from cases.audience import outlook, preview, to_be_told
from cases.models import (
    AccessLevel,
    Case,
    Involvement,
    Thread,
    ThreadAsked,
    ThreadLook,
    ThreadMessage,
)
from safeguard.audit import actions as audit
from safeguard.audit.actions import one_transaction
from safeguard.notifications.actions import Note, put_in_inbox


@one_transaction
def start_thread(
    case: Case, thread: Thread, telling: Telling, *, asked: Collection[Involvement] = (), by: Acting
) -> Thread:
    """Start ``thread`` on ``case``; the question is the body of ``telling``, whose audience reads along. Returns it.

    The teams ``asked`` are told that their answer is wanted. Raises Http404 below the contribute level;
    ValidationError without a question, and where a team is asked that would not see it.
    """
    case = lock_as(by, case, AccessLevel.CONTRIBUTE)
    if not telling.body.strip():
        raise ValidationError(_("Nothing was saved. Say what you want to know or talk about."))
    _check_asked(case, telling.audience or timeline.unchosen(case, by), asked, by=by)
    thread.case = case
    write_record(case, thread, telling, by=by)
    wanted = ThreadAsked.objects.bulk_create(ThreadAsked(thread=thread, involvement=part) for part in asked)
    asking.answers_asked(case, thread, wanted)
    for part in asked:
        members = set(part.team.memberships.values_list("user", flat=True))
        _tell(case, thread, "asked", members, agency=part.team.agency_id, key=f"asked:{part.pk}", by=by)
    return thread


def _check_asked(case: Case, audience: timeline.Audience, asked: Collection[Involvement], *, by: Acting) -> None:
    teams = {part.team_id for part in asked}
    if not teams <= set(access.known_parts(by, case).values_list("team", flat=True)):
        raise Http404
    reached = {who.pk for seat in preview(case, audience, by=by).visible for who in seat.people}
    through = Membership.teams.through.objects.filter(team__in=teams, membership__user__in=reached)
    if teams - set(through.values_list("team", flat=True)):
        raise ValidationError(
            _("Nothing was saved, and your text is kept: a team is asked that would not see the discussion.")
        )


@one_transaction
def say(thread: Thread, text: str, *, by: Acting) -> ThreadMessage:
    """Add what ``by`` says to ``thread``, which came through the door. Returns the message.

    Raises Http404 for who may only read along; ValidationError without a text, and where their team's part in the
    case is confidential and the discussion is not their team's own: others would learn of them by it.
    """
    if not text.strip():
        raise ValidationError(_("Nothing was saved. Write what you want to say."))
    case = lock_as(by, thread.case, AccessLevel.VIEW)
    must_have_team(by)
    thread = access_discussions.thread(by, case, thread.uuid)
    if not access_discussions.may_speak(by, thread, access.level(by, case) or 0):
        raise access.refusal(by, case)
    group, is_quiet = own_part.author_part(case, by)
    if is_quiet and thread.entry.author_group_id != group:
        raise ValidationError(
            _(
                "Nothing was saved, and your text is kept. Your team’s part is confidential, and everybody who reads"
                " along would learn of it. Start a discussion of your own with those who may know."
            )
        )
    message = ThreadMessage.objects.create(
        thread=thread,
        author=by.user,
        author_agency_id=by.agency_id or 0,
        author_team=Team.objects.get(group=group),
        text=text.strip(),
    )
    audit.record("thread.say", by=by, target="cases.Thread", uuids=[thread.uuid, case.uuid])
    took_part = {thread.entry.author_id or 0, *thread.messages.values_list("author", flat=True)}
    _tell(case, thread, "message", took_part - {by.user_id}, key=f"message:{message.uuid}", by=by)
    return message


SUBJECTS = {
    "asked": gettext_lazy("An answer of your team is wanted on case %(case)s"),
    "message": gettext_lazy("Somebody spoke in a discussion of yours on case %(case)s"),
}


def _tell(
    case: Case, thread: Thread, what: str, who: Collection[int], *, key: str, by: Acting, agency: int | None = None
) -> None:
    """Put a note into the inbox of those of ``who`` that still see ``thread``."""
    seen = access_timeline.seen_by([thread.entry])[thread.entry_id]
    readers = outlook(access.who_can_see(by, case), case, seen)
    note = Note(
        kind=f"thread.{what}",
        subject=str(SUBJECTS[what]) % {"case": case.spoken_reference},
        body="",
        path=reverse("cases:thread", args=[case.uuid, thread.uuid]),
    )
    told = {person.pk for person in to_be_told(case, readers, agency=agency)} & set(who)
    places = {person.pk: seat.agency for seat in readers.visible for person in seat.people}
    for pk in sorted(told):
        place = places[pk] if agency is None else agency
        put_in_inbox(note, recipient_id=pk, dedupe_key=f"thread.{thread.uuid}:{key}:{pk}", agency_id=place)


@one_transaction
def mark_thread_read(thread: Thread, up_to: datetime, *, by: Acting) -> None:
    """Note that ``by`` has read ``thread``, which came through the door, as it was at ``up_to``.

    A mark never moves back or ahead. Raises Http404 where they may not see it.
    """
    thread = access_discussions.thread(by, access.require(by, thread.case, AccessLevel.VIEW), thread.uuid)
    up_to = min(up_to, timezone.now())
    ThreadLook.objects.get_or_create(user=by.user, thread=thread, defaults={"looked_at": up_to})
    # past the door: only the reader’s own mark
    own = ThreadLook.objects.filter(user=by.user, thread=thread)
    own.filter(looked_at__lt=up_to).update(looked_at=up_to)
