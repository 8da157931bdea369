"""The form that logs a concern: brothers and sisters, and who will see it, said before it is saved."""

from typing import Any

import pytest
from django.urls import reverse

from agencies.models import Team
from cases import timeline
from cases.actions.involvement import Terms, involve
from cases.models import AccessLevel, Case, Concern, TimelineEntry
from tests.cases.conftest import entered
from tests.cases.test_concern_queue import duty, officer  # noqa: F401  (fixtures)
from tests.cases.test_concerns import LOG, contributing, form, newest, page, sees, send  # noqa: F401  (a fixture)
from tests.conftest import Person, Place
from tests.factories import as_owner

SKY = {"also1_child": "new", "also1_given": "Sky", "also1_surname": "Otherwise", "also1_facts": "Was alone at home"}


def concerns() -> list[Concern]:
    with as_owner():
        return list(Concern.objects.order_by("pk"))


# --- Brothers and sisters -------------------------------------------------------------------------


def test_a_brother_gets_a_record_alone_with_the_circumstances_and_none_of_the_first_childs_words(
    contributing: Case,  # noqa: F811
    alice: Person,
    tariq: Person,
) -> None:
    uuid = str(contributing.child.uuid)
    more = {"child_words": "I am hungry", "opinion": "Robin is thin", "place": "At school", "present": "Robin’s aunt"}

    answer = send(alice, child=uuid, offered=uuid, facts="Robin had no lunch", **more, **SKY)

    first, second = concerns()
    assert "2 concerns are saved, one for each child" in answer.text
    assert (first.facts, second.facts) == ("Robin had no lunch", "Was alone at home")
    assert (first.place, first.known_by, first.next_step) == (second.place, second.known_by, second.next_step)
    assert (second.child_words, second.opinion, second.present) == ("", "", "")
    assert (first.case_id, second.case_id) == (contributing.pk, None)
    assert "Robin" not in page(alice, second).text
    assert "Sky" not in page(alice, first).text.split("What happened")[1]
    assert sees(tariq, first)
    assert not sees(tariq, second)


def test_who_has_a_file_to_attach_chooses_it_next(alice: Person) -> None:
    answer = send(alice, then_attach="on")

    assert answer.redirect_chain[-1][0] == reverse("cases:concern_attach", args=[newest().uuid])
    assert "The concern is saved." in answer.text
    assert 'type="file"' in answer.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"also1_facts": "Was alone"}, "Choose the child"),
        ({"also1_child": "new", "also1_given": "Sky"}, "Say what happened to this child"),
        ({"also1_child": "new", "also1_facts": "Was alone"}, "Enter a first name or a last name"),
    ],
)
def test_a_row_that_says_half_is_refused_and_nothing_is_saved(
    typed: dict[str, str], message: str, alice: Person
) -> None:
    answer = send(alice, **typed)

    assert answer.status_code == 422
    assert message in answer.text
    assert concerns() == []


def test_one_child_cannot_be_named_twice(case: Case, alice: Person) -> None:
    uuid = str(case.child.uuid)

    answer = send(alice, child=uuid, offered=uuid, also1_child=uuid, also1_facts="Again")

    assert answer.status_code == 422
    assert "chosen above already" in answer.text


def test_a_child_whom_one_may_not_see_is_no_brother_either(case: Case, olive: Person) -> None:
    uuid = str(case.child.uuid)

    answer = send(olive, offered=uuid, also1_child=uuid, also1_facts="Hungry")

    assert answer.status_code == 422
    assert "Robin" not in answer.text
    assert concerns() == []


# --- Who may read it ------------------------------------------------------------------------------


def preview(person: Person, **more: Any) -> str:
    answer = person.client.post(reverse(LOG), form(owner=str(person.user.uuid)) | more | {"preview": "1"})
    assert answer.status_code == 200
    assert concerns() == []
    text = str(answer.text)
    return text[text.index("Who will see this</h2>") :]


def parts(text: str) -> tuple[str, str]:
    """Return what stands under "Visible to" and under "Not visible to"."""
    seen, hidden = text.split("Not visible to", 1)
    return seen, hidden.split("</section>", 1)[0]


def test_the_preview_names_the_team_that_answers_where_no_case_is_open(tariq: Person, daisy: Person) -> None:
    seen, _hidden = parts(preview(tariq, facts=""))

    assert "It joins no timeline" in seen
    assert "Daisy Dale" in seen


def test_the_preview_names_who_reads_on_the_case_and_who_does_not(
    contributing: Case,  # noqa: F811
    tariq: Person,
    daisy: Person,
    alice: Person,
) -> None:
    uuid = str(contributing.child.uuid)

    seen, hidden = parts(preview(tariq, child=uuid, offered=uuid))
    assert "Daisy Dale" in seen
    assert "Alice Archer" in hidden
    seen, hidden = parts(preview(tariq, child=uuid, offered=uuid, audience="everybody"))
    assert "Alice Archer" in seen


def test_the_preview_says_who_is_kept_from_a_concern_that_passes_the_team(
    duty: Team,  # noqa: F811
    tariq: Person,
    daisy: Person,
    tess: Person,
) -> None:
    seen, _hidden = parts(preview(tariq, route="implicated", implicated=str(daisy.user.uuid)))

    assert "Tess Tanner" in seen
    assert "Daisy Dale" not in seen


def test_without_a_desk_the_preview_says_what_to_do(tariq: Person) -> None:
    answer = tariq.client.post(reverse(LOG), form(route="unreachable", preview="1"))

    assert "no team is set up" in answer.text


@pytest.mark.parametrize(
    ("typed", "mask"),
    [
        ({"audience": "everybody"}, timeline.EVERY_SECTOR),
        ({"audience": "sectors", "audience_sectors": "health"}, 0b100),
        ({"audience": "own_team"}, 0),
        ({"audience": "usual"}, 0),
        ({}, 0),
    ],
)
def test_the_chosen_readers_are_those_of_the_entry_and_a_schools_team_is_always_among_them(
    typed: dict[str, str],
    mask: int,
    contributing: Case,  # noqa: F811
    tariq: Person,
    daisy: Person,
) -> None:
    uuid = str(contributing.child.uuid)

    send(tariq, child=uuid, offered=uuid, **typed)

    made = newest()
    with as_owner():
        assert TimelineEntry.objects.get(concern=made).audience_mask == mask
    assert sees(daisy, made)


def test_sectors_without_one_are_refused(contributing: Case, tariq: Person) -> None:  # noqa: F811
    answer = send(tariq, audience="sectors")

    assert answer.status_code == 422
    assert concerns() == []


def test_a_confidential_teams_preview_is_its_own(case: Case, alice: Person, voluntary: Place, vera: Person) -> None:
    terms = Terms(level=AccessLevel.CONTRIBUTE, purpose="Refuge", lawful_basis="ca2004_s11", confidential=True)
    with entered(alice) as by:
        involve(case, voluntary.team, terms, by=by)
    uuid = str(case.child.uuid)

    seen, hidden = parts(preview(vera, child=uuid, offered=uuid))

    assert "Vera Vaughan" in seen
    assert "Alice Archer" in hidden
