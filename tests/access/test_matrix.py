"""Every address, every kind of person, every method: the status is in the table, and an unlisted address fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from cases.views.records import PAGES as RECORD_PAGES
from tests.access.conftest import CAST, EXTRAS, MakeScene
from tests.access.routes import address, objects, route_names
from tests.access.scene import Scene

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Who = Callable[[Scene, str], bool]
# Statuses by method, in the order above: when the page is there for the person, and when it is not.
READ = ("200 200 405 405 405 405 405", "404 404 405 405 405 405 405")
FORM = ("200 405 200 405 405 405 405", "404 405 404 405 405 405 405")
SEARCH = ("200 405 302 405 405 405 405", "404 405 404 405 405 405 405")
PRESS = ("405 405 302 405 405 405 405", "405 405 404 405 405 405 405")
ASKED = ("405 405 200 405 405 405 405", "405 405 404 405 405 405 405")
SCRIPT = ("405 405 404 405 405 405 405", "405 405 404 405 405 405 405")
API = ("200 200 405 405 405 405 405", "403 403 403 403 403 403 403")
API_ROW = ("200 200 405 405 405 405 405", "404 404 405 405 405 405 405")
# The stream, under a server by threads: nothing to come.
STREAM = ("204 405 405 405 405 405 405", "404 405 405 405 405 405 405")
API_WRITE = ("405 405 400 405 405 405 405", "405 405 404 405 405 405 405")
API_LOG = ("405 405 400 405 405 405 405", "403 403 403 403 403 403 403")
API_PRESS = ("405 405 200 405 405 405 405", "405 405 404 405 405 405 405")
DOWNLOAD = ("200 405 405 405 405 405 405", "404 405 405 405 405 405 405")
NOTHING = ("404 404 404 404 404 404 404", "")
SIGN_IN_FIRST = "302 302 401 401 401 401 401"
NO_MEMBERSHIP = "403 403 403 403 403 403 403"
TOKEN_FIRST = "401 401 401 401 401 401 401"
WITHOUT_CASES = {"ian", "ana", "adam"}


def everybody(_scene: Scene, _name: str) -> bool:
    return True


def works(_scene: Scene, name: str) -> bool:
    return name not in WITHOUT_CASES


def level(least: int) -> Who:
    """Return who holds so much on the shared case."""

    def holds(scene: Scene, name: str) -> bool:
        reader = scene.reader(name)
        return reader is not None and scene.truth.level(reader, scene.made["shared"].pk) >= least

    return holds


def one_of(*names: str) -> Who:
    return lambda _scene, name: name in names


def in_team_of(*names: str) -> Who:
    """Return who sees the shared case and is in a team of one of these people."""

    def holds(scene: Scene, name: str) -> bool:
        reader, others = scene.reader(name), [scene.reader(each) for each in names]
        return reader is not None and level(1)(scene, name) and any(o and o.teams & reader.teams for o in others)

    return holds


def sees_concern(name_of: str) -> Who:
    """Return who sees one of the scene's concerns."""

    def sees(scene: Scene, name: str) -> bool:
        reader = scene.reader(name)
        return reader is not None and scene.truth.sees(reader, "Concern", scene.concerns[name_of].pk)

    return sees


def leads_or_manages(scene: Scene, name: str) -> bool:
    """Return who may vary a deadline of Alice's agency in the shared case."""
    return level(3)(scene, name) or (name == "maggie" and level(1)(scene, name))


