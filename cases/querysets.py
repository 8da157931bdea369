"""How protected tables are asked: every list starts from ``visible_to``.

Built from narrow ``pk IN`` subqueries, for everything that is not hot; the hot questions are the
statements of ``access_sql.py``. A property test holds both to one oracle.
"""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Now, Trim

if TYPE_CHECKING:
    from agencies.acting import Acting
    from cases.models import (  # noqa: F401  (named in the type arguments below)
        Attachment,
        Case,
        Child,
        Chronology,
        Concern,
        ConcernDraft,
        ConcernStep,
        Deadline,
        InjuryMark,
        Involvement,
        MeetingSeat,
        SameChild,
        ThreadAsked,
        ThreadMessage,
        TimelineEntry,
    )


Row_co = TypeVar("Row_co", bound=Model, covariant=True)


def live() -> Q:
    """Return the condition that a term holds now, by the database's clock: ``since`` reached, ``until`` not passed."""
    return Q(since__lte=Now()) & (Q(until__isnull=True) | Q(until__gt=Now()))


def ongoing() -> Q:
    """Return the condition that a term has not ended: it holds now or will."""
    return Q(until__isnull=True) | Q(until__gt=Now())


def _objects(name: str) -> "QuerySet[Any]":
    # Models name their querysets, so querysets cannot import models.
    model: type[Model] = apps.get_model("cases", name)
    return QuerySet(model)


def visible_case_ids(by: "Acting") -> Q:
    """Return the condition on a case's key: the rule of docs/access.md, as subqueries."""
    # EXISTS and not IN: IN would always read every grant of the reader's groups, which for a large team is
    # a tenth of all cases, even where one case is asked about. Here the planner may choose.
    case = OuterRef("pk")
    granted = _objects("CaseGroupGrant").filter(live(), content_object=case, group__in=by.group_ids, restricted=False)
    named = _objects("CaseUserGrant").filter(live(), content_object=case, user=by.user_id)
    excluded = _objects("CaseExclusion").filter(user=by.user_id)
    return (Q(Exists(granted)) | Q(Exists(named))) & ~Q(pk__in=excluded.values("case"))


class ProtectedQuerySet(QuerySet[Row_co]):
    """Rows of a protected table; asked only from models, querysets and access."""


class CaseQuerySet(ProtectedQuerySet["Case"]):
    """Cases."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the cases that ``by`` may see under their acted-for membership."""
        if not by.works_with_cases:
            return self.none()
        return self.filter(visible_case_ids(by))

    def with_child_name(self) -> Self:
        """Add ``child_name``, the name that is shown for the case's child."""
        return self.annotate(child_name=Subquery(shown_name("child")))


class InvolvementQuerySet(ProtectedQuerySet["Involvement"]):
    """Involvements."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the involvements in visible cases, confidential ones for their own team and those who know of it."""
        if not by.works_with_cases:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by)).values("pk")
        known = Q(team__in=by.team_ids) | Q(started_by=by.user_id) | Q(readers=by.user_id)
        return self.filter(Q(confidential=False) | known, case__in=cases).distinct()


def shown_name(child: str) -> "QuerySet[Any]":
    """Return the subquery for the name shown of the child that the outer field ``child`` points to."""
    names = _objects("ChildName").filter(child=OuterRef(child), until__isnull=True).order_by("kind", "-pk")
    return names.values(shown=Trim(Concat("given", Value(" "), "surname")))[:1]


class ChildQuerySet(ProtectedQuerySet["Child"]):
    """Children."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the children of visible cases and concerns, and those that one of ``by``'s teams recorded.

        An exclusion from a child's case holds against the other ways too.
        """
        if not by.works_with_cases:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by))
        concerns = _objects("Concern").filter(visible_concerns(by), child__isnull=False)
        recorded = Q(recorded_by_team__in=by.team_ids) & ~Q(pk__in=_excluded_children(by))
        return self.filter(Q(pk__in=cases.values("child")) | Q(pk__in=concerns.values("child")) | recorded)

    def with_record_for(self, by: "Acting") -> Self:
        """Return those of whom ``by`` may read the whole record: through a visible case, or recorded by their team.

        A concern opens a child's name and birth date and no more, and an exclusion from any case closes the record.
        """
        if not by.works_with_cases:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by))
        known = Q(pk__in=cases.values("child")) | Q(recorded_by_team__in=by.team_ids)
        return self.filter(known).exclude(pk__in=_excluded_children(by))

    def each_with_record_for(self, by: "Acting") -> Self:
        """Return those of ``with_record_for``, asked child by child: for a few whose keys are known.

        As a set, what ``by`` sees would be worked out whole, which takes a second among 100,000 cases.
        """
        if not by.works_with_cases:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by), child=OuterRef("pk"))
        known = Q(Exists(cases)) | Q(recorded_by_team__in=by.team_ids)
        return self.filter(known).exclude(pk__in=_excluded_children(by))

    def with_name(self) -> Self:
        """Add ``shown_name``, the name that is shown for the child."""
        return self.annotate(shown_name=Subquery(shown_name("pk")))

    def named_like(self, text: str) -> Self:
        """Return those of whom one name holds every word of ``text``."""
        found = self
        for word in text.split():
            names = _objects("ChildName").filter(Q(given__icontains=word) | Q(surname__icontains=word))
            found = found.filter(pk__in=names.values("child"))
        return found


