"""A child's record: what is known of them, kept with what held before, by those who may change it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases import access_child
from cases.actions.child_record import (
    Details,
    NewAddress,
    add_address,
    add_name,
    add_service,
    change_details,
    end_fact,
)
from cases.actions.children import NewChild, add_identifier, record_child
from cases.actions.family import NewRelative, Tie, add_relative, change_tie
from cases.actions.involvement import Terms, involve
from cases.actions.same_child import link
from cases.codes import Known, Sex
from cases.models import (
    AccessLevel,
    Address,
    Case,
    Child,
    ChildIdentifier,
    ChildName,
    KnownService,
    Relationship,
    TimelineEntry,
)
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner

WHY = Terms(purpose="Attendance", lawful_basis="ca2004_s11")
CONTRIBUTES = Terms(purpose="Health visits", lawful_basis="ca2004_s11", level=AccessLevel.CONTRIBUTE)
MOTHER = Tie(kind=Relationship.Kind.MOTHER, parental_responsibility=Known.YES, lives_with=Known.YES)
TODAY = date.today


@pytest.fixture
def shared(case: Case, alice: Person, oakfield: Place, health: Place) -> Case:
    """The case: Oakfield may read it, the health visitors may contribute."""
    with entered(alice) as by:
        involve(case, oakfield.team, WHY, by=by)
        involve(case, health.team, CONTRIBUTES, by=by)
    return case


def record_of(case: Case) -> str:
    return reverse("cases:child", args=[case.child.uuid])


def titles(case: Case) -> list[str]:
    with as_owner():
        return list(TimelineEntry.objects.filter(case=case).order_by("pk").values_list("title", flat=True))


def test_whoever_sees_the_case_reads_the_record_and_an_outsider_gets_absence(
    shared: Case, tariq: Person, olive: Person
) -> None:
    assert "Robin Example" in tariq.client.get(record_of(shared)).text
    assert olive.client.get(record_of(shared)).status_code == 404


def test_only_contributors_and_the_recording_team_change_it(
    shared: Case, alice: Person, tariq: Person, hana: Person
) -> None:
    address = reverse("cases:child_change", args=[shared.child.uuid])

    assert [person.client.get(address).status_code for person in (alice, hana, tariq)] == [200, 200, 404]
    assert "child_change" not in tariq.client.get(record_of(shared)).text
    with entered(tariq) as by, pytest.raises(Http404):
        change_details(shared.child, Details(), by=by)


def test_details_are_changed_through_the_page(shared: Case, alice: Person) -> None:
    born = {"born_on-day": "3", "born_on-month": "10", "born_on-year": "2015"}
    sent = {"birth": "born", "sex": "F", "ethnicity": "WBRI", "languages": "English, Welsh", "needs_interpreter": "no"}
    answer = alice.client.post(
        reverse("cases:child_change", args=[shared.child.uuid]), sent | born | {"disabilities": ["AUT"]}, follow=True
    )

    for words in ("3 October 2015", "Female", "White British", "English, Welsh", "Autism"):
        assert words in answer.text
    assert titles(shared)[-1] == "Details of the child were changed"


@pytest.mark.parametrize(
    ("details", "message"),
    [
        (Details(born_on=TODAY() + timedelta(days=2)), "in the future"),
        (Details(expected_on=TODAY() + timedelta(days=90), sex=Sex.FEMALE), "Before birth"),
    ],
)
def test_impossible_details_change_nothing(details: Details, message: str, shared: Case, alice: Person) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match=message):
        change_details(shared.child, details, by=by)

    assert "Details of the child were changed" not in titles(shared)


def test_a_new_name_keeps_the_one_before_as_a_previous_name(shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        add_name(shared.child, ChildName.Kind.CURRENT, given="Robin", surname="Specimen", by=by)
        add_name(shared.child, ChildName.Kind.KNOWN_AS, given="Bobby", surname="", by=by)
        with pytest.raises(ValidationError, match="first name or a last name"):
            add_name(shared.child, ChildName.Kind.ALIAS, given=" ", surname="", by=by)

    page = alice.client.get(record_of(shared)).text
    assert page.index("Robin Specimen") < page.index("Bobby") < page.index("Robin Example")
    with as_owner():
        kinds = ChildName.objects.filter(child=shared.child).values_list("kind", "until")
        assert set(kinds) == {("a_current", None), ("b_known_as", None), ("c_previous", timezone.localdate())}


def test_a_number_with_a_wrong_check_digit_is_kept_only_when_asked(shared: Case, alice: Person) -> None:
    address = reverse("cases:child_number_add", args=[shared.child.uuid])
    wrong = {"kind": "nhs", "value": "999 000 0019"}

    refused = alice.client.post(address, wrong)
    kept = alice.client.post(address, wrong | {"keep_unverified": "on"}, follow=True)

    assert refused.status_code == 422
    assert "wrong check digit" in refused.text
    assert "9990000019" in kept.text
    assert "Unverified" in kept.text


def test_a_number_that_another_record_has_is_kept_only_when_asked_or_when_it_is_the_same_child(
    shared: Case, alice: Person, maggie: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        other = record_child(NewChild(given="Robyn"), team=social_care.team, by=by)
        add_identifier(other, ChildIdentifier.Kind.NHS, "943 476 5919", by=by)
        with pytest.raises(ValidationError, match="Another record that you may read has this NHS number"):
            add_identifier(shared.child, ChildIdentifier.Kind.NHS, "9434765919", by=by)
        kept = add_identifier(shared.child, ChildIdentifier.Kind.NHS, "9434765919", keep_unverified=True, by=by)
        assert not kept.verified
        kept_local = add_identifier(shared.child, ChildIdentifier.Kind.LOCAL, "L1", by=by)
        assert add_identifier(other, ChildIdentifier.Kind.LOCAL, "L1", by=by).pk != kept_local.pk
    with entered(maggie) as by:
        link(shared.child, other, reason="Same mother", by=by)
        assert add_identifier(other, ChildIdentifier.Kind.NHS, "9434765919", by=by)


def test_of_a_record_that_one_may_not_read_a_number_tells_nothing(
    shared: Case, alice: Person, tariq: Person, oakfield: Place
) -> None:
    with entered(tariq) as by:
        hidden = record_child(NewChild(given="Robyn"), team=oakfield.team, by=by)
        add_identifier(hidden, ChildIdentifier.Kind.NHS, "9434765919", by=by)

    with entered(alice) as by:
        assert add_identifier(shared.child, ChildIdentifier.Kind.NHS, "9434765919", by=by).verified


def test_moving_ends_the_address_before_and_keeps_it(shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        add_address(shared.child, NewAddress(lines="1 First Street", since=date(2020, 1, 1)), by=by)
        add_address(shared.child, NewAddress(lines="2 Second Street", postcode="nn1 1aa"), by=by)
        add_address(shared.child, NewAddress(lines="3 Third Street", replaces=False), by=by)
        with pytest.raises(ValidationError, match="day in the future"):
            add_address(shared.child, NewAddress(lines="4", since=TODAY() + timedelta(days=1)), by=by)
        known = access_child.child_summary(by, shared.child.pk)

    assert [address.lines for address in known.addresses] == ["3 Third Street", "2 Second Street"]
    assert known.addresses[1].postcode == "NN1 1AA"
    assert "1 First Street" in alice.client.get(record_of(shared)).text


def test_a_protected_address_is_for_its_recorder_and_whom_they_tick(
    shared: Case, alice: Person, hana: Person, tariq: Person, mo: Person
) -> None:
    alice.client.post(
        reverse("cases:child_address_add", args=[shared.child.uuid]),
        {
            "lines": "The refuge",
            "replaces": "moved",
            "secrecy": "yes",
            "readers": [str(hana.user.uuid)],
        },
    )

    pages = {person.user.name: person.client.get(record_of(shared)).text for person in (alice, hana, tariq, mo)}
    assert [name for name, page in pages.items() if "The refuge" in page] == ["Alice Archer", "Hana Hughes"]
    # That there is a new address at all is told to the author's team only.
    assert "An address of the child was added" not in tariq.client.get(reverse("cases:detail", args=[shared.uuid])).text


def test_family_is_shown_with_what_must_not_be_missed(shared: Case, alice: Person, tariq: Person) -> None:
    alice.client.post(
        reverse("cases:child_relative_add", args=[shared.child.uuid]),
        {
            "name": "Lee Example",
            "kind": "father",
            "parental_responsibility": "yes",
            "lives_with": "no",
            "contact_not_allowed": "on",
            "risk_to_visitors": "A dog",
            "team": str(alice.membership.teams.get().uuid),
        },
    )

    for page in (record_of(shared), reverse("cases:detail", args=[shared.uuid])):
        text = tariq.client.get(page).text
        for words in ("Lee Example", "Contact not allowed", "Has parental responsibility", "A dog"):
            assert words in text


def test_a_relationship_is_changed_and_ended_and_stays_on_the_record(
    shared: Case, alice: Person, social_care: Place
) -> None:
    with entered(alice) as by:
        tie = add_relative(shared.child, NewRelative(name="Jo Example"), MOTHER, team=social_care.team, by=by)
        change_tie(tie, Tie(kind=Relationship.Kind.STEP_PARENT, contact_not_allowed=True), by=by)
        with pytest.raises(ValidationError, match="must be today or earlier"):
            end_fact(tie, last_day=TODAY() + timedelta(days=1), by=by)
        end_fact(tie, last_day=timezone.localdate(), by=by)
        assert access_child.child_summary(by, shared.child.pk).family == []

    page = alice.client.get(record_of(shared)).text
    assert "Step-parent" in page
    assert "Jo Example" in page


@pytest.mark.parametrize(
    ("new", "message"),
    [
        (NewRelative(name=" "), "Enter a name"),
        (NewRelative(name="Jo", born_on=TODAY() + timedelta(days=3)), "date of birth is in the future"),
    ],
)
def test_an_impossible_relative_is_refused(
    new: NewRelative, message: str, shared: Case, alice: Person, social_care: Place
) -> None:
    with entered(alice) as by, pytest.raises(ValidationError, match=message):
        add_relative(shared.child, new, MOTHER, team=social_care.team, by=by)


def test_an_ended_fact_cannot_be_ended_again_and_an_unknown_kind_is_absent(shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        number = add_identifier(shared.child, ChildIdentifier.Kind.LOCAL, "L1", by=by)
    parts = {"uuid": shared.child.uuid, "kind": "number", "fact": number.uuid}
    today = timezone.localdate()
    last_day = {"last_day-day": today.day, "last_day-month": today.month, "last_day-year": today.year}

    assert alice.client.post(reverse("cases:child_fact_end", kwargs=parts), last_day).status_code == 302
    for wrong in ({}, {"kind": "names"}, {"kind": "name"}, {"kind": "address"}):
        assert alice.client.get(reverse("cases:child_fact_end", kwargs=parts | wrong)).status_code == 404


def test_another_name_ends_and_the_childs_own_is_only_followed_by_a_new_one(shared: Case, alice: Person) -> None:
    with entered(alice) as by:
        alias = add_name(shared.child, ChildName.Kind.ALIAS, given="Bobby", surname="", by=by)
    with as_owner():
        own = ChildName.objects.get(child=shared.child, kind="a_current")
    today = timezone.localdate()
    last_day = {"last_day-day": today.day, "last_day-month": today.month, "last_day-year": today.year}

    answers = [
        alice.client.post(reverse("cases:child_fact_end", args=[shared.child.uuid, "name", each.uuid]), last_day)
        for each in (alias, own)
    ]

    assert [answer.status_code for answer in answers] == [302, 404]
    with as_owner():
        alias.refresh_from_db()
        own.refresh_from_db()
    assert (alias.until, own.until) == (today, None)


def test_a_protected_address_cannot_be_ended_by_who_does_not_know_it(shared: Case, alice: Person, hana: Person) -> None:
    with entered(alice) as by:
        hidden = add_address(shared.child, NewAddress(lines="The refuge", is_protected=True), by=by)

    ending = reverse("cases:child_fact_end", args=[shared.child.uuid, "address", hidden.uuid])
    assert hana.client.get(ending).status_code == 404
    with entered(hana) as by:
        add_address(shared.child, NewAddress(lines="5 Fifth Street"), by=by)
    with as_owner():
        assert Address.objects.get(pk=hidden.pk).until is None


def test_a_move_to_a_protected_address_shows_to_nobody_who_may_not_know_the_new_one(
    shared: Case, alice: Person, hana: Person, tariq: Person
) -> None:
    with entered(alice) as by:
        add_address(shared.child, NewAddress(lines="1 First Street", since=date(2020, 1, 1)), by=by)
    before = tariq.client.get(record_of(shared))
    with entered(alice) as by:
        new = NewAddress(lines="The refuge", is_protected=True, readers=[hana.user])
        add_address(shared.child, new, by=by)

    def addresses(person: Person) -> dict[str, bool]:
        """Return what the person knows: each address, and whether the child lives there now."""
        with entered(person) as by:
            past = access_child.child_summary(by, shared.child_id, past=True).addresses
            now = access_child.child_summary(by, shared.child_id).addresses
        assert {each.lines for each in now} == {each.lines for each in past if each.until is None}
        return {each.lines: each.until is None for each in past}

    token = str(before.context["csrf_token"])
    after = tariq.client.get(record_of(shared))
    assert after.text.replace(str(after.context["csrf_token"]), token) == before.text
    assert addresses(tariq) == {"1 First Street": True}
    assert addresses(hana) == addresses(alice) == {"The refuge": True, "1 First Street": False}
    with entered(alice) as by:
        add_address(shared.child, NewAddress(lines="3 Third Street"), by=by)
    assert addresses(tariq) == {"3 Third Street": True, "1 First Street": False}
    assert addresses(alice) == {"3 Third Street": True, "The refuge": False, "1 First Street": False}


def test_of_two_who_change_the_details_at_once_the_second_is_told_and_loses_nothing(
    shared: Case, alice: Person, mo: Person
) -> None:
    address, clients = reverse("cases:child_change", args=[shared.child.uuid]), [alice.client, mo.client]
    known_at = [client.get(address).context["form"]["known_at"].value() for client in clients]
    sent = {"birth": "born", "sex": "F", "ethnicity": "NOBT", "needs_interpreter": "not_known"}
    first = clients[0].post(address, sent | {"faith": "Sikh", "known_at": known_at[0]})

    second = clients[1].post(address, sent | {"gender": "a girl", "faith": "Hindu", "known_at": known_at[1]})

    assert first.status_code == 302
    assert second.status_code == 422
    assert "Somebody else changed these details" in second.text
    assert "The record now says: Sikh" in second.text
    assert 'value="Hindu"' in second.text
    assert 'value="a girl"' in second.text
    assert details(shared) == ("Sikh", "")
    again = sent | {"gender": "a girl", "faith": "Sikh", "known_at": second.context["form"]["known_at"].value()}
    assert clients[1].post(address, again).status_code == 302
    assert details(shared) == ("Sikh", "a girl")


def details(case: Case) -> tuple[str, str]:
    """Return the faith and the gender of the child."""
    with as_owner():
        return Child.objects.values_list("faith", "gender").get(pk=case.child_id)


class TestServices:
    """Who knows the child and is not involved: named on the case until invited or settled."""

    @pytest.fixture
    def school(self, case: Case, alice: Person, oakfield: Place) -> KnownService:
        with entered(alice) as by:
            return add_service(case.child, KnownService.Kind.SCHOOL, agency=oakfield.agency, name="", by=by)

    def missing(self, case: Case, person: Person) -> bool:
        page = person.client.get(reverse("cases:detail", args=[case.uuid])).text
        return "Oakfield Primary School (School or college)" in page

    def test_one_that_is_not_involved_is_named_until_its_team_comes_in(
        self, case: Case, school: KnownService, alice: Person, oakfield: Place
    ) -> None:
        assert self.missing(case, alice)
        offered = alice.client.get(reverse("cases:involve", args=[case.uuid]), {"agency": str(oakfield.agency.uuid)})
        assert "Safeguarding team (Oakfield Primary School)" in offered.text
        assert "Assessment team" not in offered.text

        with entered(alice) as by:
            involve(case, oakfield.team, WHY, by=by)
        assert not self.missing(case, alice)

    def test_one_that_is_not_needed_is_settled_by_saying_why(
        self, case: Case, school: KnownService, alice: Person
    ) -> None:
        address = reverse("cases:service_not_needed", args=[case.uuid, school.uuid])
        alice.client.post(address, {"reason": "The child left in July"})

        assert not self.missing(case, alice)
        assert alice.client.get(address).status_code == 404

    def test_a_confidential_part_does_not_settle_it_for_who_may_not_know(
        self, case: Case, school: KnownService, alice: Person, mo: Person, oakfield: Place
    ) -> None:
        secret = Terms(purpose="Quietly", lawful_basis="ca2004_s11", confidential=True)
        with entered(alice) as by:
            involve(case, oakfield.team, secret, by=by)

        assert self.missing(case, mo)
        assert not self.missing(case, alice)

    @pytest.mark.parametrize("named", [{"name": ""}, {"name": "Somewhere", "agency": True}])
    def test_it_is_an_agency_or_a_name(self, named: dict[str, Any], case: Case, alice: Person, oakfield: Place) -> None:
        agency = oakfield.agency if named.get("agency") else None
        with entered(alice) as by, pytest.raises(ValidationError, match="Choose an agency, or enter the name"):
            add_service(case.child, KnownService.Kind.GP, agency=agency, name=named["name"], by=by)


CHILD_QUERIES = 25


def test_the_record_costs_the_same_however_long_it_is(
    shared: Case, alice: Person, social_care: Place, django_assert_max_num_queries: Any
) -> None:
    with entered(alice) as by:
        for number in range(8):
            add_relative(shared.child, NewRelative(name=f"R{number}"), MOTHER, team=social_care.team, by=by)
            add_name(shared.child, ChildName.Kind.ALIAS, given=f"A{number}", surname="", by=by)
    client = alice.client
    client.get(record_of(shared))
    with django_assert_max_num_queries(CHILD_QUERIES):
        client.get(record_of(shared))
