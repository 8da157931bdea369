"""Plans with their actions: one current plan of a kind, one owner an action, and what became of each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from agencies.models import Team, User
from cases import access_records, timeline
from cases.actions.beside import change_audience
from cases.actions.involvement import Terms, involve
from cases.actions.plans import agree_action, end_plan, move_action, settle_action, start_plan
from cases.actions.records import Telling
from cases.event_kinds import Kind
from cases.models import AccessLevel, Case, Plan, PlanAction, TimelineEntry
from tests.access.worlds import ids_by_sql
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner
from tests.record_samples import plan, plan_action

READS = Terms(purpose="Welfare", lawful_basis="ca2004_s11")
WRITES = replace(READS, level=AccessLevel.CONTRIBUTE)
TODAY = timezone.localdate


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case, with a school reading and health writing."""
    with entered(alice) as by:
        involve(case, oakfield.team, READS, by=by)
        involve(case, health.team, WRITES, by=by)
    return case


@pytest.fixture
def started(shared: Case, alice: Person) -> Plan:
    """A child in need plan of the shared case."""
    with entered(alice) as by:
        return start_plan(shared, plan(), by=by)


def agreed(started: Plan, person: Person, owner: User | Team | None = None, **audience: Any) -> PlanAction:
    with entered(person) as by:
        return agree_action(started.case, plan_action(), Telling(**audience), owner=owner, plan=started, by=by)


def kinds(case: Case) -> list[str]:
    with as_owner():
        return list(TimelineEntry.objects.filter(case=case).order_by("pk").values_list("kind", flat=True))


# --- Plans ----------------------------------------------------------------------------------------


def test_a_plan_is_an_event_and_everybody_involved_sees_it(
    started: Plan, tariq: Person, hana: Person, olive: Person
) -> None:
    assert kinds(started.case)[-1] == Kind.PLAN_STARTED
    address = reverse("cases:plan", args=[started.case.uuid, started.uuid])

    for person, status in ((tariq, 200), (hana, 200), (olive, 404)):
        assert person.client.get(address).status_code == status
    assert "Child in need plan" in tariq.client.get(reverse("cases:detail", args=[started.case.uuid])).text


def test_a_child_protection_plan_starts_clocks_of_its_own(shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        start_plan(shared, plan(sort="protection", category="NEG"), by=by)

    assert kinds(shared)[-1] == Kind.CHILD_PROTECTION_PLAN_STARTED


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (plan(child_said=""), "what the child wants"),
        (plan(sort="protection"), "has a category"),
        (plan(category="NEG"), "no other plan has one"),
        (plan(wanted=""), "cannot be blank"),
        (plan(started_on=TODAY() + timedelta(days=1)), "in the future"),
    ],
)
def test_an_incomplete_plan_is_refused(wrong: Plan, why: str, shared: Case, alice: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match=why):
        start_plan(shared, wrong, by=by)
    assert not [kind for kind in kinds(shared) if kind.startswith("plan")]


def test_a_case_has_one_current_plan_of_a_kind(started: Plan, alice: Person) -> None:
    with entered(alice) as by:
        with pytest.raises(ValidationError, match="a plan of this kind already"):
            start_plan(started.case, plan(), by=by)
        start_plan(started.case, plan(sort="safety"), by=by)
        end_plan(started, ended_on=TODAY(), reason="Met", by=by)
        start_plan(started.case, plan(), by=by)
        assert [each.sort for each in access_records.current_plans(by, started.case)] == ["safety", "in_need"]


def test_the_database_itself_holds_a_case_to_one_plan_of_a_kind(started: Plan, alice: Person) -> None:
    second = plan(case=started.case)
    with entered(alice) as by:
        second.entry = timeline.write(started.case, timeline.Event(kind=Kind.PLAN_STARTED, title="t"), by=by)
        with pytest.raises(IntegrityError, match="plan_one_current"), transaction.atomic():
            second.save()


@pytest.mark.parametrize(("days", "reason"), [(-1, "Met"), (1, "Met"), (0, " ")])
def test_a_plan_ends_on_a_right_day_with_a_reason_and_once(
    days: int, reason: str, started: Plan, alice: Person
) -> None:
    with entered(alice) as by:
        with pytest.raises(ValidationError):
            end_plan(started, ended_on=TODAY() + timedelta(days=days), reason=reason, by=by)
        started.refresh_from_db()
        end_plan(started, ended_on=TODAY(), reason="Met", by=by)
        with pytest.raises(ValidationError, match="ended already"):
            end_plan(started, ended_on=TODAY(), reason="Met", by=by)
        with pytest.raises(ValidationError, match="has ended"):
            agree_action(started.case, plan_action(), Telling(), owner=None, plan=started, by=by)
    assert kinds(started.case)[-1] == Kind.PLAN_ENDED