class SameChildQuerySet(ProtectedQuerySet["SameChild"]):
    """What was said of two records of one child."""

    def visible_to(self, by: "Acting") -> Self:
        """Return what was said of pairs of which ``by`` may read both records."""
        readable = apps.get_model("cases", "Child").objects.with_record_for(by).values("pk")
        return self.filter(kept__in=readable, other__in=readable)


class TimelineQuerySet(ProtectedQuerySet["TimelineEntry"]):
    """Timeline entries."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the entries of visible cases whose audience and sensitivity include ``by``."""
        if not by.works_with_cases:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by))
        return self.filter(self.audience_of(by), case__in=cases.values("pk"))

    @staticmethod
    def audience_of(by: "Acting") -> Q:
        """Return the condition on an entry alone: the author's team, or audience and clearance."""
        readers = _objects("TimelineEntryReader").filter(
            Q(user=by.user_id) | Q(team__in=by.team_ids) | Q(agency=by.agency_id)
        )
        named = Q(has_named=True, pk__in=readers.values("entry"))
        in_sector = Q(audience_mask__has_bits=by.sector_mask)
        cleared = Q(sensitivity__lte=by.clearance)
        return Q(author_group__in=by.group_ids) | (cleared & (in_sector | named))


class ConcernQuerySet(ProtectedQuerySet["Concern"]):
    """Concerns."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the concerns that ``by`` may see under their acted-for membership."""
        return self.filter(visible_concerns(by)) if by.works_with_cases else self.none()

    def with_child_name(self) -> Self:
        """Add ``child_name``, the name that is shown for the concern's child."""
        return self.annotate(child_name=Subquery(shown_name("child")))

    def written_by(self, by: "Acting") -> Self:
        """Return those that ``by`` wrote for the agency that they act for."""
        return self.filter(author=by.user_id, author_agency=by.agency_id)


def visible_concerns(by: "Acting") -> Q:
    """Return the condition on a concern: the rule of docs/access.md, as subqueries."""
    entries = _objects("TimelineEntry").filter(
        TimelineQuerySet.audience_of(by), case__in=_objects("Case").filter(visible_case_ids(by)).values("pk")
    )
    # On a timeline the entry decides, but for a team that was asked to look: what it was asked it does not lose.
    held = Q(entry__isnull=True) | Q(look_due_at__isnull=False)
    of_team = held & (Q(team__in=by.team_ids) | Q(also__in=by.team_ids))
    own = Q(author=by.user_id, author_agency=by.agency_id)
    works_at = apps.get_model("agencies", "Membership").objects.current().filter(user=by.user_id).values("agency")
    implicated = _objects("Concern").filter(implicated=by.user_id).values("pk")
    kept_from = Q(pk__in=implicated) | (Q(workplace__in=works_at) & ~Q(author=by.user_id))
    return (
        (own | of_team | Q(entry__in=entries.values("pk")))
        & ~kept_from
        & (Q(child__isnull=True) | ~Q(child__in=_excluded_children(by)))
    )


def _excluded_children(by: "Acting") -> "QuerySet[Any]":
    return _objects("CaseExclusion").filter(user=by.user_id).values("child")


class DraftQuerySet(ProtectedQuerySet["ConcernDraft"]):
    """Drafts of concerns."""

    def visible_to(self, by: "Acting") -> Self:
        """Return ``by``'s own, of the agency that they act for."""
        return self.filter(user=by.user_id, agency=by.agency_id) if by.works_with_cases else self.none()