MANAGERS = one_of("maggie", "adam")  # of the agency whose objects are asked for
CASE, REFERRALS = "cases:", "referrals:"
PAGES: list[tuple[tuple[str, str], Who, str, str]] = [
    (READ, everybody, "", "home"),
    (FORM, everybody, "", "search"),
    (READ, everybody, "notifications:", "inbox"),
    (PRESS, everybody, "notifications:", "mark_all_read mark_read"),
    (READ, everybody, "agencies:", "profile memberships tokens directory directory_people agency"),
    (READ, everybody, "agencies:", "practice practice_history glossary school_terms"),
    (FORM, one_of("adam"), "agencies:", "practice_change"),
    (FORM, one_of("adam"), "agencies:", "school_term_add school_term_change school_term_remove"),
    (READ, one_of("adam"), "agencies:", "reminder_operations reminder_texts"),
    (FORM, one_of("adam"), "agencies:", "reminder_text"),
    (PRESS, one_of("adam"), "agencies:", "reminder_text_reset"),
    (READ, everybody, "agencies:", "own_reminders"),
    (FORM, everybody, "agencies:", "reminder_choice absence_add"),
    (PRESS, one_of("alice"), "agencies:", "absence_remove"),
    (FORM, MANAGERS, "agencies:", "reminder_rules"),
    (FORM, everybody, "agencies:", "profile_change switch"),
    (FORM, works, "agencies:", "token_add"),
    (SEARCH, one_of("alice", "maggie", "adam"), "agencies:", "token_revoke"),
    (READ, MANAGERS, "agencies:", "agency_tokens agency_people membership invitations"),
    (READ, one_of("maggie", "adam", "daisy", "olive"), "agencies:", "people"),
    (FORM, MANAGERS, "agencies:", "invite membership_change membership_end agency_change team_add team_change"),
    (FORM, MANAGERS, "agencies:", "contact_point_add contact_point_change"),
    (PRESS, MANAGERS, "agencies:", "invitation_resend invitation_withdraw contact_point_remove"),
    (FORM, one_of("adam"), "agencies:", "agency_add sectors agency_status"),
    (SEARCH, one_of("ian"), "agencies:", "audit_log"),
    (READ, everybody, CASE, "list"),
    (FORM, works, CASE, "open emergency"),
    (READ, works, CASE, "concerns"),
    (FORM, works, CASE, "concern_log"),
    (READ, one_of("tess", "daisy", "olive"), CASE, "concern_queue"),
    (FORM, one_of("daisy"), CASE, "concern_answer"),
    (SEARCH, one_of("alice"), CASE, "draft_discard"),
    (SCRIPT, works, CASE, "draft_save"),
    (READ, sees_concern("own team"), CASE, "concern"),
    (FORM, one_of("alice", "maggie", "mo"), CASE, "concern_link"),
    (FORM, sees_concern("to join"), CASE, "concern_attach"),
    (DOWNLOAD, sees_concern("to join"), CASE, "concern_file"),
    (ASKED, works, CASE, "open_matches concern_matches"),
    (READ, works, REFERRALS, "mine"),
    (FORM, works, REFERRALS, "start"),
    (SCRIPT, works, REFERRALS, "draft_save"),
    (READ, one_of("alice"), REFERRALS, "draft"),
    (FORM, one_of("alice"), REFERRALS, "part"),
    (SEARCH, one_of("alice"), REFERRALS, "part_remove draft_discard"),
    (FORM, one_of("alice"), REFERRALS, "check draft_hand"),
    (READ, one_of("tariq", "daisy"), REFERRALS, "receipt referral"),
    (READ, one_of("tess", "maggie"), REFERRALS, "triage"),
    (READ, one_of("tess", "maggie", "daisy", "olive"), REFERRALS, "queue"),
    (FORM, one_of("tess"), REFERRALS, "step accept"),
    (FORM, one_of("maggie"), REFERRALS, "keep_out"),
    (FORM, one_of("tess"), REFERRALS, "check_ask"),
    (READ, one_of("maggie", "daisy", "olive"), REFERRALS, "checks"),
    (FORM, one_of("daisy"), REFERRALS, "check_answer"),
    (READ, one_of("maggie", "daisy", "olive", "ana"), REFERRALS, "timeliness timeliness_csv"),
    (FORM, one_of("tess", "maggie"), REFERRALS, "hold called_back"),
    (FORM, one_of("tariq", "daisy"), REFERRALS, "challenge"),
    (SEARCH, sees_concern("own team"), REFERRALS, "from_concern"),
    (READ, one_of("tariq", "daisy", "tess", "maggie"), REFERRALS, "referral_print"),
    (READ, one_of("ian"), CASE, "emergency_reviews"),
    (FORM, one_of("ian"), CASE, "emergency_review"),
    (READ, level(1), CASE, "detail access case_deadlines deadline"),
    (READ, level(1), CASE, "timeline entry timeline_sectors timeline_silence timeline_room"),
    (PRESS, level(1), CASE, "timeline_looked entry_pin"),
    (FORM, one_of("alice", "maggie", "mo"), CASE, "entry_correct entry_audience entry_ask"),
    (FORM, one_of("alice", "maggie", "mo"), CASE, "entry_dispute"),
    (PRESS, one_of("alice", "maggie", "mo"), CASE, "entry_confirm"),
    (READ, everybody, CASE, "deadlines deadlines_month"),
    (READ, works, CASE, "calendar"),
    (FORM, works, CASE, "calendar_make"),
    (PRESS, works, CASE, "calendar_stop"),
    (FORM, level(2), CASE, "deadline_event deadline_agree deadline_meet deadline_explain"),
    (FORM, leads_or_manages, CASE, "deadline_extend deadline_waive"),
    (READ, level(2), CASE, "entry_kinds"),
    (DOWNLOAD, level(1), CASE, "attachment"),
    (READ, level(1), CASE, "timeline_print"),
    (PRESS, level(1), CASE, "chronology_ask"),
    (READ, one_of("alice"), CASE, "chronology"),
    (DOWNLOAD, one_of("alice"), CASE, "chronology_file"),
    (FORM, level(2), CASE, "entry_attach"),
    (FORM, level(2), CASE, "entry_add"),
    (READ, level(1), CASE, "news"),
    (STREAM, level(1), CASE, "live"),
    (FORM, level(2), CASE, " ".join(page.name for page in RECORD_PAGES)),
    (FORM, level(2), CASE, "plan_add plan_end action_add action_done action_not_done action_move"),
    (READ, level(1), CASE, "plan"),
    (READ, everybody, CASE, "my_actions my_meetings my_threads to_confirm"),
    (READ, level(1), CASE, "threads"),
    (FORM, level(2), CASE, "thread_add"),
    (FORM, level(1), CASE, "thread"),
    (PRESS, level(1), CASE, "thread_read"),
    (READ, level(1), CASE, "meetings meeting"),
    (FORM, level(2), CASE, "meeting_add meeting_decision meeting_action"),
    (FORM, level(3), CASE, "meeting_held meeting_off meeting_join"),
    (FORM, in_team_of("alice", "vera"), CASE, "meeting_contribute"),
    (FORM, level(3), CASE, "involve involvement_end allocate restrict lift_restriction exclude exclusion_lift"),
    (FORM, level(3), CASE, "exclusion_proposed"),
    (FORM, level(3), CASE, "not_needed service_not_needed close"),
    (READ, level(1), CASE, "child"),
    (FORM, level(2), CASE, "child_change child_name_add child_number_add child_address_add child_relative_add"),
    (FORM, level(2), CASE, "child_relative_change child_service_add child_fact_end"),
    (READ, one_of("maggie"), CASE, "same_child"),
    (READ, one_of("tess", "maggie", "daisy", "olive"), CASE, "match_queue"),
    (FORM, one_of("maggie"), CASE, "same_child_pair same_child_undo"),
    (API, everybody, "api:", "schema"),
    (API, works, "api:", "cases children"),
    (API_ROW, level(1), "api:", "case child timeline"),
    (API_ROW, one_of("alice", "maggie", "mo", "hana"), "api:", "entry"),
    (API_WRITE, level(2), "api:", "entry_add"),
    (API_LOG, works, "api:", "concern_log referral_submit"),
    (API, works, "api:", "referrals"),
    (API_ROW, one_of("tariq", "daisy"), "api:", "referral"),
    (API_WRITE, one_of("tariq", "daisy"), "api:", "referral_answer"),
    (API_PRESS, one_of("alice", "maggie", "mo"), "api:", "entry_acknowledge"),
    (NOTHING, everybody, "api:", "nothing_here"),
]
# One's own sign-in, and what is open to the public: visitor, then everybody who is signed in.
SEEN = "200 200 405 405 405 405 200"
FILLED = "200 200 200 200 405 405 200"
ALL_200, ALL_302, ALL_404 = (" ".join([status] * len(METHODS)) for status in ("200", "302", "404"))
OPEN: list[tuple[str, str, str]] = [
    (FORM[0], FORM[0], "referrals:public_report referrals:public_status"),
    ("200 405 410 405 405 405 405", "200 405 410 405 405 405 405", "referrals:public_confirm"),
    (READ[0], READ[0], "referrals:public_start"),
    (READ[0], READ[0], "health_live health_ready account_signup notifications:demo_mail"),
    (SEEN, SEEN, "account_inactive socialaccount_login_cancelled"),
    (SEEN, SEEN, "account_reset_password_done account_reset_password_from_key_done"),
    ("200 200 200 200 405 405 200", ALL_302, "account_login"),
    ("302 302 302 405 405 405 200", "200 200 302 405 405 405 200", "account_logout"),
    ("401 401 405 405 405 405 405", READ[0], "account_keep_alive"),
    ("302 302 302 302 405 405 200", ALL_302, "mfa_login_webauthn"),
    (ALL_302, ALL_302, "mfa_authenticate account_email_verification_sent"),
    (ALL_404, ALL_404, "openid_connect_login openid_connect_callback"),
    (FILLED, FILLED, "account_reset_password"),
    (ALL_200, ALL_200, "account_reset_password_from_key style_guide"),
    (SIGN_IN_FIRST, FILLED, "account_reauthenticate mfa_activate_totp mfa_add_webauthn mfa_generate_recovery_codes"),
    (SIGN_IN_FIRST, FILLED, "account_change_password"),
    (SIGN_IN_FIRST, ALL_302, "mfa_reauthenticate mfa_reauthenticate_webauthn account_set_password"),
    (SIGN_IN_FIRST, READ[0], "account_reauthenticate_single_sign_on"),
    (SIGN_IN_FIRST, SEEN, "account_security mfa_index mfa_list_webauthn"),
    (SIGN_IN_FIRST, "200 200 302 302 405 405 200", "account_email usersessions_list"),
    (SIGN_IN_FIRST, ALL_404, "mfa_deactivate_totp mfa_download_recovery_codes"),
    (SIGN_IN_FIRST, "404 404 404 404 405 405 200", "mfa_edit_webauthn"),
    (SIGN_IN_FIRST, "404 404 404 405 405 404 200", "mfa_remove_webauthn"),
    (SIGN_IN_FIRST, "404 404 405 405 405 405 200", "mfa_view_recovery_codes"),
    (SIGN_IN_FIRST, PRESS[1], "account_end_session"),
    (FORM[1], FORM[1], "agencies:join"),
    ("302 302 405 405 405 405 405", "302 302 405 405 405 405 405", "agencies:join_link"),
    (API_ROW[1], API_ROW[1], "cases:calendar_feed"),
]


