"""A draft goes on with a colleague, or is deleted after a warning; never without one, and never while it is touched."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.urls import reverse
from django.utils import timezone

from agencies.roles import Role
from referrals import beyond_sight
from referrals.actions.draft_life import hand_over
from referrals.actions.drafts import save_part
from referrals.models import ReferralDraft
from referrals.tasks import follow_drafts
from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, make_membership, make_user
from tests.notifications.reminder_steps import the_worker
from tests.referrals.conftest import fill, post_part, send, sent_referrals

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tess")]


@pytest.fixture
def draft(tariq: Person, social_care: Place) -> str:
    """A whole form that Tariq has typed and not sent."""
    return fill(tariq, social_care.agency)


def hand(person: Person, draft: str, to: Person) -> Any:
    page = reverse("referrals:draft_hand", args=[draft])
    return person.client.post(page, {"idempotency_key": str(uuid4()), "person": str(to.user.uuid)})


def opens(person: Person, draft: str) -> int:
    status: int = person.client.get(reverse("referrals:draft", args=[draft])).status_code
    return status


def days_pass(days: int) -> None:
    """Let all that is written be so much older."""
    with as_owner(), connection.cursor() as cursor:
        for name in ("saved_at", "warned_at"):
            cursor.execute(f"UPDATE referrals_referraldraft SET {name} = {name} - make_interval(days => %s)", [days])


def work() -> None:
    with the_worker():
        follow_drafts()


def there() -> bool:
    with as_owner():
        return ReferralDraft.objects.exists()


def warnings(person: Person) -> tuple[int, int]:
    """Return how many notes and e-mails warned ``person``."""
    with as_owner():
        notes = InboxItem.objects.filter(recipient=person.user, kind="referral_draft.expires").count()
        return notes, OutboxMessage.objects.filter(address=person.user.email, kind="referral_draft.expires").count()


# --- A colleague goes on with it --------------------------------------------------------------------


def test_a_colleague_goes_on_with_a_draft_and_sends_it_in_their_own_name(
    draft: str, tariq: Person, daisy: Person
) -> None:
    assert hand(tariq, draft, daisy).headers["Location"] == reverse("referrals:mine")

    assert (opens(tariq, draft), opens(daisy, draft)) == (404, 200)
    assert "Handed to you by Tariq Turner" in daisy.client.get(reverse("referrals:mine")).text
    with as_owner():
        note = InboxItem.objects.get(recipient=daisy.user, kind="referral_draft.handed")
    assert note.title == "Tariq Turner handed you the draft of a referral: it is not sent yet"
    send(daisy, draft)
    (made,) = sent_referrals()
    assert made.submitted_by_id == daisy.user.pk


def test_a_window_that_was_left_open_writes_into_no_colleagues_draft(draft: str, tariq: Person, daisy: Person) -> None:
    hand(tariq, draft, daisy)

    assert post_part(tariq, draft, "concern", 1, facts="Too late").status_code == 404
    with pytest.raises(ValidationError, match="handed to a colleague"), entered(tariq) as by:
        save_part(UUID(draft), "concern", {"facts": ["Too late"]}, version=1, by=by)


@pytest.mark.parametrize("who", ["olive", "tess", "adam", "tariq"])
def test_nobody_of_another_agency_is_handed_one_nor_its_writer(
    who: str, draft: str, tariq: Person, request: pytest.FixtureRequest
) -> None:
    other: Person = request.getfixturevalue(who)

    assert hand(tariq, draft, other).status_code == 422
    with pytest.raises(ValidationError, match="Nothing was handed over"), entered(tariq) as by:
        hand_over(ReferralDraft.objects.get(), other.user, by=by)
    assert opens(tariq, draft) == 200


def test_a_colleague_who_left_or_does_not_refer_is_not_offered(draft: str, tariq: Person, oakfield: Place) -> None:
    left, counts = make_user("Lee Left"), make_user("Cora Counts")
    days = [timezone.now() - timedelta(days=ago) for ago in (2, 1)]
    make_membership(left, oakfield.agency, Role.PRACTITIONER, since=days[0], until=days[1])
    make_membership(counts, oakfield.agency, Role.ANALYST)

    page = tariq.client.get(reverse("referrals:draft_hand", args=[draft])).text

    assert "Lee Left" not in page
    assert "Cora Counts" not in page


def test_whoever_must_not_see_the_referral_is_not_handed_its_draft(
    tariq: Person, daisy: Person, social_care: Place
) -> None:
    draft = fill(tariq, social_care.agency, referrer={"kept_from": str(daisy.user.uuid)})

    answer = hand(tariq, draft, daisy)

    assert answer.status_code == 422
    assert "is named in the draft as somebody who must not see it" in answer.text
    assert opens(daisy, draft) == 404


def test_only_its_writer_hands_a_draft_over(draft: str, daisy: Person, tariq: Person) -> None:
    assert hand(daisy, draft, tariq).status_code == 404
    with entered(daisy):
        assert not beyond_sight.hand_draft(UUID(draft), daisy.user.pk, [Role.SAFEGUARDING_LEAD])
    with pytest.raises(DatabaseError, match="row-level security"), entered(tariq), connection.cursor() as cursor:
        cursor.execute("UPDATE referrals_referraldraft SET user_id = %s", [daisy.user.pk])


# --- Deleted, after a warning -----------------------------------------------------------------------


def test_its_writer_is_warned_once_and_it_is_deleted_a_week_later(draft: str, tariq: Person) -> None:
    days_pass(20)
    work()
    assert warnings(tariq) == (0, 0)

    days_pass(2)
    for _twice in range(2):
        work()
    assert warnings(tariq) == (1, 1)
    with as_owner():
        said = OutboxMessage.objects.get(kind="referral_draft.expires")
    assert not [word for word in ("Robin", "Example", "bruise") if word in said.subject + said.body]

    days_pass(6)
    work()
    assert there()
    days_pass(2)
    work()
    assert not there()


def test_touched_after_the_warning_it_stays_and_is_warned_of_anew(draft: str, tariq: Person) -> None:
    days_pass(22)
    work()
    post_part(tariq, draft, "concern", 1, facts="More")
    days_pass(20)
    work()
    assert there()

    days_pass(2)
    work()
    assert warnings(tariq) == (2, 2)


def test_nothing_goes_without_a_warning_however_long_nobody_looked(draft: str, tariq: Person) -> None:
    days_pass(400)
    work()

    assert there()
    assert warnings(tariq) == (1, 1)
    days_pass(6)
    work()
    assert there()


def test_handed_over_it_is_kept_anew_and_the_colleague_is_warned(draft: str, tariq: Person, daisy: Person) -> None:
    days_pass(22)
    work()
    hand(tariq, draft, daisy)
    days_pass(20)
    work()
    assert there()

    days_pass(2)
    work()
    assert warnings(daisy) == (1, 1)


def test_the_list_says_until_when_a_draft_is_kept(draft: str, tariq: Person) -> None:
    day = timezone.localtime(timezone.now() + timedelta(days=28))
    assert f"Deleted after {day.day} {day:%B %Y}" in tariq.client.get(reverse("referrals:mine")).text


def test_only_the_worker_deletes_and_warns(draft: str, tariq: Person) -> None:
    days_pass(400)
    now = timezone.now()
    with entered(tariq):
        assert beyond_sight.warn_of_drafts(now, 9) == []
        assert beyond_sight.forget_drafts(now, now, 9) == []
    assert there()
