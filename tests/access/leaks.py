"""Known kinds of leak, each planted by breaking one thing in the application or in the database's policies."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from agencies.acting import acting
from agencies.actions import tokens
from agencies.querysets import MembershipQuerySet
from cases import access, access_attachments, access_child, access_search, access_sql, beyond_sight
from cases.access_timeline import Shown
from cases.actions import opening
from cases.api.serializers import CaseSerializer
from cases.exports.chronology import Collected, collect
from cases.models import (
    Address,
    Attachment,
    Case,
    CaseExclusion,
    CaseGroupGrant,
    Child,
    ChildName,
    Involvement,
    TimelineEntry,
)
from cases.querysets import ChildQuerySet, InvolvementQuerySet
from cases.views import chronologies, work
from safeguard.common.middleware import headers
from tests.factories import as_owner

LOCKED = "SELECT relname FROM pg_class WHERE relrowsecurity AND relname LIKE 'cases\\_%%'"


@dataclass(frozen=True)
class Planted:
    """A leak: what is broken, who would profit, the check of checks.py that must find it, and how to break it."""

    name: str
    reader: str
    check: str
    plant: Callable[[], AbstractContextManager[Any]]


@contextmanager
def without_policies() -> Iterator[None]:
    """Open the second lock: the database shows the web's role every row."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(LOCKED)
        for (table,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
    yield


def _level(old: str, new: str) -> Callable[[], AbstractContextManager[Any]]:
    broken = access_sql.LEVEL.replace(old, new)
    assert broken != access_sql.LEVEL, old
    return lambda: patch.object(access_sql, "LEVEL", broken)


def _timeline(old: str) -> Callable[[], AbstractContextManager[Any]]:
    broken = access_sql.TIMELINE_IDS.replace(old, "true")
    assert broken != access_sql.TIMELINE_IDS, old
    return lambda: patch.object(access_sql, "TIMELINE_IDS", broken)


# --- What takes the place of the right code -------------------------------------------------------


def _every_case(*_args: Any, **_kwargs: Any) -> list[access.Position]:
    return [access.Position(case.opened_at, case.pk) for case in Case.objects.order_by("-opened_at", "-pk")[:25]]


def _with_reasons(self: Any, case: Case) -> dict[str, Any]:
    shown: dict[str, Any] = super(CaseSerializer, self).to_representation(case)
    return shown | {"exclusions": list(CaseExclusion.objects.filter(case=case).values_list("reason", flat=True))}


def _forbidden(by: Any, ref: Any, **_kwargs: Any) -> Case:
    with as_owner():
        there = Case.objects.filter(uuid=ref).exists()
    found = access.with_level(by).filter(uuid=ref).first()
    if there and found is None:
        raise PermissionDenied
    return RIGHT_CASE(by, ref, **_kwargs)


RIGHT_CASE = access.case
RIGHT_INVOLVED = work.people_involved
RIGHT_OPENING = opening._insert
RIGHT_TAKING = beyond_sight.take_emergency_access


def _all_teams(request: Any, case: Case) -> Any:
    people, teams = RIGHT_INVOLVED(request, case)
    groups = CaseGroupGrant.objects.filter(content_object=case).select_related("group__team__agency")
    return people, list({*teams, *(grant.group.team for grant in groups)})


def _names_taken(child: Any, team: Any) -> Case:
    name = ChildName.objects.filter(child=child).first()
    with as_owner():
        if name and ChildName.objects.filter(given=name.given).exclude(child=child).exists():
            raise ValidationError("Nothing was saved: a child of this name is recorded already.")
    return RIGHT_OPENING(child, team)


def _tells_of_exclusion(reference: str, reason: str, lasts: Any) -> Any:
    with as_owner():
        excluded = CaseExclusion.objects.filter(case__reference=reference).exists()
    if excluded:
        raise ValidationError("Somebody is kept out of this case.")
    return RIGHT_TAKING(reference, reason, lasts)


def _all_addresses(_by: Any, child: int, **_kwargs: Any) -> access_child.ChildSummary:
    return access_child.ChildSummary([], [], list(Address.objects.filter(child=child)), [], [])


def _any_involvement(by: Any, _case: Case, ref: Any) -> Involvement:
    found = Involvement.objects.visible_to(by).filter(uuid=ref).select_related("team").first()
    return found or Involvement.objects.get(pk=0)


def _oldest_membership(secret: str, *, origin: Any) -> Any:
    found = RIGHT_ACCEPT(secret, origin=origin)
    return found and tokens.Accepted(found.token, acting(found.by.user, origin))


RIGHT_ACCEPT = tokens.accept


def _logged(*args: Any, **kwargs: Any) -> Case:
    found = RIGHT_CASE(*args, **kwargs)
    logging.getLogger("cases").warning("%s was looked at", found.child_name)
    return found


def _kept_count(*_args: Any, **_kwargs: Any) -> int:
    # As if the key of the cache left the reader out.
    with as_owner():
        return Case.objects.count()


def _any_entry(_by: Any, case: Case, **_kwargs: Any) -> list[TimelineEntry]:
    with as_owner():
        return list(TimelineEntry.objects.filter(case=case).select_related("author", "author_agency"))


@contextmanager
def _open_policy(table: str) -> Iterator[None]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"CREATE POLICY planted ON {table} FOR SELECT TO app_web USING (true)")
    yield