def test_who_only_reads_changes_no_plan(started: Plan, tariq: Person) -> None:
    with entered(tariq) as by:
        with pytest.raises(Http404):
            start_plan(started.case, plan(sort="safety"), by=by)
        with pytest.raises(Http404):
            end_plan(started, ended_on=TODAY(), reason="Met", by=by)
    for name, args in (("plan_add", []), ("plan_end", [started.uuid]), ("action_add", [started.uuid])):
        assert tariq.client.get(reverse(f"cases:{name}", args=[started.case.uuid, *args])).status_code == 404


# --- Actions --------------------------------------------------------------------------------------


def test_an_action_belongs_to_a_person_a_team_or_the_family(
    started: Plan, alice: Person, hana: Person, health: Place
) -> None:
    of_gran, of_hana = agreed(started, alice), agreed(started, alice, hana.user)
    of_team = agreed(started, alice, health.team)

    assert (of_gran.owner_name, of_gran.agency) == ("Gran", None)
    assert (of_hana.owner_name, of_hana.agency) == ("Hana Hughes", health.agency)
    assert (of_team.owner_name, of_team.agency) == ("Northshire 0–19 health team: Health visiting", health.agency)
    assert kinds(started.case)[-3:] == [Kind.ACTION_AGREED] * 3


def test_the_database_itself_holds_an_action_to_one_owner(
    started: Plan, alice: Person, hana: Person, health: Place
) -> None:
    made = agreed(started, alice, hana.user)
    with as_owner():
        for change in ({"owner_team": health.team}, {"agency": None}, {"state": "done"}, {"closed_on": TODAY()}):
            with pytest.raises(IntegrityError, match="planaction_"), transaction.atomic():
                PlanAction.objects.filter(pk=made.pk).update(**change)


def test_what_was_agreed_is_written_over_by_no_page(started: Plan, alice: Person, hana: Person) -> None:
    made = agreed(started, alice, hana.user)
    with entered(alice):
        for model, key, field in ((PlanAction, made.pk, "what"), (Plan, started.pk, "wanted")):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                model.objects.filter(pk=key).update(**{field: "Something else"})


def test_an_owner_who_would_not_see_the_action_is_refused(started: Plan, alice: Person, tariq: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="owner would not see"):
        agree_action(
            started.case,
            plan_action(),
            Telling(audience=timeline.OWN_TEAM),
            owner=tariq.user,
            plan=started,
            by=by,
        )


def test_an_action_is_seen_where_its_entry_is(started: Plan, alice: Person, hana: Person, tariq: Person) -> None:
    open_one, own = agreed(started, alice), agreed(started, alice, audience=timeline.OWN_TEAM)
    for person, expected in ((alice, {open_one.pk, own.pk}), (hana, {open_one.pk}), (tariq, {open_one.pk})):
        with entered(person) as by:
            assert set(PlanAction.objects.visible_to(by).values_list("pk", flat=True)) == expected
            assert ids_by_sql("cases_planaction") == expected
        page = person.client.get(reverse("cases:plan", args=[started.case.uuid, started.uuid])).text
        assert f"0 of {len(expected)} action" in page


def test_an_action_is_done_with_evidence_and_once(started: Plan, alice: Person, hana: Person) -> None:
    made = agreed(started, alice, hana.user)
    with entered(hana) as by:
        with pytest.raises(ValidationError, match="how we know"):
            settle_action(made, evidence=" ", by=by)
        settle_action(made, evidence="Seen at the gate", by=by)
        with pytest.raises(ValidationError, match="settled already"):
            settle_action(made, not_done_because="Changed my mind", by=by)

    assert kinds(started.case)[-1] == Kind.ACTION_DONE
    page = alice.client.get(reverse("cases:plan", args=[started.case.uuid, started.uuid])).text
    assert "Seen at the gate" in page
    assert "1 of 1 action" in page


def test_an_owner_settles_their_action_though_they_only_read_the_case(
    started: Plan, alice: Person, tariq: Person, daisy: Person
) -> None:
    his = agreed(started, alice, tariq.user)
    address = reverse("cases:action_not_done", args=[started.case.uuid, his.uuid])

    assert daisy.client.post(address, {"reason": "No"}).status_code == 404
    assert tariq.client.post(address, {"reason": "Half-term"}, follow=True).status_code == 200
    assert kinds(started.case)[-1] == Kind.ACTION_NOT_DONE
    assert tariq.client.get(address).status_code == 404


def test_a_date_moves_with_a_reason_and_the_first_one_stays(started: Plan, alice: Person) -> None:
    made = agreed(started, alice)
    later = TODAY() + timedelta(days=30)
    with entered(alice) as by:
        for due_on, reason in ((later, ""), (TODAY() - timedelta(days=1), "Snow")):
            with pytest.raises(ValidationError, match="yet to come"):
                move_action(made, due_on=due_on, reason=reason, by=by)
        move_action(made, due_on=later, reason="Snow", by=by)

    assert (made.due_on, made.first_due_on) == (later, TODAY() + timedelta(days=7))
    assert kinds(started.case)[-1] == Kind.ACTION_MOVED


