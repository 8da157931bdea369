"""The pages of cases, as their readers meet them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from cases import access, timeline
from cases.actions.beside import correct
from cases.actions.involvement import Terms, end_involvement, involve
from cases.actions.restriction import restrict
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, CaseExclusion, CaseGroupGrant, Involvement, TimelineEntry
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered, with_later_transaction
from tests.conftest import Person, Place
from tests.factories import as_owner

WHY = Terms(purpose="Attendance and welfare", lawful_basis="ca2004_s11")


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place) -> Case:
    """The case, with Oakfield's safeguarding team involved."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
    return case


def newest(model: type[Model]) -> Any:
    with as_owner():
        return model._default_manager.latest("pk")


def test_the_case_page_shows_worries_and_strengths_that_its_reader_may_see_and_that_still_hold(
    shared: Case, alice: Person, tariq: Person
) -> None:
    def write(kind: Kind, title: str, audience: timeline.Audience = timeline.EVERYBODY_INVOLVED) -> TimelineEntry:
        with entered(alice) as by:
            event = timeline.Event(kind=kind, title=title, audience=audience)
            return timeline.write(shared, event, by=by)

    write(Kind.CONCERN, "Often without lunch")
    write(Kind.CONCERN, "Known to the team alone", timeline.OWN_TEAM)
    write(Kind.STRENGTH, "Gran collects him")
    mistaken = write(Kind.STRENGTH, "Uncle collects him")
    with entered(alice) as by:
        right = timeline.Event(kind=Kind.STRENGTH, title="Aunt collects him", occurred_at=mistaken.occurred_at)
        correct(shared, mistaken, right, reason="Misheard", by=by)

    page = tariq.client.get(reverse("cases:detail", args=[shared.uuid])).text
    shown = page.partition("Worries and strengths")[2].partition("Who works on it")[0]

    assert "Often without lunch" in shown
    assert "Known to the team alone" not in page
    assert "Gran collects him" in shown
    assert "Aunt collects him" in shown
    assert "Uncle collects him" not in shown
    assert f"<s>{mistaken.title}</s>" in page.partition("Latest on the timeline")[2]


def test_a_social_worker_opens_a_case_and_finds_it_in_the_list(alice: Person, social_care: Place) -> None:
    client = alice.client
    answer = client.post(
        reverse("cases:open"),
        {
            "given": "Robin",
            "surname": "Example",
            "birth": "known",
            "born_on-day": "3",
            "born_on-month": "10",
            "born_on-year": "2015",
            "sex": "F",
            "team": str(social_care.team.uuid),
            "lawful_basis": "ca1989_s17",
        },
        follow=True,
    )

    assert "Robin Example" in answer.text
    assert "Nothing that you may see" not in answer.text
    made = newest(Case)
    assert "Robin Example" not in answer.redirect_chain[0][0]
    with_later_transaction(made)
    assert made.spoken_reference in client.get(reverse("cases:list")).text


def test_a_case_without_any_name_is_refused_beside_the_form(alice: Person, social_care: Place) -> None:
    answer = alice.client.post(
        reverse("cases:open"),
        {"birth": "unknown", "sex": "U", "team": str(social_care.team.uuid), "lawful_basis": "ca1989_s17"},
    )

    assert answer.status_code == 422
    assert "Enter a first name or a last name" in answer.text


@pytest.mark.parametrize("name", ["cases:detail", "cases:access"])
def test_an_involved_teacher_reads_the_case_and_an_outsider_does_not(
    name: str, shared: Case, tariq: Person, olive: Person
) -> None:
    address = reverse(name, args=[shared.uuid])

    assert tariq.client.get(address).status_code == 200
    refused, absent = olive.client.get(address), olive.client.get(address.replace(str(shared.uuid)[:8], "00000000"))
    assert refused.status_code == absent.status_code == 404
    assert without_token(refused.text) == without_token(absent.text)