def _any_children(_by: Any, _keys: list[int]) -> list[Child]:
    with as_owner():
        return list(Child.objects.with_name())


def _whole_paper(by: Any, case: Case, **kwargs: Any) -> Collected:
    collected = RIGHT_PAPER(by, case, **kwargs)
    with as_owner():
        entries = TimelineEntry.objects.filter(case=case).select_related("author", "author_agency__sector")
        shown = [Shown(each, audience="") for each in entries.prefetch_related("attachments")]
    return replace(collected, entries=shown)


def _any_file(_by: Any, _case: Case, ref: Any) -> Attachment:
    with as_owner():
        return Attachment.objects.get(uuid=ref)


RIGHT_PAPER = collect


@contextmanager
def _open_history() -> Iterator[None]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON cases_timelineentryevent TO app_web")
    yield


def _replaced(module: Any, name: str, by: Callable[..., Any]) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: patch.object(module, name, by)


def _shown(manager: Any, method: str = "visible_to") -> Callable[[], AbstractContextManager[Any]]:
    return lambda: patch.object(manager, method, lambda self, *_by: self.all())


LIVE_UNTIL = " AND (g.until IS NULL OR g.until > statement_timestamp())"
IN_SECTOR = "(e.audience_mask & %(mask)s) <> 0"
CLEARED = "e.sensitivity <= %(clearance)s"
EXCLUDED = "WHERE x.user_id = %s"
LEAKS = [
    Planted("a list without its filter", "olive", "agreement", lambda: patch.object(access, "case_page", _every_case)),
    Planted("children without their filter", "olive", "crawler", _shown(ChildQuerySet, "with_record_for")),
    Planted(
        "a nested object", "tariq", "crawler", lambda: patch.object(CaseSerializer, "to_representation", _with_reasons)
    ),
    Planted("a count of all", "tariq", "agreement", lambda: patch.object(access, "case_count", _kept_count)),
    Planted("403 instead of 404", "olive", "denials", lambda: patch.object(access, "case", _forbidden)),
    Planted("a choice list", "mo", "non_interference", lambda: patch.object(work, "people_involved", _all_teams)),
    Planted("expiry ignored", "mona", "denials", _level(LIVE_UNTIL, "")),
    Planted("restriction ignored", "tariq", "denials", _level(" AND NOT g.restricted", "")),
    Planted("exclusion ignored", "tess", "denials", _level(EXCLUDED, "WHERE x.user_id = 0 AND x.user_id = %s")),
    Planted("confidential part shown", "tariq", "crawler", _shown(InvolvementQuerySet)),
    Planted("audience ignored", "tariq", "crawler", _timeline(IN_SECTOR)),
    Planted("sensitivity ignored", "tariq", "crawler", _timeline(CLEARED)),
    Planted("timeline past both locks", "tariq", "crawler", lambda: patch.object(access, "timeline_page", _any_entry)),
    Planted("another case’s part", "alice", "denials", lambda: patch.object(access, "involvement", _any_involvement)),
    Planted(
        "a message of uniqueness", "olive", "non_interference", lambda: patch.object(opening, "_insert", _names_taken)
    ),
    Planted(
        "protected address", "tariq", "crawler", lambda: patch.object(access_child, "child_summary", _all_addresses)
    ),
    Planted(
        "emergency access as an oracle",
        "tess",
        "non_interference",
        lambda: patch.object(beyond_sight, "take_emergency_access", _tells_of_exclusion),
    ),
    Planted("no cache header", "alice", "denials", lambda: patch.dict(headers.HEADERS, {"Cache-Control": "private"})),
    Planted(
        "a token under another post",
        "otto",
        "agreement",
        lambda: patch.object(tokens, "accept", _oldest_membership),
    ),
    Planted("a child’s name in the log", "alice", "crawler", lambda: patch.object(access, "case", _logged)),
    Planted("ended membership ignored", "lena", "denials", _shown(MembershipQuerySet, "live")),
    Planted(
        "search past both locks", "olive", "papers", lambda: patch.object(access_search, "_children", _any_children)
    ),
    Planted("a paper past both locks", "tariq", "papers", _replaced(chronologies, "collect", _whole_paper)),
    Planted(
        "any file by its key", "tariq", "papers", lambda: patch.object(access_attachments, "attachment", _any_file)
    ),
    Planted("history readable", "alice", "history", _open_history),
    Planted("no policy on cases", "olive", "agreement", lambda: _open_policy("cases_case")),
    Planted("no policy on entries", "tariq", "agreement", lambda: _open_policy("cases_timelineentry")),
    Planted("no policy on addresses", "tariq", "agreement", lambda: _open_policy("cases_address")),
]