def test_what_follows_from_a_hidden_action_stays_hidden(started: Plan, alice: Person, hana: Person) -> None:
    made = agreed(started, alice, audience=timeline.OWN_TEAM)
    with entered(alice) as by:
        settle_action(made, evidence="Done in private", by=by)

    assert "Done in private" not in hana.client.get(reverse("cases:detail", args=[started.case.uuid])).text
    assert "Done in private" in alice.client.get(reverse("cases:detail", args=[started.case.uuid])).text


# --- Pages ----------------------------------------------------------------------------------------


def test_a_plan_is_started_and_an_action_agreed_in_the_browser(shared: Case, alice: Person, hana: Person) -> None:
    client, day = alice.client, TODAY()
    values = {name: getattr(plan(), name) for name in ("sort", "wanted", "child_said", "family_view")}
    values |= {"started_on-day": day.day, "started_on-month": day.month, "started_on-year": day.year}
    page = client.post(reverse("cases:plan_add", args=[shared.uuid]), values, follow=True)
    assert "The plan is started" in page.text

    made = page.context["plan"]
    address = reverse("cases:action_add", args=[shared.uuid, made.uuid])
    due = day + timedelta(days=3)
    typed = {"what": "Ring the dentist", "outcome": "No more toothache", "audience": "everybody", "sensitivity": "0"}
    typed |= {f"{name}-{part}": getattr(d, part) for name, d in (("day", day), ("due_on", due)) for part in PARTS}
    assert "Choose one owner" in client.post(address, typed).text
    typed |= {"owner": f"user:{hana.user.uuid}"}
    assert "Choose one owner" in client.post(address, typed | {"owner_name": "Gran"}).text
    check = client.post(address, typed)
    seen = check.context["outlook"].fingerprint
    page = client.post(address, typed | {"seen": seen, "save": "1"}, follow=True)

    assert "Ring the dentist" in page.text
    assert "Hana Hughes" in page.text


PARTS = ("day", "month", "year")


def test_my_actions_are_mine_and_my_teams_the_most_urgent_first(
    *, started: Plan, alice: Person, hana: Person, tariq: Person, health: Place
) -> None:
    agreed(started, alice)
    with entered(alice) as by:
        for what, owner, days in (("Later", hana.user, 9), ("Sooner", health.team, 2)):
            due = TODAY() + timedelta(days=days)
            action = plan_action(what=what, due_on=due)
            agree_action(started.case, action, Telling(), owner=owner, plan=started, by=by)
    with as_owner():
        PlanAction.objects.filter(what="Sooner").update(due_on=TODAY() - timedelta(days=1))

    page = hana.client.get(reverse("cases:my_actions")).text
    assert page.index("Sooner") < page.index("Later")
    assert "Overdue" in page
    assert "Walk to school" not in page
    assert "Nothing to do" in tariq.client.get(reverse("cases:my_actions")).text


BASELINES = {"plan": 22, "my_actions": 14}


def test_queries_stay_constant_in_actions(
    started: Plan, hana: Person, alice: Person, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    for _ in range(3):
        agreed(started, alice, hana.user)
    client = hana.client
    for name, args in (("plan", [started.case.uuid, started.uuid]), ("my_actions", [])):
        with django_assert_max_num_queries(BASELINES[name]):
            assert client.get(reverse(f"cases:{name}", args=args)).status_code == 200


# --- A confidential part --------------------------------------------------------------------------


@pytest.fixture
def refuge(shared: Case, alice: Person, voluntary: Place) -> None:
    """A part of a voluntary agency's team that nobody else may know of."""
    with entered(alice) as by:
        involve(shared, voluntary.team, replace(WRITES, confidential=True), by=by)


@pytest.mark.usefixtures("refuge")
def test_a_confidential_team_starts_no_plan_for_it_would_tell_of_them(shared: Case, vera: Person, hana: Person) -> None:
    with entered(vera) as by, pytest.raises(ValidationError, match="your team’s part is confidential"):
        start_plan(shared, plan(), by=by)

    assert "plan_started" not in kinds(shared)


@pytest.mark.usefixtures("refuge")
def test_what_a_confidential_team_settles_names_it_to_nobody(started: Plan, vera: Person, hana: Person) -> None:
    action = agreed(started, hana)
    with entered(vera) as by:
        settle_action(action, evidence="Seen at the refuge", by=by)

    timeline_page = hana.client.get(reverse("cases:timeline", args=[started.case.uuid])).text
    plan_page = hana.client.get(reverse("cases:plan", args=[started.case.uuid, started.uuid])).text
    assert vera.membership.agency.name not in timeline_page + plan_page
    assert vera.user.name not in timeline_page + plan_page
    assert "action_done" in kinds(started.case)


def test_everybody_goes_on_seeing_a_plan(started: Plan, alice: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match="Everybody involved sees a plan"):
        change_audience(started.case, started.entry, timeline.OWN_TEAM, reason="Too much", by=by)
