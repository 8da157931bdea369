"""Every page of the site with a person who may see it, and the one world in which all of them exist."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from agencies.actions import invitations, tokens
from agencies.actions.terms import Terms
from agencies.models import Agency, ApiToken, ContactPoint, Membership, SchoolTerm, Team, User
from agencies.roles import Role
from agencies.sign_in.proof import SINGLE_SIGN_ON
from cases.actions.children import NewChild, record_child
from cases.actions.concerns import NewConcern, log_concern
from cases.actions.drafts import save_draft
from cases.concern_codes import HowKnown, NextStep
from cases.models import (
    Case,
    CaseUserGrant,
    Child,
    ChildName,
    Concern,
    Deadline,
    ExclusionProposal,
    Involvement,
    KnownService,
    Meeting,
    Plan,
    PlanAction,
    Relationship,
    SameChild,
    Thread,
    TimelineEntry,
)
from cases.views.records import PAGES as RECORD_PAGES
from referrals.actions import life
from referrals.actions.checks import ask_agency
from referrals.actions.public import Report, report
from referrals.actions.submit import Relative, submit
from referrals.codes import Outcome, Rating, Source
from referrals.models import Referral, ReferralHold
from safeguard.audit.actor import Actor
from safeguard.management import demo_accounts as demo
from safeguard.notifications.models import OutboxMessage
from tests.agencies.sign_in_steps import give_app, link_in
from tests.cases.conftest import entered
from tests.conftest import Person
from tests.factories import as_owner
from tests.referrals.conftest import fill, new_referral

INVITED = "nia.north@example.org"
VISITOR = ""


@dataclass
class World:
    """The demo, with what else its pages need: keys for addresses by name, people by first name."""

    server: str
    keys: dict[str, Any] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Return the one of the demo's people whose address begins with ``name``."""
        user = User.objects.get(email=f"{name}@example.org")
        membership = Membership.objects.of(user).select_related("agency").order_by("since", "id")[0]
        return Person(user, membership)

    def names(self) -> set[str]:
        """Return the surnames of all people and children, which belong in no title."""
        with as_owner():
            people = [user.name.rpartition(" ")[2] for user in User.objects.all()]
            return {*people, *ChildName.objects.values_list("surname", flat=True)}


Arrive = Callable[[Page, World], object]


@dataclass(frozen=True)
class Visit:
    """Who opens a page, with which keys in its address.

    ``before``: what must have been done. ``arrive``: the way there, where an address alone opens nothing.
    ``refuses``: whether the page's form, sent empty, comes back with an error. ``by_script``: only a script
    can send it, and without one the page says so. ``in_place``: a script sends it and shows the answer in the page.
    """

    who: str
    args: tuple[str, ...] = ()
    before: Arrive | None = None
    arrive: Arrive | None = None
    refuses: bool = True
    by_script: bool = False
    in_place: bool = False


# --- The world ------------------------------------------------------------------------------------


def build(server: str) -> World:
    """Seed the demo and add an invitation, a token, an authenticator app and a person without a password."""
    with as_owner():
        call_command("seed_demo", verbosity=0)
    world = World(server)
    _add_keys_of_agencies(world)
    _add_keys_of_cases(world)
    _add_keys_of_same_child(world)
    _add_keys_of_concerns(world)
    _add_keys_of_referrals(world)
    give_app(world.person("mo").user)
    with as_owner():
        lena = world.person("lena").user
        lena.set_unusable_password()
        lena.save()
    return world


def _add_keys_of_agencies(world: World) -> None:
    maggie, alice = world.person("maggie"), world.person("alice")
    agency = Agency.objects.get(name=demo.SOCIAL_CARE)
    team = Team.objects.get(agency=agency, name="Assessment team")
    terms = Terms(roles=frozenset({Role.PRACTITIONER}), teams=frozenset({team}), since=timezone.now())
    invitations.invite(agency, email=INVITED, name="Nia North", terms=terms, by=maggie.by)
    tokens.create(name="Nightly report", scopes=["read:cases"], days=30, by=alice.by)
    with as_owner():
        mail = OutboxMessage.objects.get(kind="invitation", address=INVITED)
        token = ApiToken.objects.get().uuid
    world.keys |= {
        "text": "one",
        "agency": agency.uuid,
        "team": team.uuid,
        "membership": alice.membership.uuid,
        "contact point": ContactPoint.objects.filter(agency=agency)[0].uuid,
        "token": token,
        "secret": link_in(mail.body).rstrip("/").rpartition("/")[2],
    }