def expected(scene: Scene, route: str, name: str) -> str:
    """Return the statuses of a route for a person. Raises LookupError for a route that the table leaves out."""
    for visitor, signed_in, routes in OPEN:
        if route in routes.split():
            return visitor if name == "visitor" else signed_in
    for statuses, who, room, routes in PAGES:
        if route in [room + each for each in routes.split()]:
            if name == "visitor":
                return TOKEN_FIRST if room == "api:" else SIGN_IN_FIRST
            if name == "lena":
                return NO_MEMBERSHIP
            if room == "api:" and name in WITHOUT_CASES and route not in {"api:schema", "api:nothing_here"}:
                return API[1]
            return statuses[not who(scene, name)]
    raise LookupError(f"{route} is not in the table: say who may open it, and what everybody else is told.")


def wrong(scene: Scene, names: list[str], methods: Callable[[str], tuple[str, ...]]) -> Iterator[str]:
    """Yield every status that is not in the table."""
    parts = objects(scene)
    for route in route_names():
        at = address(route, parts)
        for name in names:
            told = dict(zip(METHODS, expected(scene, route, name).split(), strict=True))
            client = scene.people[name].client if name in scene.people else Client()
            client.raise_request_exception = False
            for method in methods(name):
                status = str(_ask(client, method, at))
                if status != told[method]:
                    yield f"{route} {name} {method}: {status} instead of {told[method]}"


def _ask(client: Client, method: str, at: str) -> Any:
    cache.clear()  # the sign-in pages' own rate limits have tests of their own
    with transaction.atomic():
        status = client.generic(method, at).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.slow
def test_every_address_answers_as_the_table_says(scene_of: MakeScene) -> None:
    names = ["visitor", "lena", "alice", "tess", "adam"]

    found = list(
        wrong(scene_of(3, 0), names, lambda name: METHODS if name in {"visitor", "alice"} else ("GET", "POST"))
    )

    assert not found, "\n".join(found)


@pytest.mark.proof
@pytest.mark.parametrize("name", [*CAST, *EXTRAS, "visitor"])
def test_every_address_answers_everybody_as_the_table_says(name: str, scene_of: MakeScene) -> None:
    found = list(wrong(scene_of(3, 0), [name], lambda _name: METHODS))

    assert not found, "\n".join(found)


def test_an_address_that_the_table_leaves_out_fails(scene_of: MakeScene) -> None:
    with pytest.raises(LookupError, match="not in the table"):
        expected(scene_of(3, 0), "cases:new_page", "alice")
