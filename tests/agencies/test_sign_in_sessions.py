"""How long sessions last, what becomes of typed text, and who may end them."""

from datetime import timedelta

import html5lib
import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from agencies.actions.sessions import end_sessions_of
from agencies.models import Membership
from agencies.sign_in.session_limits import SEEN_AT, SIGNED_IN_AT
from agencies.sign_in.user_agents import in_words
from agencies.tasks import clear_sessions
from safeguard.audit.actor import system
from safeguard.celery import app
from safeguard.common.row_security import WORKER_ROLE
from safeguard.notifications.models import InboxItem
from tests.agencies.sign_in_steps import age, enter_password, is_signed_in, signed_in, trail
from tests.conftest import Person
from tests.factories import as_owner, database_role

IDLE = 30 * 60
TEXT = "Daisy rang the school at ten past nine."


@pytest.fixture
def _probes(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.agencies.sign_in_urls"


# --- What is left behind ---------------------------------------------------------------------------


def test_sessions_that_are_over_are_deleted_and_others_live(alice: Person, tariq: Person) -> None:
    over, lives = signed_in(alice.user), signed_in(tariq.user)
    for client in (over, lives):
        client.get("/account/")
    long_ago = timezone.now() - timedelta(hours=13)
    Session.objects.filter(pk=over.session.session_key).update(expire_date=long_ago)
    UserSession.objects.filter(user=alice.user).update(last_seen_at=long_ago)

    with database_role(WORKER_ROLE):
        clear_sessions()

    assert list(Session.objects.values_list("pk", flat=True)) == [lives.session.session_key]
    assert list(UserSession.objects.values_list("user_id", flat=True)) == [tariq.user.pk]
    assert is_signed_in(lives)


def test_every_hour_beat_wakes_that() -> None:
    assert {"task": clear_sessions.name, "schedule": 3600.0} in app.conf.beat_schedule.values()


# --- Limits ----------------------------------------------------------------------------------------


def test_a_session_ends_when_nothing_was_done_for_half_an_hour(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/")

    age(client, IDLE - 10, SEEN_AT)
    still = is_signed_in(client)
    age(client, IDLE + 61, SEEN_AT)
    response = client.get("/account/", follow=True)

    assert still
    assert "nothing was done for 30 minutes" in response.content.decode()
    assert response.redirect_chain[0][0] == "/account/login/?next=%2Faccount%2F&ended=idle"
    assert trail("session.expired")[0].detail == {"why": "idle"}
    assert not UserSession.objects.exists()


def test_a_session_ends_after_twelve_hours_however_busy(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/")

    age(client, 12 * 60 * 60 + 1, SIGNED_IN_AT)
    response = client.get("/account/", follow=True)

    assert "twelve hours" in response.content.decode()


def test_the_last_request_is_not_written_down_every_time(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/keep-alive/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/account/keep-alive/")

    tables = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert not [sql for sql in tables if not sql.startswith("SELECT")]


def test_a_visitor_costs_no_query_to_any_table(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        Client().get("/account/keep-alive/")

    assert not [query["sql"] for query in asked if " FROM " in query["sql"]]


def test_keep_alive_gives_the_page_its_new_token_and_says_whose_session_it_is(alice: Person) -> None:
    client = signed_in(alice.user)

    answer = client.get("/account/keep-alive/").json()

    assert answer["viewer"] == str(alice.user.uuid)
    assert len(answer["csrf_token"]) == 64
    assert Client().get("/account/keep-alive/").status_code == 401


def test_asking_whether_the_session_has_ended_does_not_prolong_it(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/")
    age(client, IDLE - 5, SEEN_AT)

    early = client.get("/account/keep-alive/?peek=1").status_code
    age(client, 6, SEEN_AT)
    late = client.get("/account/keep-alive/?peek=1").status_code

    assert (early, late) == (200, 401)


# --- Typed text ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_probes")
def test_a_form_sent_after_the_end_keeps_its_text_and_can_be_sent_again(alice: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/")
    age(client, IDLE + 61, SEEN_AT)

    refused = client.post("/probe", {"note": TEXT, "kind": "call", "password": "never shown"})
    enter_password(client, alice.user.email)
    again = client.post("/probe", _fields(refused.content.decode()))

    page = refused.content.decode()
    assert refused.status_code == 401
    assert TEXT in page
    assert "never shown" not in page
    assert again.content.decode() == f"received: {TEXT}"


@pytest.mark.usefixtures("_probes")
def test_kept_text_is_not_sent_in_another_persons_name(alice: Person, tariq: Person) -> None:
    client = signed_in(alice.user)
    client.get("/account/")
    age(client, IDLE + 61, SEEN_AT)
    refused = client.post("/probe", {"note": TEXT})

    enter_password(client, tariq.user.email)
    response = client.post("/probe", _fields(refused.content.decode()))

    assert response.status_code == 403
    assert "typed while another person was signed in" in response.content.decode()


@pytest.mark.usefixtures("_probes")
def test_a_page_from_before_the_sign_in_keeps_its_text_but_another_sites_form_does_not(alice: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user)

    ours = client.post("/probe", {"note": TEXT}, headers={"sec-fetch-site": "same-origin"})
    theirs = client.post("/probe", {"note": TEXT}, headers={"sec-fetch-site": "cross-site"})

    assert ours.status_code == theirs.status_code == 403
    assert TEXT in ours.content.decode()
    assert TEXT not in theirs.content.decode()


@pytest.mark.usefixtures("_probes")
def test_another_sites_form_is_never_offered_again_after_the_end(alice: Person) -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/probe", {"note": TEXT}, headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403
    assert TEXT not in response.content.decode()


@pytest.mark.usefixtures("_probes")
def test_htmx_gets_the_bare_status_so_that_its_page_stays(db: None) -> None:
    response = Client().post("/probe", {"note": TEXT}, headers={"hx-request": "true"})

    assert (response.status_code, response.content) == (401, b"")
    assert response["HX-Trigger"] == "session-ended"


def _fields(page: str) -> dict[str, str]:
    """Return what the kept form would send."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    form = next(form for form in tree.iter("form") if form.get("action") == "/probe")
    inputs = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    return inputs | {area.get("name", ""): area.text or "" for area in form.iter("textarea")}


def inbox_kinds() -> list[str]:
    with as_owner():
        return list(InboxItem.objects.values_list("kind", flat=True))


# --- Own and others' sessions ----------------------------------------------------------------------


def test_a_second_sign_in_is_told_in_the_inbox_and_on_the_first_sessions_pages(alice: Person) -> None:
    first = signed_in(alice.user)
    first.get("/account/")

    second = signed_in(alice.user)

    assert "You signed in somewhere else." in first.get("/account/").content.decode()
    assert "You signed in somewhere else." not in second.get("/account/").content.decode()
    assert inbox_kinds() == ["sign_in.elsewhere"]
    first.get("/account/sessions/")
    assert "You signed in somewhere else." not in first.get("/account/").content.decode()


def test_a_single_sign_in_is_told_to_nobody(alice: Person) -> None:
    signed_in(alice.user)

    assert inbox_kinds() == []


def test_a_person_sees_and_ends_their_own_sessions(alice: Person) -> None:
    here, there = signed_in(alice.user), signed_in(alice.user)
    there.get("/account/")
    here.get("/account/")
    other = UserSession.objects.get(session_key=there.session.session_key)

    listed = here.get("/account/sessions/").content.decode()
    here.post(f"/account/sessions/{other.pk}/end/")

    assert "This session" in listed
    assert f"/account/sessions/{other.pk}/end/" in listed
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert trail("session.end")[-1].user_id == alice.user.pk


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (CHROME, "Chrome on Linux"),
        (CHROME + " Edg/140.0", "Edge on Linux"),
        (SAFARI, "Safari on iPhone"),
        ("curl/8", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_session_names_its_browser_in_words(described: str, words: str) -> None:
    assert in_words(described) == words


def test_all_others_end_at_once(alice: Person) -> None:
    here, there = signed_in(alice.user), signed_in(alice.user)

    here.post("/account/sessions/")

    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_ending_sessions_needs_a_fresh_proof(alice: Person) -> None:
    here, there = signed_in(alice.user), signed_in(alice.user)
    other = UserSession.objects.get(session_key=there.session.session_key)
    age(here, 301)

    answers = [here.post("/account/sessions/"), here.post(f"/account/sessions/{other.pk}/end/")]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert is_signed_in(there)


def test_somebody_elses_session_does_not_exist_for_me(alice: Person, tariq: Person) -> None:
    theirs = signed_in(tariq.user)
    session = UserSession.objects.get(user=tariq.user)

    response = signed_in(alice.user).post(f"/account/sessions/{session.pk}/end/")

    assert response.status_code == 404
    assert is_signed_in(theirs)


def test_a_manager_ends_the_sessions_of_their_agencys_people_only(alice: Person, tariq: Person, maggie: Person) -> None:
    hers, his = signed_in(alice.user), signed_in(tariq.user)

    ended = end_sessions_of(alice.user, by=maggie.by, why="membership ended")
    with pytest.raises(PermissionDenied):
        end_sessions_of(tariq.user, by=maggie.by)

    assert ended == 1
    assert not is_signed_in(hers)
    assert is_signed_in(his)
    row = trail("session.end")[0]
    assert (row.user_id, row.target_uuids, row.detail["count"]) == (maggie.user.pk, [alice.user.uuid], 1)


def test_a_colleague_cannot_end_them(alice: Person, tess: Person) -> None:
    hers = signed_in(alice.user)

    with pytest.raises(PermissionDenied):
        end_sessions_of(alice.user, by=tess.by)

    assert is_signed_in(hers)


def test_a_system_job_can_end_them(alice: Person) -> None:
    hers = signed_in(alice.user)

    end_sessions_of(alice.user, by=system("end of membership"))

    assert not is_signed_in(hers)


# --- Without a membership --------------------------------------------------------------------------


def test_somebody_without_a_membership_is_told_so_and_can_manage_their_sign_in(alice: Person) -> None:
    client = signed_in(alice.user)
    now = timezone.now()
    with as_owner():
        Membership.objects.filter(user=alice.user).update(since=now - timedelta(days=2), until=now)

    home = client.get("/")

    assert home.status_code == 403
    assert "not a member of any agency at the moment" in home.content.decode()
    assert client.get("/account/").status_code == 200
    assert client.get("/account/password/change/").status_code == 200
    client.post("/account/logout/")
    assert not is_signed_in(client)
