"""Two records of one child: linked, merged, undone; nothing rewritten, and nobody sees more than before."""

import contextlib
import json
from typing import Any, cast

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.acting import Acting
from agencies.models import Membership, User
from cases import access, access_concerns, access_same_child
from cases.actions.child_record import add_name
from cases.actions.children import NewChild, record_child
from cases.actions.involvement import Terms, involve
from cases.actions.opening import close_case, open_case
from cases.actions.restriction import exclude, lift_exclusion, restrict
from cases.actions.same_child import link, merge, undo
from cases.concern_codes import NextStep
from cases.models import AccessLevel, Case, CaseExclusion, Child, ChildName, SameChild, TimelineEntry
from safeguard.audit.models import AuditRow
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered, with_later_transaction
from tests.cases.test_concerns import log
from tests.conftest import Person, Place
from tests.factories import as_owner

pytestmark = pytest.mark.django_db

WHY = "Same NHS number and mother"
BASIS = "Children Act 1989 s17"


def recorded(person: Person, place: Place, given: str = "Robyn") -> Child:
    with entered(person) as by:
        return record_child(NewChild(given=given, surname="Example"), team=place.team, by=by)


def opened(person: Person, place: Place, child: Child) -> Case:
    with entered(person) as by:
        case = open_case(child, team=place.team, lawful_basis=BASIS, by=by)
    with_later_transaction(case)
    return case


def open_case_of(by: Acting, child: Child) -> Case:
    return cast("Case", access.open_case_of(by, child))


def merged(person: Person, kept: Child, other: Child) -> SameChild:
    with entered(person) as by:
        return merge(kept, other, reason=WHY, by=by)


def sees(person: Person, child: Child) -> bool:
    with entered(person) as by:
        by_query = Child.objects.with_record_for(by).filter(pk=child.pk).exists()
        by_row = Child.objects.each_with_record_for(by).filter(pk=child.pk).exists()
        assert Child.objects.filter(pk=child.pk).exists() == by_query == by_row, "the locks disagree"
        return by_query


def everything_about(*children: Child) -> list[Any]:
    """Return the rows of the children's records and cases, but for the timeline, which says what happened."""
    with as_owner():
        rows: list[Any] = list(Child.objects.filter(pk__in=[child.pk for child in children]).order_by("pk"))
        for child in children:
            rows += [*child.names.all(), *child.identifiers.all(), *child.addresses.all(), *child.relationships.all()]
            cases = list(child.cases.order_by("pk"))
            rows += [*cases, *CaseExclusion.objects.filter(child=child).order_by("pk")]
            for case in cases:
                rows += [*case.group_grants.order_by("pk"), *case.user_grants.order_by("pk")]
        found: list[Any] = json.loads(serializers.serialize("json", rows))
    for row in found:  # moved by the entry that says what happened
        row["fields"].pop("last_activity_at", None)
    return found


@pytest.fixture
def robin(alice: Person, social_care: Place) -> Child:
    """A child with an open case that Alice's team leads."""
    child = recorded(alice, social_care, "Robin")
    opened(alice, social_care, child)
    return child


@pytest.fixture
def robyn(alice: Person, social_care: Place) -> Child:
    """The same child's second record, without a case."""
    return recorded(alice, social_care)


# --- Saying so ------------------------------------------------------------------------------------


def test_linked_records_stay_two_and_each_names_the_other(maggie: Person, robin: Child, robyn: Child) -> None:
    before = everything_about(robin, robyn)
    with entered(maggie) as by:
        link(robin, robyn, reason=WHY, by=by)

        for one, other in ((robin, robyn), (robyn, robin)):
            said = access_same_child.said_of(by, one)
            (found,) = access_same_child.other_records(by, one, said)
            assert found.child == other
            assert str(found.known.names[0]).startswith(str(other.names.get().given))
    assert everything_about(robin, robyn) == before


def test_a_merge_rewrites_nothing_and_says_which_record_is_kept(maggie: Person, robin: Child, robyn: Child) -> None:
    before = everything_about(robin, robyn)
    said = merged(maggie, robin, robyn)

    assert everything_about(robin, robyn) == before
    with entered(maggie) as by:
        (found,) = access_same_child.other_records(by, robyn, access_same_child.said_of(by, robyn))
    assert (found.child, found.is_kept, found.said) == (robin, True, said)
    with as_owner():
        row = AuditRow.objects.get(action="child.merge")
    assert (row.target_uuids, row.reason) == ([robin.uuid, robyn.uuid], WHY)


