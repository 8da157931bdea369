"""The door to discussions: which may I see, what is new to me in them, and where is an answer of my team wanted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from agencies.acting import Acting
from cases.models import AccessLevel, Case, Thread, ThreadAsked, ThreadLook, ThreadMessage, TimelineEntry
from safeguard.audit import actions as audit

MOST_THREADS = 100
MOST_MESSAGES = 500


@dataclass(frozen=True)
class Answer:
    """A team whose answer is wanted, as far as the reader may know of it, and whether it gave one."""

    asked: ThreadAsked
    is_given: bool


@dataclass
class Listed:
    """A discussion in a list: how many of its messages are new to the reader, and who owes an answer."""

    thread: Thread
    new: int = 0
    answers: list[Answer] = field(default_factory=list)
    waits_for_me: bool = False

    @property
    def missing(self) -> list[Answer]:
        """Return the teams that have not answered."""
        return [each for each in self.answers if not each.is_given]

    @property
    def is_late(self) -> bool:
        """Return whether an answer is wanted and its day has passed."""
        day = self.thread.answer_by
        return bool(self.missing) and day is not None and day < timezone.localdate()


def thread(by: Acting, case: Case, ref: UUID) -> Thread:
    """Return a discussion of ``case``, which came through the door. Raises Http404 for absent and forbidden alike."""
    found = _threads(by).filter(case=case, uuid=ref).first()
    if found is None:
        audit.record_refusal("thread.view", by=by, target="cases.Thread", uuids=[ref])
        raise Http404
    audit.record_read("thread.view", by=by, target="cases.Thread", uuids=[found.uuid])
    return found


def threads_of(by: Acting, case: Case, *, about: TimelineEntry | None = None, most: int = MOST_THREADS) -> list[Listed]:
    """Return the ``most`` newest discussions of ``case`` (on the entry ``about`` where given). One audit row."""
    found = _threads(by).filter(case=case, **({} if about is None else {"about": about})).order_by("-pk")
    listed = list(found[:most])
    if listed:
        audit.record_read("thread.list", by=by, target="cases.Thread", uuids=[each.uuid for each in listed])
    return _listed(by, listed)


def my_threads(by: Acting) -> list[Listed]:
    """Return the discussions in which an answer of ``by``'s teams is wanted, then those new to them. One audit row.

    New to them are those in which somebody else spoke and that ``by`` began or spoke in.
    """
    mine = Q(entry__author=by.user_id) | Exists(ThreadMessage.objects.filter(thread=OuterRef("pk"), author=by.user_id))
    found = _threads(by).annotate(waits=Exists(_waiting(by).filter(thread=OuterRef("pk"))))
    rows = list(found.filter(Q(waits=True) | mine).order_by("-waits", F("answer_by").asc(nulls_last=True), "-pk"))
    listed = [each for each in _listed(by, rows[:MOST_THREADS]) if each.waits_for_me or each.new]
    audit.record_read("thread.list", by=by, target="cases.Thread", uuids=[each.thread.uuid for each in listed])
    return listed


def waiting(by: Acting) -> list[ThreadAsked]:
    """Return where an answer of a team of ``by`` is wanted and not given, at most MOST_THREADS; records nothing."""
    return list(_waiting(by)[:MOST_THREADS])


def messages_of(by: Acting, thread: Thread) -> list[ThreadMessage]:
    """Return the newest messages of ``thread``, which came through the door, oldest first; at most MOST_MESSAGES."""
    found = ThreadMessage.objects.filter(thread=thread).select_related("author", "author_agency", "author_team")
    return list(found.order_by("-pk")[:MOST_MESSAGES])[::-1]


def last_look(by: Acting, thread: Thread) -> datetime | None:
    """Return up to when ``by`` has read ``thread``, None where never."""
    return ThreadLook.objects.filter(thread=thread, user=by.user_id).values_list("looked_at", flat=True).first()


def answers_of(by: Acting, threads: Collection[Thread]) -> dict[int, list[Answer]]:
    """Return whose answers are wanted in each of ``threads``, by key, as far as ``by`` may know of them."""
    asked = ThreadAsked.objects.visible_to(by).filter(thread__in=threads)
    given = set(asked.filter(Exists(GIVEN)).values_list("pk", flat=True))
    answers: dict[int, list[Answer]] = {each.pk: [] for each in threads}
    for each in asked.select_related("involvement__team__agency").order_by("pk"):
        answers[each.thread_id].append(Answer(each, each.pk in given))
    return answers


def entry_if_seen(by: Acting, case: Case, thread: Thread) -> TimelineEntry | None:
    """Return the entry that ``thread`` is about, where it is about one and ``by`` may see it."""
    return TimelineEntry.objects.visible_to(by).filter(case=case, pk=thread.about_id or 0).first()


def may_speak(by: Acting, thread: Thread, level: int) -> bool:
    """Return whether ``by``, who sees ``thread`` and holds ``level`` on its case, may say something in it.

    That is for who contributes to the case, and for the teams whose answer is wanted.
    """
    if level >= AccessLevel.CONTRIBUTE:
        return True
    asked = ThreadAsked.objects.visible_to(by).filter(thread=thread, involvement__team__in=by.team_ids)
    return asked.exists()


# A team has answered when somebody spoke for it.
GIVEN = ThreadMessage.objects.filter(thread=OuterRef("thread"), author_team=OuterRef("involvement__team"))


def _waiting(by: Acting) -> QuerySet[ThreadAsked]:
    mine = ThreadAsked.objects.visible_to(by).filter(involvement__team__in=by.team_ids)
    return mine.filter(~Exists(GIVEN)).order_by(F("thread__answer_by").asc(nulls_last=True), "pk")


def _threads(by: Acting) -> QuerySet[Thread]:
    return Thread.objects.visible_to(by).select_related("case", "entry__author", "entry__author_agency")


def _listed(by: Acting, threads: Sequence[Thread]) -> list[Listed]:
    looked = ThreadLook.objects.filter(user=by.user_id, thread=OuterRef("thread")).values("looked_at")
    unread = (
        ThreadMessage.objects.filter(thread__in=threads)
        .exclude(author=by.user_id)
        .filter(said_at__gt=Coalesce(Subquery(looked), datetime(1900, 1, 1, tzinfo=timezone.get_current_timezone())))
    )
    new = dict(unread.order_by().values_list("thread").annotate(Count("pk")))
    answers = answers_of(by, threads)
    return [
        Listed(
            each,
            new.get(each.pk, 0),
            answers[each.pk],
            any(not one.is_given and one.asked.involvement.team_id in by.team_ids for one in answers[each.pk]),
        )
        for each in threads
    ]