class ConcernStepQuerySet(ProtectedQuerySet["ConcernStep"]):
    """What became of concerns."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the steps of visible concerns; decisions for the team that made them."""
        if not by.works_with_cases:
            return self.none()
        concerns = _objects("Concern").filter(visible_concerns(by)).values("pk")
        return self.filter(Q(team__in=by.team_ids) | ~Q(kind="decided"), concern__in=concerns)


class InjuryQuerySet(ProtectedQuerySet["InjuryMark"]):
    """Marks on maps of the body."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the marks of visible concerns."""
        if not by.works_with_cases:
            return self.none()
        return self.filter(concern__in=_objects("Concern").filter(visible_concerns(by)).values("pk"))


class AttachmentQuerySet(ProtectedQuerySet["Attachment"]):
    """Files."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the files of entries and of concerns that ``by`` may see."""
        entries: TimelineQuerySet = TimelineQuerySet(apps.get_model("cases", "TimelineEntry"))
        concerns: ConcernQuerySet = ConcernQuerySet(apps.get_model("cases", "Concern"))
        # Row by row: as sets, either side of the "or" would be worked out whole.
        of_entry = Exists(entries.visible_to(by).filter(pk=OuterRef("entry")))
        return self.filter(of_entry | Exists(concerns.visible_to(by).filter(pk=OuterRef("concern"))))


class ChronologyQuerySet(ProtectedQuerySet["Chronology"]):
    """Chronologies as documents."""

    def visible_to(self, by: "Acting") -> Self:
        """Return what ``by`` asked for under this membership and is not over, of cases that they see."""
        if not by.works_with_cases or by.membership_uuid is None:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by)).values("pk")
        own = self.filter(user=by.user_id, membership_uuid=by.membership_uuid)
        return own.filter(expires_at__gt=Now(), case__in=cases)


class RecordQuerySet(ProtectedQuerySet[Row_co]):
    """Structured rows beside timeline entries."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the records whose entries ``by`` may see."""
        if not by.works_with_cases:
            return self.none()
        seen = TimelineQuerySet(apps.get_model("cases", "TimelineEntry")).visible_to(by)
        return self.filter(Exists(seen.filter(pk=OuterRef("entry"))))


class SeatQuerySet(ProtectedQuerySet["MeetingSeat"]):
    """Who is invited to meetings."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the seats at visible meetings, those of confidential parts for who may know of the part."""
        meetings: RecordQuerySet[Any] = RecordQuerySet(apps.get_model("cases", "Meeting"))
        known = InvolvementQuerySet(apps.get_model("cases", "Involvement")).visible_to(by).values("pk")
        open_to_by = Q(involvement__isnull=True) | Q(involvement__in=known)
        return self.filter(open_to_by, meeting__in=meetings.visible_to(by).values("pk"))


class DeadlineQuerySet(ProtectedQuerySet["Deadline"]):
    """Deadlines."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the deadlines of visible cases that no entry started, or one that ``by`` sees."""
        if not by.works_with_cases:
            return self.none()
        cases = _objects("Case").filter(visible_case_ids(by)).values("pk")
        entries = _objects("TimelineEntry").filter(TimelineQuerySet.audience_of(by), pk=OuterRef("entry"))
        return self.filter(Q(entry__isnull=True) | Exists(entries), case__in=cases)

    def running(self) -> Self:
        """Return those that are still to be done."""
        return self.filter(met_at__isnull=True, superseded_at__isnull=True, waived_at__isnull=True)

    def ended(self) -> Self:
        """Return those that were met, replaced or waived."""
        return self.exclude(met_at__isnull=True, superseded_at__isnull=True, waived_at__isnull=True)


class ThreadAskedQuerySet(ProtectedQuerySet["ThreadAsked"]):
    """Teams whose answer is wanted."""

    def visible_to(self, by: "Acting") -> Self:
        """Return those of visible discussions, confidential parts for who may know of the part."""
        threads: RecordQuerySet[Any] = RecordQuerySet(apps.get_model("cases", "Thread"))
        known = InvolvementQuerySet(apps.get_model("cases", "Involvement")).visible_to(by).values("pk")
        return self.filter(thread__in=threads.visible_to(by).values("pk"), involvement__in=known)


class ThreadMessageQuerySet(ProtectedQuerySet["ThreadMessage"]):
    """What was said in discussions."""

    def visible_to(self, by: "Acting") -> Self:
        """Return the messages of visible discussions."""
        threads: RecordQuerySet[Any] = RecordQuerySet(apps.get_model("cases", "Thread"))
        return self.filter(thread__in=threads.visible_to(by).values("pk"))