def test_undoing_restores_both_and_keeps_what_was_said(maggie: Person, robin: Child, robyn: Child) -> None:
    said = merged(maggie, robin, robyn)
    with entered(maggie) as by:
        undo(said, reason="Two cousins", by=by)

        assert access_same_child.other_records(by, robin, access_same_child.said_of(by, robin)) == []
        (over,) = access_same_child.said_of(by, robin)
    assert (over.reason, over.end_reason, over.ended_by) == (WHY, "Two cousins", maggie.user)


def test_merged_records_have_one_open_case_whichever_record_it_was_opened_on(
    maggie: Person, alice: Person, social_care: Place, robin: Child, robyn: Child
) -> None:
    merged(maggie, robyn, robin)  # the case is the record's that is not kept

    with entered(alice) as by:
        found = access.open_case_of(by, robyn)
        assert found
        assert found.child == robin
        with pytest.raises(ValidationError, match="could not be opened"):
            open_case(robyn, team=social_care.team, lawful_basis=BASIS, by=by)
        close_case(found, reason="Moved", by=by)
    assert opened(alice, social_care, robyn).child == robyn


def test_a_concern_about_the_record_without_a_case_joins_the_case_and_names_the_record_of_it(
    maggie: Person, alice: Person, robin: Child, robyn: Child
) -> None:
    merged(maggie, robin, robyn)

    made = log(alice, robyn, next_step=NextStep.REFER)

    assert made.entry is not None
    assert made.child == robin


def test_what_was_kept_about_one_record_joins_no_case_of_the_other(
    maggie: Person, alice: Person, robin: Child, robyn: Child
) -> None:
    kept = log(alice, robyn, next_step=NextStep.REFER)
    merged(maggie, robin, robyn)

    with entered(alice) as by:
        assert access_concerns.case_to_join(by, access_concerns.concern(by, kept.uuid)) is None


def test_two_open_cases_are_linked_and_not_merged(
    maggie: Person, alice: Person, social_care: Place, robin: Child, robyn: Child
) -> None:
    opened(alice, social_care, robyn)

    with pytest.raises(ValidationError, match="both records have an open case"):
        merged(maggie, robin, robyn)
    with entered(maggie) as by:
        link(robin, robyn, reason=WHY, by=by)
        assert len({access.open_case_of(by, child) for child in (robin, robyn)}) == 2


def test_open_cases_that_the_merger_may_not_see_stand_against_it_and_are_not_told(
    *, maggie: Person, tariq: Person, oakfield: Place, alice: Person, social_care: Place
) -> None:
    one, other = recorded(alice, social_care), recorded(alice, social_care)
    opened(tariq, oakfield, one)
    opened(tariq, oakfield, other)

    with pytest.raises(ValidationError, match="Something stands against it"):
        merged(maggie, one, other)
    with entered(maggie):
        assert access_same_child.hidden_desks(one, other) == ["Oakfield Primary School"]
        assert not SameChild.objects.exists()


def test_the_desk_of_a_hidden_case_is_named_to_nobody_who_does_not_see_the_child(
    tariq: Person, oakfield: Place, robin: Child, robyn: Child
) -> None:
    with entered(tariq):
        assert access_same_child.hidden_desks(robin, robyn) == []


# --- The safe side --------------------------------------------------------------------------------


def test_whoever_is_excluded_from_one_record_is_kept_out_of_the_other(
    *, maggie: Person, alice: Person, mo: Person, social_care: Place, robin: Child, robyn: Child
) -> None:
    with entered(alice) as by:
        close_case(open_case_of(by, robin), reason="Moved", by=by)
    later = opened(alice, social_care, robyn)
    assert sees(mo, robyn)
    with entered(alice) as by:
        exclude(robin.cases.get(), mo.user, reason="His niece", by=by)
    assert sees(mo, robyn)

    for say in (link, merge):
        with entered(maggie) as by:
            said = say(robin, robyn, reason=WHY, by=by)
        assert not sees(mo, robyn)
        with entered(mo) as by:
            assert access.level(by, later) is None
        with entered(maggie) as by:
            undo(said, reason="Two children", by=by)
        assert sees(mo, robyn)
        assert not sees(mo, robin)