def _add_keys_of_cases(world: World) -> None:
    with as_owner():
        robin, ash, kit = (Case.objects.get(child__names__surname=name) for name in ("Example", "Pretend", "Fictional"))
        world.keys |= {
            "case": robin.uuid,
            "restricted case": ash.uuid,
            "case with exclusion": kit.uuid,
            "excluded": world.person("maggie").user.uuid,
            "involvement": Involvement.objects.get(case=robin, team__agency__name=demo.OAKFIELD).uuid,
            "sector": "housing",
            "kind of entry": "police_event",
            "child": robin.child.uuid,
            "relative": Relationship.objects.filter(child=robin.child)[0].uuid,
            "fact kind": "relative",
            "service": KnownService.objects.get(child=robin.child, kind="gp").uuid,
            "timescale": "CP_VISIT",
            "term": SchoolTerm.objects.kept()[0].uuid,
            "entry": TimelineEntry.objects.get(case=robin, title="Officers called to the home").uuid,
            "plan": Plan.objects.get(case=robin).uuid,
            "action": PlanAction.objects.filter(plan__case=robin, state="open")[0].uuid,
            "thread": Thread.objects.get(case=robin).uuid,
            "meeting": Meeting.objects.get(case=robin).uuid,
            "deadline": Deadline.objects.filter(case=robin, code="", entry=None)[0].uuid,
            "review": CaseUserGrant.objects.get(kind="emergency").uuid,
            "proposal": _proposal(world, robin).uuid,
        }


def _proposal(world: World, case: Case) -> ExclusionProposal:
    """Propose a teacher's exclusion, as if somebody around the child had their name."""
    part = Involvement.objects.get(case=case, team__agency__name=demo.OAKFIELD)
    tie = Relationship.objects.filter(child=case.child).earliest("pk")
    return ExclusionProposal.objects.create(
        case=case, user=world.person("tariq").user, involvement=part, relationship=tie
    )


def _add_keys_of_same_child(world: World) -> None:
    maggie = world.person("maggie")
    with as_owner():
        child = Child.objects.get(uuid=world.keys["child"])
        other = Child.objects.create(recorded_by_team=child.recorded_by_team)
        ChildName.objects.create(child=other, given="Robyn", surname="Example", recorded_by=maggie.user)
        said = SameChild.objects.create(
            kept=child, other=other, reason="Same number", made_by=maggie.user, made_for=maggie.membership.agency
        )
    world.keys |= {"other record": other.uuid, "said": said.uuid}


def _add_keys_of_concerns(world: World) -> None:
    alice = world.person("alice")
    with entered(alice) as by:
        child = Child.objects.visible_to(by).get(uuid=world.keys["child"])
        new = NewConcern(
            child=child,
            facts="Came to the door with a bruise on the arm",
            occurred_at=timezone.now(),
            known_by=HowKnown.SEEN,
            next_step=NextStep.REFER,
        )
        world.keys["concern"] = log_concern(new, by=by).uuid
        with as_owner():
            world.keys["kept concern"] = _kept(child, alice).uuid
        world.keys["draft"] = save_draft(uuid4(), {"facts": ["Came to school"]}, version=0, by=by).uuid
    with entered(world.person("tariq")) as by:
        new = replace(new, child=NewChild(given="Wren", surname="Invented"), facts="Fell asleep in class every day")
        world.keys["school concern"] = log_concern(new, by=by).uuid


def _kept(child: Child, person: Person) -> Concern:
    """Make a concern that the person's team kept to itself before it worked on the child's case."""
    return Concern.objects.create(
        child=child,
        team=person.membership.teams.all()[0],
        author=person.user,
        author_agency=person.membership.agency,
        facts="Asked whether there is a bed tonight",
        occurred_at=timezone.now(),
        known_by=HowKnown.CHILD,
        next_step=NextStep.REFER,
        next_step_owner=person.user,
    )


