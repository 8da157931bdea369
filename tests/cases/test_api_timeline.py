"""A timeline for programs: what the page shows and takes, by the same doors and with the same words."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from cases import timeline
from cases.actions.entries import add_entry
from cases.actions.involvement import Terms, involve
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, EntryReceipt, TimelineEntry
from cases.timeline import OWN_TEAM, Audience, Event
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.programs import program_of

CONTRIBUTE = Terms(level=AccessLevel.CONTRIBUTE, purpose="Welfare", lawful_basis="ca2004_s11")
VIEW = Terms(purpose="Welfare", lawful_basis="ca2004_s11")
HEALTH = 1 << 2


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with Oakfield contributing and health reading."""
    with entered(alice) as by:
        involve(case, oakfield.team, CONTRIBUTE, by=by)
        involve(case, health.team, VIEW, by=by)
    return case


def write(case: Case, person: Person, title: str, audience: Audience, **more: Any) -> TimelineEntry:
    with entered(person) as by:
        return add_entry(case, Event(kind=Kind.NOTE, title=title, audience=audience), by=by, **more)


def at(case: Case, *parts: object) -> str:
    return "/".join(["/api/v1/cases", str(case.uuid), "timeline", *map(str, parts), ""])


def body(**changes: Any) -> dict[str, Any]:
    yesterday = timezone.now() - timedelta(days=1)
    return {"kind": "note", "occurred_at": yesterday.isoformat(), "title": "Came late"} | changes


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["entry"]["title"] for row in answer.json()["results"]]


def test_a_program_reads_what_its_holder_may_see_page_by_page(shared: Case, tariq: Person, hana: Person) -> None:
    for number in range(4):
        write(shared, tariq, f"For all {number}", timeline.EVERYBODY_INVOLVED)
    write(shared, tariq, "For us", OWN_TEAM)
    program, seen, query = program_of(hana), list[str](), {"limit": 2}
    while True:
        answer = program.get(at(shared), query)
        seen += titles(answer)
        if answer.json()["next_cursor"] is None:
            break
        query = {"limit": 2, "cursor": answer.json()["next_cursor"]}

    assert [title for title in seen if title.startswith("For")] == [f"For all {n}" for n in (3, 2, 1, 0)]
    assert "count" not in answer.json()


def test_a_timeline_is_narrowed_by_its_parameters(shared: Case, tariq: Person) -> None:
    write(shared, tariq, "A giraffe", timeline.EVERYBODY_INVOLVED)
    program = program_of(tariq)

    assert titles(program.get(at(shared), {"words": "giraffes"})) == ["A giraffe"]
    assert titles(program.get(at(shared), {"kind": "note", "sector": "education"})) == ["A giraffe"]
    assert titles(program.get(at(shared), {"until": "2001-01-01T00:00:00Z"})) == []
    assert program.get(at(shared), {"kind": "nots"}).status_code == 400
    assert program.get(at(shared), {"agency": "x"}).status_code == 400
    assert program.get(at(shared), {"cursor": "made-up"}).status_code == 400


def test_hidden_and_absent_entries_are_answered_alike(shared: Case, tariq: Person, hana: Person, olive: Person) -> None:
    hidden = write(shared, tariq, "For us", OWN_TEAM)
    for person, case_uuid in ((hana, shared), (olive, shared)):
        program = program_of(person)
        one, two = program.get(at(case_uuid, hidden.uuid)), program.get(at(case_uuid, uuid4()))
        assert one.status_code == two.status_code == 404
        assert one.content == two.content
        assert program.post(at(shared, hidden.uuid, "acknowledge")).status_code == 404
    assert program_of(olive).get(at(shared)).status_code == 404


def test_an_entry_is_added_in_the_holders_name_with_the_default_audience(
    shared: Case, tariq: Person, hana: Person
) -> None:
    answer = program_of(tariq).post(at(shared, "entries"), body(child_words="“Sorry” 🙂", matters_to_plan=True))

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["entry"]["author"]["name"], made["visible_to"]) == ("Tariq Turner", "everybody involved")
    assert titles(program_of(hana).get(at(shared), {"kind": "note"})) == ["Came late"]