def test_a_record_without_a_case_is_closed_to_whoever_is_excluded_from_the_other(
    maggie: Person, alice: Person, mo: Person, robin: Child, robyn: Child
) -> None:
    said = merged(maggie, robyn, robin)
    assert sees(mo, robyn)

    with entered(alice) as by:  # once they are merged
        exclude(open_case_of(by, robin), mo.user, reason="His niece", by=by)
    assert not sees(mo, robyn)
    with entered(alice) as by:
        shown = access.who_can_see(by, open_case_of(by, robin)).excluded
        assert [each.from_same_child for each in shown] == [False]
        lift_exclusion(shown[0], reason="Not his niece", by=by)
    assert sees(mo, robyn)
    with as_owner():
        assert not CaseExclusion.objects.exists()
    with entered(maggie) as by:
        undo(said, reason="Two children", by=by)


def test_an_exclusion_that_came_with_another_record_is_named_as_that_and_cannot_be_ended_here(
    *, maggie: Person, alice: Person, mo: Person, social_care: Place, robin: Child, robyn: Child
) -> None:
    with entered(alice) as by:
        exclude(open_case_of(by, robin), mo.user, reason="His niece", by=by)
        close_case(open_case_of(by, robin), reason="Moved", by=by)
    merged(maggie, robin, robyn)
    later = opened(alice, social_care, robyn)  # a case that came after the merge

    with entered(alice) as by:
        (kept_out,) = access.who_can_see(by, access.case(by, later.uuid)).excluded
        assert kept_out.from_same_child
        assert "niece" not in kept_out.reason
        with pytest.raises(Http404):
            access.exclusion(by, later, mo.user.uuid)
    page = alice.client.get(f"/cases/{later.uuid}/access/")
    assert b"excluded from another record of the same child" in page.content
    assert b"His niece" not in page.content


def test_a_merge_that_would_leave_a_case_without_a_lead_is_refused(
    *, maggie: Person, alice: Person, tariq: Person, social_care: Place, oakfield: Place
) -> None:
    one, other = recorded(alice, social_care), recorded(alice, social_care)
    opened(tariq, oakfield, one)  # led by Tariq alone
    with entered(alice) as by:
        close_case(opened(alice, social_care, other), reason="Moved", by=by)
    with as_owner():
        case = other.cases.get()
        CaseExclusion.objects.create(
            case=case, child=other, user=tariq.user, reason="His niece", excluded_by=alice.user
        )

    with pytest.raises(ValidationError, match="Something stands against it"):
        merged(maggie, one, other)
    assert sees(tariq, one)


@pytest.mark.parametrize("say", [link, merge])
def test_a_pair_that_would_keep_somebody_out_of_a_case_that_its_maker_does_not_lead_is_refused(
    say: Any, *, maggie: Person, alice: Person, tariq: Person, daisy: Person, social_care: Place, oakfield: Place
) -> None:
    one, other = recorded(tariq, oakfield), recorded(alice, social_care)
    theirs = opened(tariq, oakfield, one)
    with entered(tariq) as by:
        terms = Terms(level=AccessLevel.CONTRIBUTE, purpose="Assessment", lawful_basis="ca1989_s17")
        involve(theirs, social_care.team, terms, by=by)
    with entered(alice) as by:
        close_case(opened(alice, social_care, other), reason="Moved", by=by)
    known = {"child": other, "user": daisy.user, "reason": "Kin", "excluded_by": alice.user}
    with as_owner():
        CaseExclusion.objects.create(case=other.cases.get(), **known)
    with entered(maggie) as by, pytest.raises(ValidationError, match="Something stands against it"):
        say(one, other, reason=WHY, by=by)

    assert sees(daisy, one)


def test_the_database_itself_lets_only_who_decides_about_records_say_so_in_their_own_name(
    *, alice: Person, maggie: Person, robin: Child, robyn: Child
) -> None:
    said = {"kept": robin, "other": robyn, "reason": WHY, "made_for": maggie.membership.agency}
    for person, writer in ((alice, alice), (maggie, alice)):
        with entered(person), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            SameChild.objects.create(**said, made_by=writer.user)

    kept = merged(maggie, robin, robyn)
    ended = {"ended_at": timezone.now(), "ended_by": alice.user, "end_reason": "No"}
    with entered(alice):
        assert SameChild.objects.filter(pk=kept.pk).update(**ended) == 0