def _add_keys_of_referrals(world: World) -> None:
    world.keys |= {"report kind": "public", "confirm token": "wrong"}
    tariq, place = world.person("tariq"), Agency.objects.get(name=demo.SOCIAL_CARE)
    world.keys |= {"part": "child-1", "new part": "relative-1"}
    draft = fill(tariq, place, referrer={})
    with entered(tariq) as by:
        relative = Relative(fields={"name": "Jo Invented", "kind": "mother"}, of=frozenset({0}))
        new = new_referral(place, children=[{"given": "Wren", "surname": "Invented"}], relatives=[relative])
        (sent,) = submit(new, by=by)
        (told,) = submit(new_referral(place, children=[{"given": "Lark"}]), by=by)
    with entered(world.person("tess")) as by:
        life.take(told, Rating.GREEN, version=1, by=by)
        life.decide(told, life.Decision(outcome=Outcome.ADVICE, rationale="r", reasons="r"), version=2, by=by)
    with entered(world.person("tess")) as by:
        asked = ask_agency(sent, world.person("daisy").membership.agency, told="Wren", question="Known?", by=by)
    world.keys |= {"check": asked.uuid}
    world.keys |= {"told referral": told.uuid, "challenge": "raise"}
    _add_hold_and_report(world, sent, place)
    world.keys |= {"step": "take", "referral draft": draft, "bundle": sent.bundle, "referral": sent.uuid}


NORA = {"name": "Nora", "email": "nora@health.example"}


def _add_hold_and_report(world: World, sent: Referral, place: Agency) -> None:
    tess = world.person("tess")
    team = tess.membership.teams.earliest("pk")
    with entered(tess) as by:
        child = record_child(NewChild(given="Wren", surname="Invented"), team=team, by=by)
    said = {"urgency": 2, "facts": "f", "consent": "given"}
    new = Report(source=Source.PROFESSIONAL, said=said, reporter=NORA, to_agency=place)
    report(new, key=uuid4(), by=Actor(job="public report"))
    with as_owner():
        held = ReferralHold.objects.create(referral=sent, person=world.person("hana").user, child=child)
        world.keys |= {"hold": held.uuid, "reported": Referral.objects.latest("pk").uuid}


def cookie_of(person: Person) -> str:
    """Return the cookie of a session in which ``person`` has just proved who they are, by whatever they have."""
    client = Client()
    client.force_login(person.user)
    types = Authenticator.objects.filter(user=person.user).values_list("type", flat=True)
    session, now = client.session, time.time()
    used = [{"method": "mfa", "type": "totp", "at": now}] if "totp" in types else []
    session["account_authentication_methods"] = [{"method": "password", "at": now}, *used]
    session["account_authentication_methods_user"] = str(person.user.pk)
    if not person.user.has_usable_password():
        own = str(person.membership.agency.uuid)
        session[SINGLE_SIGN_ON] = {"provider": "demo", "agency": own, "auth_time": now, "mfa": True}
    session.save()
    return client.cookies["sessionid"].value


# --- Ways to pages that an address alone does not open --------------------------------------------


def give_password_only(page: Page, world: World) -> None:
    """Stop before the second step."""
    page.goto(world.server + reverse("account_login"))
    page.get_by_label("E-mail address").fill("mo@example.org")
    page.get_by_label("Password", exact=True).fill(demo.DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/login/second-step/**")


def change_address(page: Page, world: World) -> None:
    """Ask for another e-mail address, which must be verified."""
    if page.goto(world.server + reverse("account_email_verification_sent")) and "/email/code/" in page.url:
        return
    page.goto(world.server + reverse("account_email"))
    page.get_by_label("New e-mail address").fill("vera.new@example.org")
    with page.expect_navigation():
        page.locator("main form button").first.click()


def follow_reset_link(page: Page, world: World) -> None:
    """Follow the newest link to a new password."""
    with as_owner():
        sent = OutboxMessage.objects.filter(address="tariq@example.org").last()
    if sent is None:
        page.goto(world.server + reverse("account_reset_password"))
        page.get_by_label("E-mail address").fill("tariq@example.org")
        page.locator("main form button").first.click()
        page.wait_for_url("**/done/")
        return follow_reset_link(page, world)
    page.goto(world.server + link_in(sent.body))
    return None


def follow_invitation(page: Page, world: World) -> None:
    """Come by the link, which leads on to the page without the secret."""
    page.goto(world.server + reverse("agencies:join_link", args=[world.keys["secret"]]))


def add_passkey(page: Page, world: World) -> None:
    """Have the browser's built-in authenticator make a passkey, once, and note its key."""
    if "passkey" in world.keys:
        return
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"isUserVerified": True}})
    page.goto(world.server + reverse("mfa_add_webauthn"))
    page.get_by_label("Name of this passkey").fill("Work phone")
    page.get_by_role("button", name="Set up the passkey").click()
    page.wait_for_url("**/recovery-codes/**")
    world.keys["passkey"] = Authenticator.objects.get(type="webauthn").pk


# --- The table ------------------------------------------------------------------------------------