def test_an_audience_and_receipts_are_asked_for_by_keys(
    shared: Case, tariq: Person, hana: Person, alice: Person, health: Place
) -> None:
    audience = {"reach": "named", "named": [f"team:{health.team.uuid}"], "sensitivity": 1}
    sent = body(audience=audience, ask=[str(health.agency.uuid)])
    made = program_of(tariq).post(at(shared, "entries"), sent).json()

    assert made["receipts"][0]["confirmed_at"] is None
    assert program_of(alice).get(at(shared, made["uuid"])).status_code == 404
    program = program_of(hana)
    for _twice in range(2):
        answer = program.post(at(shared, made["uuid"], "acknowledge"))
        assert answer.status_code == 200
    assert answer.json()["receipts"][0]["confirmed_at"]
    with as_owner():
        assert EntryReceipt.objects.get().confirmed_by == hana.user


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"body": "x" * 10_001}, "body"),
        ({"kind": "case_closed"}, "kind"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "entry"),
        ({"audience": {"reach": "sectors"}}, "audience.sectors"),
        ({"audience": {"reach": "sectors", "sectors": ["moon"]}}, "audience.sectors"),
        ({"audience": {"reach": "everybody", "sensitivity": 3}}, "entry"),
        ({"audience": {"reach": "named", "named": [f"user:{uuid4()}"]}}, "audience.named"),
        ({"ask": [str(uuid4())]}, "ask"),
    ],
)
def test_what_the_page_refuses_is_refused_and_nothing_is_saved(
    changes: dict[str, Any], named: str, shared: Case, tariq: Person
) -> None:
    answer = program_of(tariq).post(at(shared, "entries"), body(**changes))

    assert answer.status_code == 400
    assert named in answer.json()["errors"]
    assert answer.json()["detail"].startswith("Nothing was saved.")
    with as_owner():
        assert not TimelineEntry.objects.filter(kind="note").exists()


def test_the_same_key_adds_an_entry_once(shared: Case, tariq: Person) -> None:
    program, key, sent = program_of(tariq), {"headers": {"Idempotency-Key": str(uuid4())}}, body()
    first, second = (program.post(at(shared, "entries"), sent, **dict(key)) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    with as_owner():
        assert TimelineEntry.objects.filter(title="Came late").count() == 1
    wrong = program.post(at(shared, "entries"), body(), headers={"Idempotency-Key": "mine"})
    assert wrong.status_code == 400


def test_a_key_of_another_entry_is_refused(shared: Case, tariq: Person) -> None:
    program, key = program_of(tariq), {"headers": {"Idempotency-Key": str(uuid4())}}
    program.post(at(shared, "entries"), body(), **dict(key))

    other = program.post(at(shared, "entries"), body(title="Came early"), **dict(key))

    assert other.status_code == 422
    assert "nothing was saved" in other.json()["detail"]
    with as_owner():
        assert not TimelineEntry.objects.filter(title="Came early").exists()


def test_who_may_only_read_cannot_add(shared: Case, hana: Person, olive: Person) -> None:
    for person in (hana, olive):
        assert program_of(person).post(at(shared, "entries"), body()).status_code == 404


@pytest.mark.parametrize("scope", ["read:cases", "read:timeline"])
def test_a_token_needs_the_scope(scope: str, shared: Case, tariq: Person) -> None:
    program = program_of(tariq, scope)

    assert program.post(at(shared, "entries"), body()).status_code == 403
    assert program.get(at(shared)).status_code == (200 if scope == "read:timeline" else 403)


def test_programs_answers_and_pages_agree(shared: Case, tariq: Person, hana: Person, alice: Person) -> None:
    for number, audience in enumerate((OWN_TEAM, Audience(mask=HEALTH), timeline.EVERYBODY_INVOLVED)):
        write(shared, tariq, f"Entry {number}", audience)
    for person in (tariq, hana, alice):
        page = person.client.get(f"/cases/{shared.uuid}/timeline/").context["page"].items
        assert titles(program_of(person).get(at(shared))) == [shown.entry.title for shown in page]
