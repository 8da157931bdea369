"""The chronology on paper: exactly what its reader may see, made by the worker as that reader."""

import io
import json
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pikepdf
import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from agencies.acting import SESSION_KEY, Acting
from agencies.models import Membership
from agencies.roles import Role
from cases import timeline
from cases.access_timeline import TimelineFilters
from cases.actions.beside import correct, dispute
from cases.actions.chronologies import forget_expired, make_waiting
from cases.actions.involvement import Terms, involve
from cases.actions.restriction import exclude
from cases.event_kinds import Kind
from cases.exports.chronology import Collected
from cases.models import AccessLevel, Case, Chronology, TimelineEntry
from safeguard.audit.models import AuditRow
from safeguard.common import row_security
from safeguard.common.files import storing
from tests.cases.conftest import entered
from tests.cases.streams import write
from tests.conftest import Person, Place
from tests.factories import act, as_owner, chronology_of, database_role, make_membership

WHY = Terms(purpose="Attendance and welfare", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE)


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place) -> Case:
    """The case, with the school involved, an entry for everybody and one for Alice's team."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
    write(alice, case, body="Robin was seen at home")
    write(alice, case, body="For the team alone", audience=timeline.OWN_TEAM)
    return case


def ask(person: Person, case: Case) -> str:
    """Press the button; return the address of the page that says how far the document is."""
    answer = person.client.post(reverse("cases:chronology_ask", args=[case.uuid]))
    assert answer.status_code == 302
    return str(answer["Location"])


def work() -> int:
    """Do the worker's round, as its database role and for nobody in particular."""
    with database_role("app_worker"):
        row_security.apply(row_security.NOBODY)
        return make_waiting()


def test_the_page_to_print_holds_what_its_reader_may_see_and_says_who_and_that_it_is_on_record(
    shared: Case, alice: Person, tariq: Person, olive: Person
) -> None:
    address = reverse("cases:timeline_print", args=[shared.uuid])

    page = tariq.client.get(address).text

    assert "Robin was seen at home" in page
    assert "For the team alone" not in page
    assert "For the team alone" in alice.client.get(address).text
    assert "Printed by Tariq Turner, Oakfield Primary School" in page
    assert olive.client.get(address).status_code == 404
    with as_owner():
        row = AuditRow.objects.get(action="chronology.print", user_id=tariq.user.pk)
        assert row.target_uuids == [shared.uuid]


def test_what_was_corrected_or_disputed_does_not_read_as_fact_on_paper(
    shared: Case, alice: Person, tariq: Person
) -> None:
    with as_owner():
        entry = TimelineEntry.objects.get(body="Robin was seen at home")
    with entered(tariq) as by:
        dispute(shared, entry, text="Robin was at school", by=by)
    with entered(alice) as by:
        event = timeline.Event(kind=Kind(entry.kind), title="Seen at school", occurred_at=entry.occurred_at)
        correct(shared, entry, event, reason="Mistook the brother", by=by)

    page = tariq.client.get(reverse("cases:timeline_print", args=[shared.uuid])).text

    assert f"<s>{entry.title}</s>" in page
    assert "No longer holds: corrected by Alice Archer" in page
    assert page.count("Mistook the brother") == 2  # beside what was written, and beside what holds now
    assert "Robin was at school" in page