def test_a_restricted_case_is_not_merged_with_one_that_is_not(
    *, maggie: Person, alice: Person, mo: Person, social_care: Place, robin: Child, robyn: Child
) -> None:
    with entered(alice) as by:
        case = open_case_of(by, robin)
        restrict(case, people=[maggie.user], duty_team=social_care.team, reason="Known family", by=by)
    kept = merged(maggie, robin, robyn)
    with entered(mo) as by:
        assert access.level(by, case) is None
    with entered(maggie) as by:
        undo(kept, reason="Two children", by=by)
        close_case(open_case_of(by, robin), reason="Moved", by=by)
    opened(alice, social_care, robyn)

    with pytest.raises(ValidationError, match="Something stands against it"):
        merged(maggie, robin, robyn)


# --- Who may, and what is refused -----------------------------------------------------------------


def test_only_those_who_decide_about_records_and_may_change_both_do(
    *, alice: Person, tess: Person, daisy: Person, ian: Person, robin: Child, robyn: Child
) -> None:
    for person in (alice, ian, daisy):  # a practitioner; no cases; a lead who sees neither
        with pytest.raises(Http404):
            merged(person, robin, robyn)
        with entered(person) as by, pytest.raises(Http404):
            access_same_child.two_records(by, robin.uuid, robyn.uuid)
    said = merged(tess, robin, robyn)
    for person in (alice, daisy):
        with entered(person) as by, pytest.raises(Http404):
            undo(said, reason="No", by=by)
    with entered(daisy):
        assert not SameChild.objects.exists()


def test_seeing_one_record_alone_shows_neither_the_other_nor_what_was_said(
    *, maggie: Person, alice: Person, daisy: Person, oakfield: Place, robin: Child, robyn: Child
) -> None:
    with entered(alice) as by:
        terms = Terms(purpose="Attendance", lawful_basis=BASIS, level=AccessLevel.CONTRIBUTE)
        involve(open_case_of(by, robin), oakfield.team, terms, by=by)
    merged(maggie, robin, robyn)

    assert (sees(daisy, robin), sees(daisy, robyn)) == (True, False)
    with entered(daisy) as by:
        assert access_same_child.said_of(by, robin) == []
        assert not SameChild.objects.exists()
        with pytest.raises(Http404):
            merge(robin, robyn, reason=WHY, by=by)


def test_the_refusal_of_a_merge_tells_of_no_merge_with_a_record_that_one_may_not_read(
    *, maggie: Person, tariq: Person, alice: Person, oakfield: Place, social_care: Place, robin: Child, robyn: Child
) -> None:
    hidden = recorded(tariq, oakfield)
    by_tariq = {"merged": True, "reason": WHY, "made_by": tariq.user, "made_for": oakfield.agency}
    with as_owner():
        SameChild.objects.create(kept=hidden, other=robyn, **by_tariq)
    with entered(maggie) as by, pytest.raises(ValidationError, match="Something stands against it"):
        merge(robin, robyn, reason=WHY, by=by)


def test_what_makes_no_sense_is_refused_and_changes_nothing(
    *, maggie: Person, alice: Person, social_care: Place, robin: Child, robyn: Child
) -> None:
    third = recorded(alice, social_care)
    said = merged(maggie, robin, robyn)
    refusals = [
        (robin, robin, WHY, "not two records"),
        (robin, third, "  ", "Say how you know"),
        (robin, robyn, WHY, "already"),
        (robyn, robin, WHY, "merged with another record already"),  # a circle
        (third, robyn, WHY, "merged with another record already"),  # merged away twice
        (robyn, third, WHY, "merged with another record already"),  # into one that is merged away
    ]
    for kept, other, why, words in refusals:
        with entered(maggie) as by, pytest.raises(ValidationError, match=words):
            merge(kept, other, reason=why, by=by)
    with entered(maggie) as by:
        with pytest.raises(ValidationError, match="Say why"):
            undo(said, reason=" ", by=by)
        undo(said, reason="Two children", by=by)
        with pytest.raises(ValidationError, match="taken it back in the meantime"):
            undo(said, reason="Two children", by=by)
        assert SameChild.objects.count() == 1


