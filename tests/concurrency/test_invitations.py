"""Two people press "accept" at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from agencies.actions import invitations
from agencies.actions.terms import Terms
from agencies.models import Membership, User
from agencies.roles import Role
from safeguard.audit.actor import Origin
from tests.agencies.test_invitations import ADDRESS, link
from tests.conftest import Person, Place


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_once_makes_one_person(
    transactional_db: None, maggie: Person, social_care: Place
) -> None:
    terms = Terms(roles=frozenset({Role.PRACTITIONER}), teams=frozenset({social_care.team}), since=timezone.now())
    invitations.invite(social_care.agency, email=ADDRESS, name="Nia North", terms=terms, by=maggie.by)
    secret, together = link().split("/")[2], Barrier(4)

    def accept(number: int) -> bool:
        together.wait(timeout=10)
        try:
            invitations.accept_as_new(secret, name=f"Nia {number}", password="four plain words", origin=Origin())
        except invitations.NotOpen:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(accept, range(4)))

    assert sorted(answers) == [False, False, False, True]
    assert User.objects.filter(email=ADDRESS).count() == 1
    assert Membership.objects.filter(user__email=ADDRESS).count() == 1