AGENCY, CASE, CHILD = ("agency",), ("case",), ("child",)
PLAN, MEETING = ("case", "plan"), ("case", "meeting")
PAGES: dict[str, Visit] = {
    "home": Visit("alice"),
    "search": Visit("alice"),
    "style_guide": Visit("alice"),
    # Signing in, and one's own sign-in
    "account_login": Visit(VISITOR),
    "account_signup": Visit(VISITOR),
    "account_inactive": Visit(VISITOR),
    "account_reset_password": Visit(VISITOR),
    "account_reset_password_done": Visit(VISITOR),
    "account_reset_password_from_key": Visit(VISITOR, arrive=follow_reset_link),
    "account_reset_password_from_key_done": Visit(VISITOR),
    "socialaccount_login_cancelled": Visit(VISITOR),
    "mfa_authenticate": Visit(VISITOR, arrive=give_password_only),
    "account_logout": Visit("alice"),
    "account_reauthenticate": Visit("alice"),
    "mfa_reauthenticate": Visit("mo"),
    "account_reauthenticate_single_sign_on": Visit("lena"),
    "account_security": Visit("mo"),
    "mfa_index": Visit("alice"),
    "account_email": Visit("vera"),
    "account_email_verification_sent": Visit("vera", arrive=change_address),
    "account_change_password": Visit("alice"),
    "account_set_password": Visit("lena"),
    "mfa_activate_totp": Visit("alice"),
    "mfa_deactivate_totp": Visit("mo"),
    "mfa_view_recovery_codes": Visit("mo"),
    "mfa_generate_recovery_codes": Visit("mo"),
    "mfa_add_webauthn": Visit("hana", by_script=True),
    "mfa_list_webauthn": Visit("hana", before=add_passkey),
    "mfa_edit_webauthn": Visit("hana", ("passkey",), before=add_passkey),
    "mfa_remove_webauthn": Visit("hana", ("passkey",), before=add_passkey),
    "mfa_reauthenticate_webauthn": Visit("hana", before=add_passkey),
    "usersessions_list": Visit("alice"),
    # The inbox
    "notifications:inbox": Visit("alice"),
    "notifications:demo_mail": Visit(VISITOR),
    # Oneself, the directory, the agency
    "agencies:profile": Visit("alice"),
    "agencies:profile_change": Visit("alice"),
    "agencies:memberships": Visit("hana"),
    "agencies:switch": Visit("hana", refuses=False),
    "agencies:tokens": Visit("alice"),
    "agencies:token_add": Visit("alice"),
    "agencies:token_revoke": Visit("alice", ("token",)),
    "agencies:agency_tokens": Visit("maggie", AGENCY),
    "agencies:directory": Visit("tariq"),
    "agencies:directory_people": Visit("tariq"),
    "agencies:agency": Visit("tariq", AGENCY),
    "agencies:people": Visit("maggie"),
    "agencies:agency_people": Visit("maggie", AGENCY),
    "agencies:invite": Visit("maggie", AGENCY),
    "agencies:invitations": Visit("maggie", AGENCY),
    "agencies:membership": Visit("maggie", ("membership",)),
    "agencies:membership_change": Visit("maggie", ("membership",)),
    "agencies:membership_end": Visit("maggie", ("membership",)),
    "agencies:agency_add": Visit("adam"),
    "agencies:sectors": Visit("adam"),
    "agencies:agency_change": Visit("adam", AGENCY),
    "agencies:agency_status": Visit("adam", AGENCY),
    "agencies:team_add": Visit("adam", AGENCY),
    "agencies:team_change": Visit("adam", ("team",)),
    "agencies:contact_point_add": Visit("adam", AGENCY),
    "agencies:contact_point_change": Visit("adam", ("contact point",)),
    "agencies:practice": Visit("adam"),
    "agencies:reminder_operations": Visit("adam"),
    "agencies:reminder_texts": Visit("adam"),
    "agencies:reminder_text": Visit("adam", ("text",), refuses=False),
    "agencies:own_reminders": Visit("alice"),
    "agencies:reminder_choice": Visit("alice"),
    "agencies:absence_add": Visit("alice"),
    "agencies:reminder_rules": Visit("maggie", AGENCY),
    "agencies:glossary": Visit("tariq"),
    "agencies:practice_change": Visit("adam", ("timescale",)),
    "agencies:practice_history": Visit("tariq"),
    "agencies:school_terms": Visit("adam"),
    "agencies:school_term_add": Visit("adam"),
    "agencies:school_term_change": Visit("adam", ("term",)),
    "agencies:school_term_remove": Visit("adam", ("term",)),
    "agencies:audit_log": Visit("ian", refuses=False),
    "agencies:join": Visit(VISITOR, arrive=follow_invitation),
    "agencies:join_link": Visit(VISITOR, ("secret",)),
    # Cases
    "cases:list": Visit("alice"),
    "cases:open": Visit("alice"),
    "cases:concerns": Visit("alice"),
    "cases:concern_log": Visit("alice"),
    "cases:concern": Visit("alice", ("concern",)),
    "cases:concern_link": Visit("alice", ("kept concern",), refuses=False),
    "cases:concern_attach": Visit("alice", ("concern",)),
    "cases:concern_queue": Visit("daisy"),
    "cases:concern_answer": Visit("daisy", ("school concern",)),
    "cases:draft_discard": Visit("alice", ("draft",), refuses=False),
    "referrals:public_start": Visit(VISITOR),
    "referrals:public_report": Visit(VISITOR, ("report kind",), in_place=True),
    "referrals:public_status": Visit(VISITOR, in_place=True),
    "referrals:public_confirm": Visit(VISITOR, ("confirm token",), refuses=False),
    "referrals:mine": Visit("tariq"),
    "referrals:start": Visit("tariq"),
    "referrals:draft": Visit("tariq", ("referral draft",), refuses=False),
    "referrals:part": Visit("tariq", ("referral draft", "new part")),
    "referrals:part_remove": Visit("tariq", ("referral draft", "part"), refuses=False),
    "referrals:check": Visit("tariq", ("referral draft",)),
    "referrals:draft_hand": Visit("tariq", ("referral draft",)),
    "referrals:draft_discard": Visit("tariq", ("referral draft",), refuses=False),
    "referrals:receipt": Visit("tariq", ("bundle",), refuses=False),
    "referrals:referral": Visit("tariq", ("referral",), refuses=False),
    "referrals:from_concern": Visit("tariq", ("school concern",), refuses=False),
    "referrals:queue": Visit("tess"),
    "referrals:accept": Visit("tess", ("referral",)),
    "referrals:keep_out": Visit("maggie", ("referral",)),
    "referrals:challenge": Visit("tariq", ("told referral", "challenge")),
    "referrals:check_ask": Visit("tess", ("referral",)),
    "referrals:checks": Visit("daisy", refuses=False),
    "referrals:check_answer": Visit("daisy", ("check",)),
    "referrals:timeliness": Visit("maggie", refuses=False),
    "referrals:hold": Visit("tess", ("referral", "hold")),
    "referrals:called_back": Visit("tess", ("reported",)),
    "referrals:triage": Visit("tess", ("referral",)),
    "referrals:step": Visit("tess", ("referral", "step")),
    "referrals:referral_print": Visit("tariq", ("referral",), refuses=False),
    "cases:emergency": Visit("piotr"),
    "cases:emergency_reviews": Visit("ian"),
    "cases:emergency_review": Visit("ian", ("review",)),
    "cases:detail": Visit("alice", CASE),
    "cases:access": Visit("alice", ("case with exclusion",)),
    "cases:timeline": Visit("alice", CASE),
    "cases:timeline_sectors": Visit("mo", CASE),
    "cases:timeline_silence": Visit("mo", CASE),
    "cases:timeline_room": Visit("mo", CASE),
    "cases:entry": Visit("alice", ("case", "entry")),
    "cases:entry_correct": Visit("piotr", ("case", "entry")),
    "cases:entry_dispute": Visit("alice", ("case", "entry")),
    "cases:entry_audience": Visit("piotr", ("case", "entry")),
    "cases:entry_ask": Visit("piotr", ("case", "entry")),
    "cases:timeline_print": Visit("alice", CASE, refuses=False),
    "cases:entry_attach": Visit("piotr", ("case", "entry")),
    "cases:entry_kinds": Visit("alice", CASE),
    "cases:entry_add": Visit("piotr", ("case", "kind of entry")),
    "cases:deadlines": Visit("alice"),
    "cases:deadlines_month": Visit("alice"),
    "cases:calendar": Visit("alice"),
    "cases:calendar_make": Visit("alice"),
    "cases:case_deadlines": Visit("alice", CASE),
    "cases:deadline": Visit("alice", ("case", "deadline")),
    "cases:deadline_event": Visit("alice", CASE),
    "cases:deadline_agree": Visit("alice", CASE),
    "cases:deadline_meet": Visit("alice", ("case", "deadline"), refuses=False),
    "cases:deadline_extend": Visit("alice", ("case", "deadline")),
    "cases:deadline_waive": Visit("alice", ("case", "deadline")),
    "cases:deadline_explain": Visit("alice", ("case", "deadline")),
    "cases:involve": Visit("alice", CASE),
    "cases:involvement_end": Visit("alice", ("case", "involvement")),
    "cases:allocate": Visit("alice", CASE),
    "cases:restrict": Visit("alice", CASE),
    "cases:lift_restriction": Visit("alice", ("restricted case",)),
    "cases:exclude": Visit("alice", CASE),
    "cases:exclusion_lift": Visit("alice", ("case with exclusion", "excluded")),
    "cases:exclusion_proposed": Visit("alice", ("case", "proposal")),
    "cases:not_needed": Visit("alice", ("case", "sector")),
    "cases:service_not_needed": Visit("alice", ("case", "service")),
    "cases:close": Visit("alice", CASE),
    "cases:child": Visit("alice", CHILD),
    "cases:child_change": Visit("alice", CHILD),
    "cases:child_name_add": Visit("alice", CHILD),
    "cases:child_number_add": Visit("alice", CHILD),
    "cases:child_address_add": Visit("alice", CHILD),
    "cases:child_relative_add": Visit("alice", CHILD),
    "cases:child_relative_change": Visit("alice", ("child", "relative")),
    "cases:child_service_add": Visit("alice", CHILD),
    "cases:child_fact_end": Visit("alice", ("child", "fact kind", "relative")),
    "cases:match_queue": Visit("maggie"),
    "cases:same_child": Visit("maggie", CHILD),
    "cases:same_child_pair": Visit("maggie", ("child", "other record")),
    "cases:same_child_undo": Visit("maggie", ("child", "said")),
    # What is recorded in parts
    **{page.address: Visit("alice", CASE) for page in RECORD_PAGES},
    "cases:plan_add": Visit("alice", CASE),
    "cases:plan": Visit("alice", PLAN),
    "cases:plan_end": Visit("alice", PLAN),
    "cases:action_add": Visit("alice", PLAN),
    "cases:action_done": Visit("alice", ("case", "action")),
    "cases:action_not_done": Visit("alice", ("case", "action")),
    "cases:action_move": Visit("alice", ("case", "action")),
    "cases:my_actions": Visit("alice"),
    "cases:to_confirm": Visit("hana"),
    # Discussions and meetings
    "cases:my_threads": Visit("hana"),
    "cases:threads": Visit("alice", CASE),
    "cases:thread_add": Visit("alice", CASE),
    "cases:thread": Visit("hana", ("case", "thread")),
    "cases:my_meetings": Visit("hana"),
    "cases:meetings": Visit("alice", CASE),
    "cases:meeting_add": Visit("alice", CASE),
    "cases:meeting": Visit("alice", MEETING),
    "cases:meeting_contribute": Visit("hana", MEETING),
    **{f"cases:meeting_{part}": Visit("alice", MEETING) for part in ("held", "off", "join", "decision", "action")},
}

