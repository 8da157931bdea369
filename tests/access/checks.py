"""The proofs in short: each looks at the site as one person and says what it finds, None for nothing."""

import logging
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from agencies.acting import Acting
from agencies.models import Membership
from agencies.scopes import Scope
from cases.models import Case, Child, TimelineEntry
from safeguard.common import row_security
from tests.access import oracle
from tests.access.crawl import Crawler
from tests.access.facts import reader_of
from tests.access.marks import MARK
from tests.access.questions import API_LISTS, of_case, questions
from tests.access.replay import Question, answer, differences
from tests.access.routes import ABSENT
from tests.access.scene import Scene
from tests.access.worlds import ids_by_sql
from tests.conftest import Person
from tests.factories import act, as_owner
from tests.programs import program_of

PAGES = ("cases:detail", "cases:access", "api:case")
Finding = str | None


def addresses(scene: Scene) -> Iterator[str]:
    """Yield the lists, and the pages of every case and child."""
    yield from ("/cases/", "/api/v1/cases/", "/api/v1/children/", "/inbox/")
    for row in scene.truth.rows["Case"].values():
        yield from (reverse(route, args=[row["uuid"]]) for route in PAGES)
    for row in scene.truth.rows["Child"].values():
        yield from (reverse(route, args=[row["uuid"]]) for route in ("api:child", "cases:child"))


