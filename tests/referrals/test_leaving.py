"""What a leaver held of referrals passes on; an audit names no referral to who is kept out of it."""

from typing import Any

import pytest
from django.urls import reverse

from agencies.actions.memberships import end
from agencies.roles import Role
from referrals.actions import life
from referrals.actions.leaving import drafts_held, referrals_held
from referrals.codes import Rating
from referrals.models import Referral, ReferralDraft
from safeguard.notifications.models import InboxItem
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_user
from tests.referrals.conftest import refer

pytestmark = pytest.mark.django_db


def leaves(person: Person, manager: Person) -> None:
    with entered(manager) as by:
        end(person.membership, reason="Moved away", by=by)


def count(held: Any, person: Person, manager: Person) -> int:
    with entered(manager):
        return sum(each.count for each in held(person.membership))


def draft_of(person: Person, **content: Any) -> ReferralDraft:
    with as_owner():
        return ReferralDraft.objects.create(user=person.user, agency=person.membership.agency, content=content)


@pytest.fixture
def sent(tariq: Person, social_care: Place, england: None) -> Referral:
    return refer(tariq, social_care)


def test_what_a_leaver_has_in_triage_is_in_the_queue_again(
    sent: Referral, tess: Person, mo: Person, maggie: Person
) -> None:
    with entered(tess) as by:
        life.take(sent, Rating.GREEN, version=1, by=by)
    assert count(referrals_held, tess, maggie) == 1
    assert count(referrals_held, tess, mo) == 0  # who manages nobody hears nothing

    leaves(tess, maggie)

    with as_owner():
        now = Referral.objects.get(pk=sent.pk)
    assert (now.held_by, now.state) == (None, "in_triage")
    assert count(referrals_held, tess, maggie) == 0


@pytest.fixture
def lead(social_care: Place) -> Person:
    """A safeguarding lead of Alice's team."""
    user = make_user("Sal Safe")
    return Person(user, make_membership(user, social_care.agency, Role.SAFEGUARDING_LEAD, teams=(social_care.team,)))


def test_a_draft_goes_to_a_lead_of_the_team_who_is_told(alice: Person, maggie: Person, lead: Person) -> None:
    made = draft_of(alice, concern={"version": 1, "fields": {"facts": ["Thin"]}})
    assert count(drafts_held, alice, maggie) == 1

    leaves(alice, maggie)

    with as_owner():
        made.refresh_from_db()
        assert (made.user, made.handed_by) == (lead.user, alice.user)
        note = InboxItem.objects.get(kind="referral_draft.pass_on")
    assert (note.recipient, note.path) == (lead.user, reverse("referrals:mine"))


def test_a_draft_goes_to_nobody_whom_it_names(alice: Person, maggie: Person, lead: Person) -> None:
    made = draft_of(alice, referrer={"version": 1, "fields": {"kept_from": [str(lead.user.uuid)]}})

    leaves(alice, maggie)

    with as_owner():
        made.refresh_from_db()
    assert made.user != lead.user


def test_a_governance_lead_reads_of_no_referral_that_they_are_kept_out_of(
    sent: Referral, tess: Person, ian: Person
) -> None:
    with entered(tess) as by:
        life.take(sent, Rating.GREEN, version=1, by=by)
    log = reverse("agencies:audit_log")
    assert "referral: move" in ian.client.get(log).text

    with as_owner():
        sent.kept_from.add(ian.user)

    assert "referral: move" not in ian.client.get(log).text