# --- Any order ------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge", "merge", "link", "undo", "undo", "exclude", "let in", "open", "close"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=10,
)


class Family:
    """Four records, what was said of them, and what each step means; what is refused changes nothing."""

    def __init__(self, maggie: Person, mo: Person, place: Place) -> None:
        self.maggie, self.mo, self.place = maggie, mo, place
        self.children = [recorded(maggie, place, f"Robin{n}") for n in range(4)]

    def step(self, what: str, one: int, other: int) -> None:
        """Try a step as the manager."""
        with contextlib.suppress(ValidationError, Http404), entered(self.maggie) as by:
            {"merge": self._say, "link": self._say, "undo": self._undo}.get(what, self._of_case)(what, one, other, by)

    def _say(self, what: str, one: int, other: int, by: Acting) -> None:
        (merge if what == "merge" else link)(self.children[one], self.children[other], reason=WHY, by=by)

    def _undo(self, _what: str, one: int, _other: int, by: Acting) -> None:
        holding = list(SameChild.objects.filter(ended_at__isnull=True))
        if holding:
            undo(holding[one % len(holding)], reason="Two children", by=by)

    def _of_case(self, what: str, one: int, _other: int, by: Acting) -> None:
        child = self.children[one]
        case = Case.objects.filter(child=child).order_by("-pk").first()
        if what == "open":
            made = open_case(child, team=self.place.team, lawful_basis=BASIS, by=by)
            with_later_transaction(made)
        elif case and what == "close":
            close_case(case, reason="Moved", by=by)
        elif case and what == "exclude":
            exclude(case, self.mo.user, reason="His niece", by=by)
        elif case:
            lift_exclusion(access.exclusion(by, case, self.mo.user.uuid), reason="No", by=by)

    def groups(self, *, only_merged: bool) -> list[set[int]]:
        """Return which records belong together, worked out here from what holds."""
        with as_owner():
            pairs = list(SameChild.objects.filter(ended_at__isnull=True).values_list("kept", "other", "merged"))
        groups = [{child.pk} for child in self.children]
        for kept, other, is_merged in pairs:
            if is_merged or not only_merged:
                joined = {pk for group in groups if group & {kept, other} for pk in group}
                groups = [group for group in groups if not group & joined] + [joined]
        return groups

    def holds(self) -> None:
        """Assert the rules: one open case of merged records; whoever is kept out of one is kept out of all."""
        with as_owner():
            opened_on = list(Case.objects.filter(status="open").values_list("child", flat=True))
            out_of = set(CaseExclusion.objects.filter(from_same_child=False).values_list("child", flat=True))
        for group in self.groups(only_merged=True):
            assert sum(child in group for child in opened_on) <= 1
        kept_out = {pk for group in self.groups(only_merged=False) if group & out_of for pk in group}
        for child in self.children:
            assert sees(self.mo, child) == (child.pk not in kept_out)
            assert sees(self.maggie, child)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_any_order_of_merges_and_undos_keeps_the_rules_and_ends_where_it_should(
    steps: list[tuple[str, int, int]], maggie: Person, mo: Person, social_care: Place
) -> None:
    with transaction.atomic():
        family = Family(maggie, mo, social_care)
        for step in steps:
            family.step(*step)
            family.holds()
        with as_owner():
            own = list(CaseExclusion.objects.filter(from_same_child=False).order_by("pk").values())
        never_said = everything_about(*family.children)
        never_said = [row for row in never_said if not row["fields"].get("from_same_child")]
        for _each in range(len(steps)):
            family.step("undo", 0, 0)
        # All undone: what is there is what each record had of its own, and nothing is left of the others.
        assert everything_about(*family.children) == never_said
        with as_owner():
            assert not SameChild.objects.filter(ended_at__isnull=True).exists()
            assert list(CaseExclusion.objects.order_by("pk").values()) == own
        family.holds()
        transaction.set_rollback(True)


# --- What the other record's case must not lose -------------------------------------------------------