def crawler(scene: Scene, name: str) -> Finding:
    """Marks where they should not be: in answers and in the log."""
    said = _Heard()
    logging.getLogger().addHandler(said)
    try:
        crawl = Crawler(scene, name, _client(scene, name))
        for address in addresses(scene):
            if leaks := crawl.check(address, crawl.client.get(address)):
                return f"crawler: {leaks[0].origin.model}.{leaks[0].origin.field}"
    finally:
        logging.getLogger().removeHandler(said)
    return "crawler: log" if said.marks else None


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.marks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the marks of a record."""
        self.marks += MARK.findall(f"{record.getMessage()} {record.exc_info}")


def denials(scene: Scene, name: str) -> Finding:
    """A hidden case that is not answered like an absent one, or a page that may be kept by a cache."""
    client, reader = _client(scene, name), scene.reader(name)
    absent = {route: answer(client, Question(reverse(route, args=[ABSENT]))) for route in PAGES}
    for pk, row in scene.truth.rows["Case"].items():
        for route in PAGES:
            address = reverse(route, args=[row["uuid"]])
            hidden = reader is None or not scene.truth.level(reader, pk)
            if hidden and answer(client, Question(address)) != absent[route]:
                return f"denials: {route} is not answered like absence"
    if client.get("/cases/").headers.get("Cache-Control") != "no-store":
        return "matrix: a page may be kept"
    return _mixed(scene, client)


def _mixed(scene: Scene, client: Client) -> Finding:
    """An involvement is reached under the address of another case."""
    shared, own = scene.made["shared"], scene.made["own"]
    for row in scene.truth.rows["Involvement"].values():
        if row["case_id"] == own.pk:
            address = reverse("cases:involvement_end", args=[shared.uuid, row["uuid"]])
            if client.get(address).status_code == 200:
                return "matrix: an involvement of another case"
    return None


def agreement(scene: Scene, name: str, *, by_sql: bool = True) -> Finding:
    """Lists, counts and the database against the oracle, under each of the person's memberships.

    Without ``by_sql`` the database is not asked past the application's filters.
    """
    person = scene.people[name]
    with as_owner():
        memberships = list(Membership.objects.filter(user=person.user))
    for membership in memberships:
        reader = reader_of(membership)
        if reader is None:
            continue
        found = _by_querysets(scene, act(person.user, membership), reader, by_sql=by_sql) or _by_program(
            scene, person, membership, reader
        )
        if found:
            return found
    return None


def _by_querysets(scene: Scene, by: Acting, reader: oracle.Reader, *, by_sql: bool) -> Finding:
    models: dict[str, Any] = {"Case": Case, "Child": Child, "TimelineEntry": TimelineEntry, "Address": None}
    with transaction.atomic():
        row_security.apply(by.row_security())
        for name, model in models.items():
            expected = set(scene.truth.rows[name]) - set(scene.truth.hidden(reader, name))
            if by_sql and ids_by_sql(f"cases_{name.lower()}") != expected:
                return f"agreement: {name} by SQL"
            if model and set(model.objects.visible_to(by).values_list("pk", flat=True)) != expected:
                return f"agreement: {name}.visible_to"
        transaction.set_rollback(True)
    return None


def _by_program(scene: Scene, person: Person, membership: Membership, reader: oracle.Reader) -> Finding:
    with transaction.atomic():
        program = program_of(Person(person.user, membership), Scope.READ_CASES)
        body = program.get("/api/v1/cases/").json()
        transaction.set_rollback(True)
    expected = len(scene.truth.rows["Case"]) - len(scene.truth.hidden(reader, "Case"))
    shown = {row["uuid"] for row in body["results"]}
    hidden = {str(scene.truth.rows["Case"][pk]["uuid"]) for pk in scene.truth.hidden(reader, "Case")}
    if body["count"] != expected or shown & hidden:
        return "agreement: list and count by token"
    return None


def non_interference(scene: Scene, name: str) -> Finding:
    """Answers that depend on what is hidden."""
    reader = scene.reader(name)
    if reader is None:
        return None
    forms = [question for question in questions(scene, name) if question.post]
    told = [question for question in forms if question.address in {"/cases/open/", "/cases/emergency/"}]
    shared = scene.truth.rows["Case"][scene.made["shared"].pk]
    of_shared = [question for question in of_case(scene, name, shared) if not question.post]
    lists = [Question(address) for address in API_LISTS[:3]]
    asked = [*islice(of_shared, 12), *lists, *told]
    _pairs, found = differences(name, _client(scene, name), reader, scene.truth, asked)
    return f"non-interference: {found[0].question.address.split('/')[-2]}" if found else None


def papers(scene: Scene, name: str) -> Finding:
    """Marks where they should not be in what is searched for, printed, and handed out as a file."""
    crawl = Crawler(scene, name, _client(scene, name))
    rows = scene.truth.rows
    cases = {pk: row["uuid"] for pk, row in rows["Case"].items()}
    of_entry = {pk: cases[row["case_id"]] for pk, row in rows["TimelineEntry"].items()}
    files = [(of_entry[row["entry_id"]], row["uuid"]) for row in rows["Attachment"].values() if row["entry_id"]]
    addresses = [
        *(reverse("cases:timeline_print", args=[uuid]) for uuid in cases.values()),
        *(reverse("cases:attachment", args=each) for each in files),
    ]
    found = [leak for address in addresses for leak in crawl.check(address, crawl.client.get(address))]
    found += crawl.check("/search/", crawl.client.post("/search/", {"words": "example"}))
    return f"papers: {found[0].origin.model}.{found[0].origin.field}" if found else None


def history(scene: Scene, name: str) -> Finding:
    """What the web's role reads of the history tables, which are the owner's alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        row_security.apply(act(scene.people[name].user, scene.people[name].membership).row_security())
        cursor.execute(HISTORY)
        readable = [table for (table,) in cursor.fetchall()]
    return f"history: {readable[0]}" if readable else None


HISTORY = """SELECT relname FROM pg_class WHERE relname ~ '^(cases|referrals|agencies)_.*event$' AND relkind = 'r'
    AND has_table_privilege(current_user, oid, 'SELECT')"""
CHECKS: Mapping[str, Callable[[Scene, str], Finding]] = {
    "agreement": agreement,
    "denials": denials,
    "crawler": crawler,
    "non_interference": non_interference,
    "papers": papers,
    "history": history,
}


def _client(scene: Scene, name: str) -> Client:
    return scene.people[name].client