def test_a_document_is_made_by_the_worker_for_the_person_who_asked_and_nobody_else(
    shared: Case, alice: Person, tariq: Person
) -> None:
    pytest.importorskip("weasyprint")
    address = ask(tariq, shared)
    assert "Waiting for its turn" in tariq.client.get(address).text

    assert work() == 1

    ready = tariq.client.get(address).text
    assert "Ready" in ready
    answer = tariq.client.get(f"{address}file/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="chronology-{shared.reference}.pdf"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert document.Root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in document.Root
        assert str(document.Root["/Lang"]).startswith("en")
        assert "Robin" not in str(document.docinfo.get("/Title", ""))
    assert alice.client.get(address).status_code == 404
    assert alice.client.get(f"{address}file/").status_code == 404


def test_what_the_document_is_drawn_from_is_what_the_reader_may_see(
    shared: Case, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.actions import chronologies

    drawn: list[Collected] = []

    def draw(collected: Collected) -> bytes:
        drawn.append(collected)
        return b"%PDF"

    monkeypatch.setattr(chronologies, "pdf", draw)
    ask(tariq, shared)

    assert work() == 1

    (collected,) = drawn
    bodies = [shown.entry.body for shown in collected.entries]
    assert "Robin was seen at home" in bodies
    assert "For the team alone" not in bodies
    assert (collected.reader, collected.agency) == ("Tariq Turner", "Oakfield Primary School")


def test_nothing_is_made_for_who_has_lost_the_case_or_the_membership_meanwhile(
    shared: Case, alice: Person, tariq: Person, daisy: Person
) -> None:
    ask(tariq, shared)
    ask(daisy, shared)
    with entered(alice) as by:
        exclude(shared, tariq.user, reason="Related", by=by)
    with as_owner():
        Membership.objects.filter(pk=daisy.membership.pk).update(until=timezone.now())

    assert work() == 0

    with as_owner():
        assert set(Chronology.objects.values_list("state", "stored_name")) == {("waiting", "")}


def test_a_finished_document_is_not_handed_out_once_the_case_is_lost(
    shared: Case, alice: Person, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.actions import chronologies

    monkeypatch.setattr(chronologies, "pdf", lambda _collected: b"%PDF")
    address = ask(tariq, shared)
    assert work() == 1
    assert tariq.client.get(f"{address}file/").content == b"%PDF"
    with entered(alice) as by:
        exclude(shared, tariq.user, reason="Related", by=by)

    assert tariq.client.get(f"{address}file/").status_code == 404


def test_without_the_libraries_the_page_says_so_and_leads_to_the_page_to_print(
    shared: Case, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    address = ask(tariq, shared)

    assert work() == 0

    page = tariq.client.get(address).text
    assert "lacks the libraries that draw PDF documents" in page
    assert reverse("cases:timeline_print", args=[shared.uuid]) in page


def test_a_fourth_document_waits_until_one_is_made(shared: Case, tariq: Person) -> None:
    for _ in range(3):
        ask(tariq, shared)

    answer = tariq.client.post(reverse("cases:chronology_ask", args=[shared.uuid]), follow=True)

    assert "three of yours are being made" in answer.text


def test_a_day_later_the_document_and_its_file_are_gone(
    shared: Case, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.actions import chronologies

    monkeypatch.setattr(chronologies, "pdf", lambda _collected: b"%PDF")
    address = ask(tariq, shared)
    assert work() == 1
    with as_owner():
        made = Chronology.objects.get()
        Chronology.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    assert tariq.client.get(f"{address}file/").status_code == 404
    with database_role("app_worker"):
        row_security.apply(row_security.NOBODY)
        assert forget_expired() == 1
    with pytest.raises(storing.FileLost):
        storing.get(made.stored, context=made.place)


def test_what_the_reader_narrowed_the_timeline_to_is_what_is_printed_and_the_paper_says_so(
    shared: Case, alice: Person, tariq: Person
) -> None:
    write(tariq, shared, body="Came without a coat")
    query = {"words": "coat"}

    page = tariq.client.get(reverse("cases:timeline_print", args=[shared.uuid]), query).text

    assert "Came without a coat" in page
    assert "Robin was seen at home" not in page
    assert "Only a part of what they may see: Search in the entries: coat" in page
    timeline_page = tariq.client.get(reverse("cases:timeline", args=[shared.uuid]), query).text
    assert f"{reverse('cases:timeline_print', args=[shared.uuid])}?words=coat" in timeline_page


def test_the_document_is_narrowed_as_the_page_was_when_it_was_asked_for(
    shared: Case, alice: Person, tariq: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Collected] = []

    def draw(collected: Collected) -> bytes:
        drawn.append(collected)
        return b"%PDF-1.7"

    monkeypatch.setattr("cases.actions.chronologies.pdf", draw)
    write(tariq, shared, body="Came without a coat")
    sector = {"sector": "education", "since-day": "1", "since-month": "1", "since-year": "2020"}
    address = reverse("cases:chronology_ask", args=[shared.uuid])
    tariq.client.post(f"{address}?{urlencode(sector)}")

    assert work() == 1

    assert {shown.entry.body for shown in drawn[0].entries} == {"Came without a coat"}
    assert "Sector: Education" in drawn[0].narrowed_to


def test_filters_survive_being_kept() -> None:
    asked = TimelineFilters(
        agency_uuid=uuid4(), sector="health", kinds=["note"], since=timezone.now(), words="coat", matters=True
    )

    assert TimelineFilters.from_json(json.loads(json.dumps(asked.as_json()))) == asked


def test_a_document_is_not_opened_under_another_membership_of_the_same_person(
    shared: Case, tariq: Person, alice: Person, voluntary: Place
) -> None:
    other = make_membership(tariq.user, voluntary.agency, Role.PRACTITIONER, teams=(voluntary.team,))
    with entered(alice) as by:
        involve(shared, voluntary.team, WHY, by=by)
    with as_owner():
        document = chronology_of(shared.pk, tariq.user)
    address = reverse("cases:chronology", args=[shared.uuid, document.uuid])

    under = {each.uuid: tariq.client for each in (tariq.membership, other)}
    for chosen, client in under.items():
        session = client.session
        session[SESSION_KEY] = str(chosen)
        session.save()

    assert under[tariq.membership.uuid].get(f"{address}file/").status_code == 200
    case_page = reverse("cases:detail", args=[shared.uuid])
    assert under[other.uuid].get(case_page).status_code == 200, "the case itself is theirs there too"
    for page in (address, f"{address}file/"):
        assert under[other.uuid].get(page).status_code == 404
    for membership, found in ((tariq.membership, 1), (other, 0)):
        assert rows_under(act(tariq.user, membership)) == found


def rows_under(by: Acting) -> int:
    """Return how many documents the database shows the web's role for that membership, whatever the page asks."""
    with transaction.atomic(), connection.cursor() as cursor:
        row_security.apply(by.row_security())
        cursor.execute("SELECT count(*) FROM cases_chronology")
        return int(cursor.fetchone()[0])