# Addresses that answer a browser's GET with no page: the status, or the type of what comes.
NO_PAGES: dict[str, str] = {
    "account_keep_alive": "application/json",
    "mfa_login_webauthn": "302",
    "mfa_download_recovery_codes": "text/plain",
    "referrals:timeliness_csv": "404",  # for whoever does not manage; others get a file
    "openid_connect_login": "404",
    "openid_connect_callback": "404",
    "account_end_session": "405",
    "notifications:mark_all_read": "405",
    "notifications:mark_read": "405",
    "agencies:absence_remove": "405",
    "cases:timeline_looked": "405",
    "cases:entry_pin": "405",
    "cases:entry_confirm": "405",
    "cases:thread_read": "405",
    "cases:open_matches": "405",
    "cases:concern_matches": "405",
    "cases:draft_save": "405",
    "referrals:draft_save": "405",
    "agencies:reminder_text_reset": "405",
    "agencies:invitation_resend": "405",
    "agencies:invitation_withdraw": "405",
    "agencies:contact_point_remove": "405",
    "cases:calendar_stop": "405",
    "cases:calendar_feed": "404",
    "cases:attachment": "404",
    "cases:concern_file": "404",
    "cases:chronology": "404",
    "cases:chronology_ask": "405",
    "cases:chronology_file": "404",
    "cases:live": "404",
    "cases:news": "404",
}
# For programs and for the machine room: held by tests of their own.
NOT_FOR_BROWSERS = ("api:", "health_")
