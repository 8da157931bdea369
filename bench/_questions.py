"""The questions of access as they are measured; imported once Django is set up on the world."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from guardian.managers import GroupObjectPermissionManager, UserObjectPermissionManager
from guardian.shortcuts import get_objects_for_user

from agencies.acting import Acting
from agencies.actions import memberships
from agencies.actions.terms import Terms as MembershipTerms
from agencies.models import Agency, Team, User
from bench import world
from bench._plans import acting_in_database, faults, statements_of, unrecorded
from bench._timing import HEADER, Ratio, compare, quartile
from cases import access
from cases.actions.involvement import Terms, end_involvement, involve
from cases.models import Case, CaseGroupGrant, CaseUserGrant, TimelineEntry
from safeguard.common.services.postgres import RunningPostgres
from safeguard.common.services.valkey import start_valkey

FEW = ("small", "old", "fresh", "medium", "big")
NEWEST = "SELECT id, opened_at FROM cases_case {after} ORDER BY opened_at DESC, id DESC LIMIT 25"
PAGE_100 = 99
Run = Callable[[], object]


def check_plans() -> list[str]:
    """Return what is wrong with the plans of each reader's hot questions."""
    print("| question | groups | pages | read from end to end |\n| --- | ---: | ---: | --- |")
    found = []
    for name in world.READERS:
        by = world.reader(name)
        with acting_in_database(by):
            found += list(faults(by, a_case(by, name)))
    return found


def a_case(by: Acting, name: str) -> Case:
    """Return the long case for those who see it, else the newest of ``by``'s."""
    pk = world.LONG_CASE if name in world.LONG_CASE_READERS else access.case_page(by)[0].pk
    return Case.objects.get(pk=pk)


def measure(postgres: RunningPostgres) -> list[str]:
    """Print every ratio; return a line for each beyond its bound."""
    print(HEADER)
    ratios: list[Ratio] = []
    with unrecorded():
        for part in (lists, one_object, timelines, lock_overhead, other_ways, old_against_fresh, big_against_small):
            ratios += part()
        ratios += scales(postgres)
    ratios += pages(postgres)
    return [str(ratio) for ratio in ratios if not ratio.held]


# --- Lists ----------------------------------------------------------------------------------------


def lists() -> Iterator[Ratio]:
    """First pages, page 100 and counts of each reader."""
    for name in (*FEW, "national"):
        by = world.reader(name)
        groups, most = len(by.group_ids), 6 if name == "national" else 4
        with acting_in_database(by):
            yield compare(f"first page, {name}, {groups} groups", partial(page, by), plain_page, most)
            yield compare(f"capped count, {name}", partial(access.case_count, by), plain_count, 4)
            if name in ("big", "national"):
                yield page_100(by, name)


def page(by: Acting, after: access.Position | None = None) -> object:
    """Ask for a page and its cases."""
    return access.cases_at(access.case_page(by, after=after), by)


def plain_page(after: tuple[Any, int] | None = None) -> object:
    """Ask for a page of all cases, as the owner and without a filter: ids first, then the cases, as ours."""
    condition = "WHERE (opened_at, id) < (%s, %s)" if after else ""
    keys = [row[0] for row in plain(NEWEST.format(after=condition), after or ())]
    shown = Case.objects.using("owner").with_child_name()
    return shown.select_related("child", "lead_agency", "allocated_to", "allocated_team").in_bulk(keys)


def plain_count() -> object:
    """Count up to the cap without a filter."""
    return plain("SELECT count(*) FROM (SELECT FROM cases_case LIMIT 1001) counted")


def plain(statement: str, params: Any = ()) -> list[tuple[Any, ...]]:
    """Run a statement as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def page_100(by: Acting, name: str) -> Ratio:
    """Page 100 by its key, against the unfiltered page 100 by its key."""
    after = None
    for _number in range(PAGE_100):
        after = access.case_page(by, after=after)[-1]
    pk, opened = plain(f"{NEWEST.format(after='')} OFFSET {25 * PAGE_100 - 1}")[0]
    return compare(f"page 100, {name}", partial(page, by, after), partial(plain_page, (opened, pk)), 3)


def old_against_fresh() -> Iterator[Ratio]:
    """An agency whose cases are all old against one whose cases are fresh: each in its own transaction."""
    old, fresh = world.reader("old"), world.reader("fresh")
    yield compare("an old agency against a fresh one", partial(entering, old), partial(entering, fresh), 1.5)


def entering(by: Acting) -> object:
    """Open ``by``'s transaction and ask for their first page."""
    with acting_in_database(by):
        return page(by)


