"""The pages about two records of one child: looking for one, the two beside each other, merging and taking back."""

from datetime import date

import pytest
from django.urls import reverse

from cases.actions.child_record import NewAddress, add_address
from cases.actions.children import NewChild, record_child
from cases.models import Child, MatchDecision, SameChild
from safeguard.audit.models import AuditRow
from tests.cases.conftest import entered
from tests.cases.test_same_child import WHY, opened
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db

BORN = date(2015, 3, 4)


def born(person: Person, place: Place, given: str) -> Child:
    with entered(person) as by:
        return record_child(NewChild(given=given, surname="Quillfeather", born_on=BORN), team=place.team, by=by)


@pytest.fixture
def pair(alice: Person, social_care: Place) -> tuple[Child, Child]:
    """Two records that Alice's team made of one child."""
    return born(alice, social_care, "Robin"), born(alice, social_care, "Robyn")


def at(name: str, *children: Child) -> str:
    keys = dict(zip(("uuid", "other"), (child.uuid for child in children), strict=False))
    return reverse(f"cases:{name}", kwargs=keys)


def test_a_manager_finds_the_other_record_compares_both_merges_them_and_takes_it_back(
    maggie: Person, pair: tuple[Child, Child]
) -> None:
    one, other = pair
    found = maggie.client.get(at("same_child", one)).content.decode()
    assert "Robyn Quillfeather" in found
    assert at("same_child_pair", one, other) in found

    page = maggie.client.get(at("same_child_pair", one, other)).content.decode()
    assert page.index("Robin Quillfeather") < page.index("Robyn Quillfeather")
    assert "Agree: " in page
    assert "Quillfeather" not in page.partition("</title>")[0]

    sent = {"verdict": "merge", "reason": WHY}
    kept = maggie.client.post(at("same_child_pair", one, other), sent, follow=True).content.decode()
    assert "The records are merged" in kept
    assert "Merged into this record" in kept
    assert "Robyn Quillfeather" in kept
    assert "This record is merged into another" in maggie.client.get(at("child", other)).content.decode()
    with as_owner():
        said = SameChild.objects.get()
        decision = MatchDecision.objects.get()
    assert (decision.choice, decision.of_two_records, decision.made_id, decision.found_id) == (
        "same",
        True,
        one.pk,
        other.pk,
    )

    undo = reverse("cases:same_child_undo", kwargs={"uuid": other.uuid, "said": said.uuid})
    assert undo in maggie.client.get(at("child", other)).content.decode()
    after = maggie.client.post(undo, {"reason": "Twins"}, follow=True).content.decode()
    assert "The records are two again" in after
    assert "Merged into this record" not in after
    assert "Taken back" in after
    assert "Twins" in after


@pytest.mark.parametrize("verdict", ["merge_into", "link", "not_same", "not_sure"])
def test_each_answer_is_kept_with_both_sides_and_does_what_it_says(
    verdict: str, maggie: Person, pair: tuple[Child, Child]
) -> None:
    one, other = pair
    response = maggie.client.post(at("same_child_pair", one, other), {"verdict": verdict, "reason": WHY})

    assert response.status_code == 302
    with as_owner():
        kept = MatchDecision.objects.get()
        said = SameChild.objects.first()
    assert kept.reason == WHY
    assert kept.asked_facts["given"] == "robin"
    assert kept.found_facts["given"] == "robyn"
    assert kept.choice == ("same" if said else verdict)
    expected = {"merge_into": (other.pk, one.pk, True), "link": (one.pk, other.pk, False)}.get(verdict)
    assert (said and (said.kept_id, said.other_id, said.merged)) == expected


def test_what_stands_against_a_merge_is_said_on_the_page_and_what_was_typed_is_kept(
    maggie: Person, alice: Person, social_care: Place, pair: tuple[Child, Child]
) -> None:
    for child in pair:
        opened(alice, social_care, child)
    response = maggie.client.post(at("same_child_pair", *pair), {"verdict": "merge", "reason": WHY})

    assert response.status_code == 422
    page = response.content.decode()
    assert "both records have an open case" in page
    assert WHY in page
    with as_owner():
        assert not MatchDecision.objects.exists()
        assert not SameChild.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"reason": ""}, {"verdict": "merge"}, {"verdict": "both", "reason": "x"}, {"reason": "x" * 501}]
)
def test_an_answer_without_its_parts_is_sent_back(
    sent: dict[str, str], maggie: Person, pair: tuple[Child, Child]
) -> None:
    assert maggie.client.post(at("same_child_pair", *pair), sent).status_code == 422


def test_the_preview_names_the_duty_desk_where_something_is_not_for_the_merger_to_see(
    *, maggie: Person, tariq: Person, oakfield: Place, pair: tuple[Child, Child]
) -> None:
    assert "duty desk" not in maggie.client.get(at("same_child_pair", *pair)).content.decode()
    opened(tariq, oakfield, pair[1])

    page = maggie.client.get(at("same_child_pair", *pair)).content.decode()
    assert "ask the duty desk of Oakfield Primary School" in page


def test_a_refuge_is_not_named_as_the_desk(
    *, maggie: Person, vera: Person, voluntary: Place, pair: tuple[Child, Child]
) -> None:
    opened(vera, voluntary, pair[1])
    page = maggie.client.get(at("same_child_pair", *pair)).content.decode()

    assert "Harbour" not in page
    assert "ask the children’s social care duty desk" in page


def test_a_protected_address_of_the_other_record_shows_only_to_whom_it_names(
    maggie: Person, alice: Person, pair: tuple[Child, Child]
) -> None:
    with entered(alice) as by:
        add_address(pair[1], NewAddress(lines="9 Hidden Lane", is_protected=True), by=by)
    maggie.client.post(at("same_child_pair", *pair), {"verdict": "merge", "reason": WHY})

    assert "9 Hidden Lane" not in maggie.client.get(at("child", pair[0])).content.decode()
    assert "9 Hidden Lane" in alice.client.get(at("child", pair[0])).content.decode()


def test_absent_forbidden_and_foreign_pairs_look_the_same(
    *, maggie: Person, alice: Person, tariq: Person, oakfield: Place, pair: tuple[Child, Child]
) -> None:
    hidden = born(tariq, oakfield, "Robin")
    absent = Child(uuid="00000000-0000-4000-8000-000000000000")
    one, other = pair
    for person, first, second in (
        (maggie, one, one),
        (maggie, one, hidden),
        (maggie, hidden, one),
        (maggie, one, absent),
        (alice, one, other),  # sees both, and does not decide about records
        (tariq, one, other),
    ):
        for send in (person.client.get, person.client.post):
            assert send(at("same_child_pair", first, second)).status_code == 404
    assert alice.client.get(at("same_child", one)).status_code == 404
    undo = reverse("cases:same_child_undo", kwargs={"uuid": one.uuid, "said": absent.uuid})
    assert maggie.client.post(undo, {"reason": "x"}).status_code == 404
    with as_owner():
        assert not SameChild.objects.exists()


def test_each_look_for_another_record_is_on_record_with_whom_it_found(
    maggie: Person, tariq: Person, oakfield: Place, pair: tuple[Child, Child]
) -> None:
    hidden = born(tariq, oakfield, "Robin")
    page = maggie.client.get(at("same_child", pair[0])).content.decode()

    assert "Ask the duty desk of Oakfield Primary School" in page
    with as_owner():
        look = AuditRow.objects.get(action="match.look")
    assert {pair[1].uuid, hidden.uuid} <= set(look.target_uuids)