def leads_two(person: Person, alice: Person, social_care: Place, oakfield: Place) -> tuple[Case, Case]:
    """Return a case that social care leads, and one of another record of the child, linked, that ``person`` leads."""
    one, other = recorded(alice, social_care), recorded(person, oakfield)
    ours, theirs = opened(alice, social_care, one), opened(person, oakfield, other)
    with as_owner():
        SameChild.objects.create(kept=one, other=other, reason=WHY, made_by=alice.user, made_for=social_care.agency)
    with entered(person) as by:
        terms = Terms(purpose="Help", lawful_basis=BASIS, level=AccessLevel.LEAD)
        involve(theirs, social_care.team, terms, by=by)
    return ours, theirs


def notes_of(person: Person) -> list[InboxItem]:
    with as_owner():
        return list(InboxItem.objects.filter(recipient=person.user, kind="case.left_alone"))


def test_an_agency_is_told_when_nobody_of_its_own_can_act_on_a_case_any_more(
    *, alice: Person, maggie: Person, tariq: Person, daisy: Person, social_care: Place, oakfield: Place
) -> None:
    with as_owner():
        daisy.membership.teams.clear()  # manages the school's people, and is in no team of the case
    ours, _theirs = leads_two(tariq, alice, social_care, oakfield)

    with entered(alice) as by:
        exclude(ours, tariq.user, reason="His niece", by=by)

    (note,) = notes_of(daisy)
    assert (note.path, note.agency_id) == ("", oakfield.agency.pk)
    assert "Nobody of your agency can act on one of the cases that it leads" in note.title
    assert not {"Robyn", "Tariq", "niece"} & set(note.title.split())
    assert not [each for each in (alice, maggie, tariq) if notes_of(each)]


def test_nobody_is_told_while_a_colleague_can_act(
    *, alice: Person, tariq: Person, daisy: Person, social_care: Place, oakfield: Place
) -> None:
    ours, _theirs = leads_two(tariq, alice, social_care, oakfield)

    with entered(alice) as by:
        exclude(ours, tariq.user, reason="His niece", by=by)

    assert notes_of(daisy) == []


@pytest.mark.parametrize("gone", ["account", "membership", "role"])
def test_an_account_that_no_longer_works_leads_nothing(
    gone: str, *, alice: Person, maggie: Person, tariq: Person, daisy: Person, social_care: Place, oakfield: Place
) -> None:
    with as_owner():
        one, other = recorded(alice, social_care), recorded(alice, social_care)
    opened(tariq, oakfield, one)  # led by Tariq and Daisy
    with entered(alice) as by:
        close_case(opened(alice, social_care, other), reason="Moved", by=by)
    with as_owner():
        case = other.cases.get()
        CaseExclusion.objects.create(case=case, child=other, user=tariq.user, reason="Kin", excluded_by=alice.user)
        users, memberships = User.objects.filter(pk=daisy.user.pk), Membership.objects.filter(pk=daisy.membership.pk)
        if gone == "account":
            users.update(is_active=False)
        elif gone == "membership":
            memberships.update(until=F("since"))
        else:
            memberships.update(roles=["analyst"])

    with pytest.raises(ValidationError, match="Something stands against it"):
        merged(maggie, one, other)


def test_a_change_of_a_merged_record_is_told_on_the_other_ones_case_to_the_own_team_alone(
    *, maggie: Person, alice: Person, hana: Person, social_care: Place, health: Place, robin: Child, robyn: Child
) -> None:
    with entered(alice) as by:
        case = open_case_of(by, robin)
        involve(case, health.team, Terms(purpose="Help", lawful_basis=BASIS), by=by)
    merged(maggie, robin, robyn)

    with entered(alice) as by:
        for child in (robin, robyn):
            add_name(child, kind=ChildName.Kind.ALIAS, given="Bobbie", surname="Example", by=by)
    pages = [alice.client.get(reverse("cases:child_address_add", args=[child.uuid])).text for child in (robin, robyn)]

    with entered(hana) as by:
        assert TimelineEntry.objects.visible_to(by).filter(case=case, kind="child_changed").count() == 1
    with entered(alice) as by:
        assert TimelineEntry.objects.visible_to(by).filter(case=case, kind="child_changed").count() >= 2
    assert ["Hana Hughes" in page for page in pages] == [True, False]
    assert ["Alice Archer" in page for page in pages] == [True, True]