# --- One case, its timeline -----------------------------------------------------------------------


def one_object() -> Iterator[Ratio]:
    """The check of one case: the very statement that the door sends, and the door itself."""
    by = world.reader("big")
    with acting_in_database(by):
        case = Case.objects.get(pk=access.case_page(by)[3].pk)
        ours = statements_of(lambda: access.case(by, case.uuid))[0]
        theirs = str(_plain_case(case).query.sql_with_params()[0]), _plain_case(case).query.sql_with_params()[1]
        yield compare("one object, SQL", lambda: _raw(ours), lambda: plain(*theirs), 2)
        yield compare("one object, ORM", partial(access.case, by, case.uuid), lambda: _plain_case(case).get(), 2.5)


def _plain_case(case: Case) -> Any:
    related = ("child", "lead_agency", "allocated_team", "allocated_to", "duty_team")
    return Case.objects.using("owner").with_child_name().filter(uuid=case.uuid).select_related(*related)


def _raw(statement: tuple[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def timelines() -> Iterator[Ratio]:
    """The case of 5,000 entries: for one who sees them all, and one who sees only the oldest fifty."""
    for name, what, most in (("big", "normal", 2), ("school", "only the oldest 1 % visible", 4)):
        by = world.reader(name)
        with acting_in_database(by):
            case = Case.objects.get(pk=world.LONG_CASE)
            yield compare(f"timeline, {what}", partial(access.timeline_page, by, case), plain_timeline, most)


def plain_timeline() -> object:
    """The newest fifty entries without a filter, ids first, then the bodies, as ours."""
    newest = "SELECT id FROM cases_timelineentry WHERE case_id = %s ORDER BY occurred_at DESC, id DESC LIMIT 50"
    keys = [row[0] for row in plain(newest, [world.LONG_CASE])]
    return TimelineEntry.objects.using("owner").select_related("author", "author_agency").in_bulk(keys)


# --- For comparison -------------------------------------------------------------------------------


def lock_overhead() -> Iterator[Ratio]:
    """Our own statements with row-level security and, as the owner, without."""
    for name in ("big", "national"):
        by = world.reader(name)
        with acting_in_database(by):
            questions: dict[str, Run] = {
                "page": partial(access.case_page, by),
                "count": partial(access.case_count, by),
                "cases of a page": partial(page, by),
            }
            for what, ask in questions.items():
                sent = statements_of(ask)
                yield compare(
                    f"with row security, {what}, {name}", partial(_all, _raw, sent), partial(_all, _plain, sent)
                )


def _plain(statement: tuple[str, Any]) -> object:
    return plain(*statement)


def _all(run: Callable[[tuple[str, Any]], object], statements: list[tuple[str, Any]]) -> None:
    for statement in statements:
        run(statement)


def other_ways() -> Iterator[Ratio]:
    """Guardian's get_objects_for_user, and the queryset for what is not hot, against the plain page."""
    for name in ("small", "big", "national"):
        by = world.reader(name)
        with acting_in_database(by):
            visible = Case.objects.visible_to(by).order_by("-opened_at", "-pk")[:25]
            yield compare(f"visible_to, {name}", partial(_fetch, visible), plain_page, repeats=5)
        with world.as_owner():
            user = User.objects.get(pk=world.READERS[name])
            with _guardians_managers():
                question = f"guardian’s get_objects_for_user, {name}"
                yield compare(question, partial(_guardian, user), plain_page, repeats=5)


def _fetch(queryset: Any) -> object:
    return list(queryset.all())


def _guardian(user: User) -> object:
    found = get_objects_for_user(user, "cases.view_case", klass=Case.objects.all(), accept_global_perms=False)
    return list(found.order_by("-opened_at", "-pk")[:25])


@contextmanager
def _guardians_managers() -> Iterator[None]:
    """Give the grants guardian's managers, which the engine took away, for the comparison."""
    with ExitStack() as stack:
        for model, kind in (
            (CaseGroupGrant, GroupObjectPermissionManager),
            (CaseUserGrant, UserObjectPermissionManager),
        ):
            manager = kind()
            manager.model = model
            stack.enter_context(patch.object(model, "objects", manager))
        yield


def scales(postgres: RunningPostgres) -> Iterator[Ratio]:
    """First pages in the large world against those in the usual one, by turns of a connection each."""
    if world.SCALE <= world.USUAL:
        return
    for name in (*FEW, "national"):
        times: dict[int, list[float]] = {world.SCALE: [], world.USUAL: []}
        for scale in (world.USUAL, world.SCALE) * 3:
            world.connect(postgres, world.name_of(scale))
            by = world.reader(name)
            with acting_in_database(by):
                times[scale].append(quartile(partial(page, by)))
        ratio = Ratio(
            f"{world.SCALE:,} cases against {world.USUAL:,}, {name}",
            min(times[world.SCALE]),
            min(times[world.USUAL]),
            1.3,
        )
        print(ratio, flush=True)
        yield ratio


def pages(postgres: RunningPostgres) -> Iterator[Ratio]:
    """Whole pages, asked as a browser asks, against the statements that they send."""
    valkey = start_valkey(postgres.cluster.data_dir.parent / "valkey")
    settings.CACHES["default"]["LOCATION"] = valkey.url
    try:
        by = world.reader("big")
        with acting_in_database(by):
            case = Case.objects.get(pk=access.case_page(by)[3].pk)
        yield _page("list", reverse("cases:list"), by, 5)
        yield _page("case", reverse("cases:detail", args=[case.uuid]), by, 8)
    finally:
        valkey.stop()


def _page(name: str, address: str, by: Acting, bound: float) -> Ratio:
    client = Client(SERVER_NAME="localhost")
    client.force_login(by.user)
    assert client.get(address).status_code == HTTPStatus.OK  # noqa: S101  (or nothing was measured)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    steering = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
    sent = [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(steering)]
    raw = partial(_in_one_transaction, by, [(sql.replace("%", "%%"), ()) for sql in sent])
    question = f"whole page, {name} ({len(sent)} statements)"
    return compare(question, partial(client.get, address), raw, bound)


def _in_one_transaction(by: Acting, statements: list[tuple[str, Any]]) -> None:
    with acting_in_database(by):
        for sql, params in statements:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                if cursor.description:
                    cursor.fetchall()


# --- Writing --------------------------------------------------------------------------------------


def big_against_small() -> Iterator[Ratio]:
    """Granting, revoking and onboarding for an agency with 30 % of all cases, against one with 200."""
    by = world.reader("big")
    big, small = Team.objects.get(pk=3), Team.objects.get(agency=300, name="Team 2")
    with acting_in_database(by):
        yield compare(
            "grant to a big agency against a small one", partial(grant, big, by), partial(grant, small, by), 2
        )
        yield compare("grant and revoke, the same", partial(revoke, big, by), partial(revoke, small, by), 2)
        yield compare("onboard, the same", partial(onboard, 1, by), partial(onboard, 300, by), 2)


@contextmanager
def undone() -> Iterator[None]:
    """Undo the body's writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def grant(team: Team, by: Acting) -> None:
    """Bring ``team`` into a case."""
    with undone():
        _involve(team, by)


def revoke(team: Team, by: Acting) -> None:
    """Bring ``team`` into a case and end its part."""
    with undone():
        end_involvement(_involve(team, by), reason="Done", by=by)


def _involve(team: Team, by: Acting) -> Any:
    # the newest that neither of the two teams knows
    keys = [position.pk for position in access.case_page(by)]
    case = Case.objects.filter(pk__in=keys).exclude(involvements__team__in=[3, team.pk])[0]
    return involve(case, team, Terms(purpose="Work", lawful_basis="Consent"), by=by)


def onboard(agency: int, by: Acting) -> None:
    """Add somebody to the agency and its first team."""
    with undone():
        place = Agency.objects.get(pk=agency)
        team = place.teams.order_by("pk")[0]
        user = User.objects.exclude(memberships__agency=place).order_by("-pk")[0]
        terms = MembershipTerms(roles=frozenset({"practitioner"}), teams=frozenset({team}), since=timezone.now())
        memberships.add(user, place, terms, by=by)
        assert Group.objects.filter(user=user, team=team).exists()  # noqa: S101  (or nothing was measured)