def without_token(page: str) -> str:
    """Return the page without the token that differs with every answer."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", page)


def test_the_list_of_an_outsider_says_nothing_of_a_case(shared: Case, olive: Person) -> None:
    page = olive.client.get(reverse("cases:list")).text

    assert "No cases found" in page
    assert shared.spoken_reference not in page


def test_who_can_see_this_names_agencies_people_and_reasons(shared: Case, alice: Person, tariq: Person) -> None:
    page = alice.client.get(reverse("cases:access", args=[shared.uuid])).text

    for words in ("Oakfield Primary School", "Tariq Turner", "Attendance and welfare", "duty to safeguard"):
        assert words in page


def test_only_a_lead_is_offered_and_allowed_changes(shared: Case, tariq: Person, alice: Person) -> None:
    names = ["involve", "allocate", "restrict", "lift_restriction", "exclude", "close"]
    for name in names:
        address = reverse(f"cases:{name}", args=[shared.uuid])
        assert tariq.client.get(address).status_code == 404
        assert tariq.client.post(address, {"reason": "No"}).status_code == 404
        assert alice.client.get(address).status_code == 200
    assert "Involve a team" not in tariq.client.get(reverse("cases:access", args=[shared.uuid])).text


def test_a_lead_involves_a_team_and_ends_its_part(case: Case, alice: Person, hana: Person, health: Place) -> None:
    client = alice.client
    client.post(
        reverse("cases:involve", args=[case.uuid]),
        {
            "team": str(health.team.uuid),
            "level": AccessLevel.CONTRIBUTE,
            "purpose": "Health visits",
            "lawful_basis": "ca2004_s11",
        },
    )
    address = reverse("cases:detail", args=[case.uuid])
    assert hana.client.get(address).status_code == 200

    ending = newest(Involvement)
    client.post(reverse("cases:involvement_end", args=[case.uuid, ending.uuid]), {"reason": "Discharged"})
    assert hana.client.get(address).status_code == 404


def test_a_confidential_involvement_is_known_to_its_team_and_whoever_brought_it_in(
    shared: Case, alice: Person, tariq: Person, vera: Person, voluntary: Place
) -> None:
    refuge = Terms(purpose="Refuge", lawful_basis="ca2004_s11", confidential=True)
    with entered(alice) as by:
        involve(shared, voluntary.team, refuge, by=by)
    pages = [reverse(name, args=[shared.uuid]) for name in ("cases:detail", "cases:access")]

    for page in pages:
        assert "Harbour" not in tariq.client.get(page).text
        assert "Harbour" in vera.client.get(page).text.replace(vera.membership.agency.name, "Harbour")
    assert "Harbour" in alice.client.get(pages[1]).text


def test_an_excluded_person_is_gone_from_the_next_request_and_named_to_leads_alone(
    shared: Case, alice: Person, tess: Person, tariq: Person
) -> None:
    address = reverse("cases:access", args=[shared.uuid])
    alice.client.post(
        reverse("cases:exclude", args=[shared.uuid]), {"person": str(tess.user.uuid), "reason": "The child’s aunt"}
    )

    assert tess.client.get(address).status_code == 404
    assert "The child’s aunt" in alice.client.get(address).text
    assert "aunt" not in tariq.client.get(address).text
    alice.client.post(reverse("cases:exclusion_lift", args=[shared.uuid, tess.user.uuid]), {"reason": "Wrong person"})
    assert tess.client.get(address).status_code == 200
    assert newest_exclusions() == 0


def newest_exclusions() -> int:
    with as_owner():
        return CaseExclusion.objects.count()


def test_a_missing_sector_is_settled_by_saying_why(case: Case, alice: Person) -> None:
    address = reverse("cases:detail", args=[case.uuid])
    assert "Probation" in alice.client.get(address).text

    alice.client.post(reverse("cases:not_needed", args=[case.uuid, "probation"]), {"reason": "Nobody is on probation"})

    assert "Probation" not in alice.client.get(address).text


@pytest.mark.parametrize(
    ("days", "shown"), [(-1, {"overdue", "week", "month"}), (3, {"week", "month"}), (20, {"month"}), (40, set())]
)
def test_the_list_is_narrowed_to_what_is_due(days: int, shown: set[str], case: Case, alice: Person) -> None:
    with as_owner():
        due = timezone.now() + timedelta(days=days)
        CaseGroupGrant.objects.filter(content_object=case).update(next_due_at=due)

    pages = {due: alice.client.get(reverse("cases:list"), {"due": due}).text for due in ("overdue", "week", "month")}

    assert {due for due, page in pages.items() if case.spoken_reference in page} == shown


@pytest.mark.parametrize("query", ["?cursor=nonsense", "?level=99", "?status=x&sector=y&order=z", "?allocated=me"])
def test_a_hostile_filter_never_breaks_the_list(query: str, case: Case, alice: Person) -> None:
    assert alice.client.get(reverse("cases:list") + query).status_code == 200


# Session, user, who am I, settings, inbox count, and the savepoints of the request come before the page's own.
BASELINES = {"list": 13, "detail": 35, "access": 16}


@pytest.mark.parametrize("name", ["list", "detail", "access"])
def test_queries_stay_constant_in_rows(
    name: str, shared: Case, alice: Person, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    address = reverse(f"cases:{name}", args=[] if name == "list" else [shared.uuid])
    client = alice.client
    client.get(address)
    with django_assert_max_num_queries(BASELINES[name]):
        client.get(address)


@pytest.mark.parametrize("who", ["adam", "ian", "ana"])
def test_roles_that_do_not_work_with_cases_see_none_even_from_within_the_team(
    who: str, shared: Case, alice: Person, social_care: Place, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)
    with entered(alice) as by:
        restrict(shared, people=[person.user], duty_team=social_care.team, reason="Named by mistake", by=by)

    assert person.client.get(reverse("cases:detail", args=[shared.uuid])).status_code == 404
    assert shared.spoken_reference not in person.client.get(reverse("cases:list")).text
    with entered(person) as by:
        assert access.level(by, shared) is None
        assert ids_by_sql("cases_case") == ids_by_sql("cases_child") == ids_by_sql("cases_timelineentry") == set()


def test_nobody_else_reads_of_a_confidential_part_on_the_timeline(
    *, shared: Case, alice: Person, tess: Person, tariq: Person, vera: Person, voluntary: Place
) -> None:
    refuge = Terms(purpose="Refuge place", lawful_basis="ca2004_s11", confidential=True)
    with entered(alice) as by:
        begun = involve(shared, voluntary.team, refuge, by=by)
        end_involvement(begun, reason="Moved out of the refuge", by=by)

    for person in (tess, tariq):
        page = person.client.get(reverse("cases:detail", args=[shared.uuid])).text
        assert "efuge" not in page
        assert voluntary.team.name not in page


@pytest.mark.parametrize("who", ["adam", "ana", "ian"])
def test_a_role_without_casework_sees_no_case_of_its_team(
    who: str, case: Case, alice: Person, request: pytest.FixtureRequest
) -> None:
    person: Person = request.getfixturevalue(who)

    assert person.client.get(reverse("cases:detail", args=[case.uuid])).status_code == 404
    assert case.spoken_reference not in person.client.get(reverse("cases:list")).text
    assert person.user.name not in alice.client.get(reverse("cases:access", args=[case.uuid])).text
    with entered(person):
        assert not Case.objects.exists()


def test_a_chosen_filter_is_shown_with_the_way_to_remove_it(case: Case, alice: Person) -> None:
    page = alice.client.get(reverse("cases:list") + "?allocated=me&status=closed&sector=education&level=3").text

    for words in ("Allocated to: Me", "Status: Closed", "Led by: Education", "Level of need: Level 3"):
        assert words in page
    assert 'href="?allocated=me&amp;sector=education&amp;level=3"' in page
    assert "fits these filters" in page
