"""Every address of the site with an object for each of its parts."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from agencies.models import Absence, ContactPoint, Invitation, SchoolTerm
from cases.models import (
    Case,
    CaseUserGrant,
    Child,
    Deadline,
    ExclusionProposal,
    Involvement,
    KnownService,
    Meeting,
    Person,
    Plan,
    Relationship,
    SameChild,
    Thread,
    TimelineEntry,
)
from safeguard.notifications.models import InboxItem
from tests.access.scene import Scene
from tests.conftest import Person as Actor
from tests.factories import as_owner, attachment_of, chronology_of
from tests.programs import program_of

ABSENT = "00000000-0000-4000-8000-000000000000"


def route_names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Yield the name of every address. Raises ValueError for one without a name: it could not be listed."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from route_names(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)
        elif isinstance(each, URLPattern):
            if not each.name:
                raise ValueError(f"An address without a name: {each.pattern}")
            yield namespace + each.name


def objects(scene: Scene) -> dict[str, dict[str, Any]]:
    """Return the parts of each address that has any, by route; objects of Alice's agency and her shared case."""
    alice, shared = scene.people["alice"], scene.made["shared"]
    agency = alice.membership.agency
    with as_owner():
        point = ContactPoint.objects.create(agency=agency, email="duty@example.org")
        invitation = Invitation.objects.create(
            agency=agency, email="new@example.org", name="N", roles=["practitioner"], secret_hash="x",
            expires_at=shared.opened_at.replace(year=shared.opened_at.year + 1), invited_by=alice.user,
        )  # fmt: skip
        item = InboxItem.objects.create(dedupe_key=str(uuid4()), kind="x", recipient=alice.user, title="Something")
        taken = CaseUserGrant.objects.filter(kind="emergency", content_object=scene.made["restricted"]).get()
        part = Involvement.objects.filter(case=shared, level=3).get()
        agreed = Deadline.objects.get(case=shared, code="", entry=None)
        by = {"child": shared.child, "recorded_by": alice.user}
        tie = Relationship.objects.create(
            kind="father",
            person=Person.objects.create(name="n", recorded_by_team=alice.membership.teams.get()),
            recorded_by_team=alice.membership.teams.get(),
            **by,
        )
        service = KnownService.objects.create(kind="dentist", name="n", **by)
    return {
        "agencies:membership": {"uuid": scene.people["mo"].membership.uuid},
        "agencies:token_revoke": {"uuid": program_of(alice).token.uuid},
        **_spans(alice),
        "agencies:invitation_": {"uuid": invitation.uuid},
        "agencies:contact_point_add": {"uuid": agency.uuid},
        "agencies:contact_point_": {"uuid": point.uuid},
        "agencies:team_change": {"uuid": alice.membership.teams.get().uuid},
        "agencies:practice_change": {"code": "CP_VISIT"},
        "agencies:reminder_text": {"code": "one"},
        "agencies:join_link": {"secret": "unknown"},
        "cases:calendar_feed": {"secret": "unknown"},
        "agencies:": {"uuid": agency.uuid},
        **_entries(shared),
        **_referrals(scene),
        "cases:draft_discard": {"uuid": scene.drafts["alice"].uuid},
        **_papers(shared, alice),
        **_plans(shared),
        **_concerns(scene),
        "cases:emergency_review": {"uuid": taken.uuid},
        "cases:involvement_end": {"uuid": shared.uuid, "involvement": part.uuid},
        **_exclusions(scene, part, tie),
        "cases:service_not_needed": {"uuid": shared.uuid, "service": service.uuid},
        "cases:child_relative_change": {"uuid": shared.child.uuid, "fact": tie.uuid},
        "cases:child_fact_end": {"uuid": shared.child.uuid, "kind": "relative", "fact": tie.uuid},
        **_same_child(shared.child, alice),
        "cases:not_needed": {"uuid": shared.uuid, "sector": "police"},
        "cases:deadline": {"uuid": shared.uuid, "deadline": agreed.uuid},
        "cases:": {"uuid": shared.uuid},
        "api:case": {"uuid": shared.uuid},
        "api:child": {"uuid": shared.child.uuid},
        "api:nothing_here": {"rest": "nothing"},
        "notifications:mark_read": {"uuid": item.uuid},
        "openid_connect": {"provider_id": "none"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "wrong"},
        "account_end_session": {"pk": 1},
        "mfa_": {"pk": 1},
    }


def _spans(alice: Actor) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of an absence of Alice's, today, and of a term of every school's."""
    with as_owner():
        today = timezone.localdate()
        away = Absence.objects.create(membership=alice.membership, first_day=today, last_day=today)
        term = SchoolTerm.objects.create(name="Autumn", first_day="2026-09-02", last_day="2026-12-18")
    return {"agencies:absence_": {"uuid": away.uuid}, "agencies:school_term_": {"uuid": term.uuid}}


def _exclusions(scene: Scene, part: Involvement, tie: Relationship) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of exclusions from Alice's shared case: one that holds, one proposed."""
    shared, teacher = scene.made["shared"], scene.people["tariq"].user
    with as_owner():
        proposal = ExclusionProposal.objects.create(case=shared, user=teacher, involvement=part, relationship=tie)
    return {
        "cases:exclusion_lift": {"uuid": shared.uuid, "person": scene.people["tess"].user.uuid},
        "cases:exclusion_proposed": {"uuid": shared.uuid, "proposal": proposal.uuid},
    }


def _same_child(child: Child, alice: Actor) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of two records of one child, linked by Alice's agency."""
    with as_owner():
        other = Child.objects.create(recorded_by_team=alice.membership.teams.get())
        said = SameChild.objects.create(
            kept=child, other=other, reason="n", made_by=alice.user, made_for=alice.membership.agency
        )
    of_child = {"uuid": child.uuid}
    return {
        "cases:same_child_pair": of_child | {"other": other.uuid},
        "cases:same_child_undo": of_child | {"said": said.uuid},
        "cases:same_child": of_child,
        "cases:child": of_child,
    }


def _referrals(scene: Scene) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of referrals: Alice's own draft, and what a teacher sent to her agency."""
    draft, sent = scene.referrals.drafts["alice"], scene.referrals.sent["of a teacher"]
    of_draft = {"uuid": draft.uuid}
    return {
        "api:referral": {"uuid": sent.uuid},
        "referrals:receipt": {"uuid": sent.bundle},
        "referrals:from_concern": {"uuid": scene.concerns["own team"].uuid},
        "referrals:part": of_draft | {"part": "child-1"},
        "referrals:draft": of_draft,
        "referrals:draft_hand": of_draft,
        "referrals:check_answer": {"uuid": scene.referrals.check.uuid},
        "referrals:check_ask": {"uuid": sent.uuid},
        "referrals:check": of_draft,
        "referrals:accept": {"uuid": scene.referrals.sent["of a teacher"].uuid},
        "referrals:challenge": {"uuid": scene.referrals.sent["on a case"].uuid, "kind": "raise"},
        "referrals:hold": {"uuid": sent.uuid, "hold": scene.referrals.hold.uuid},
        "referrals:called_back": {"uuid": scene.referrals.sent["of a nurse"].uuid},
        "referrals:step": {"uuid": sent.uuid, "action": "take"},
        "referrals:public_report": {"kind": "public"},
        "referrals:public_confirm": {"token": "wrong"},
        "referrals:": {"uuid": sent.uuid},
    }


def _entries(shared: Case) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of entries: one by Alice, and one by Hana that her agency is to confirm."""
    with as_owner():
        entry = TimelineEntry.objects.get(case=shared, kind="case_opened")
        by_hana = TimelineEntry.objects.get(case=shared, kind="health_event", corrects=None)
    of_case = {"uuid": shared.uuid}
    return {
        "cases:entry_kinds": of_case,
        "cases:entry_dispute": of_case | {"entry": by_hana.uuid},
        "cases:entry_confirm": of_case | {"entry": by_hana.uuid},
        "cases:entry_add": of_case | {"kind": "note"},
        "cases:entry": of_case | {"entry": entry.uuid},
        "api:timeline": of_case,
        "api:entry_add": of_case,
        "api:entry": of_case | {"entry": by_hana.uuid},
    }


def _concerns(scene: Scene) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of concerns: what their teams hold, and what could join a case."""
    made = scene.concerns
    with as_owner():
        file = made["to join"].attachments.get()
    return {
        "cases:concern_answer": {"uuid": made["of a teacher"].uuid},
        "cases:concern_link": {"uuid": made["to join"].uuid},
        "cases:concern_attach": {"uuid": made["to join"].uuid},
        "cases:concern_file": {"uuid": made["to join"].uuid, "attachment": file.uuid},
        "cases:concern": {"uuid": made["own team"].uuid},
    }


def _papers(shared: Case, alice: Actor) -> dict[str, dict[str, Any]]:
    """Return the parts of the addresses of files and documents."""
    with as_owner():
        file = attachment_of(TimelineEntry.objects.get(case=shared, kind="case_opened"), alice.user)
        document = chronology_of(shared.pk, alice.user)
    return {
        "cases:chronology_ask": {"uuid": shared.uuid},
        "cases:chronology": {"uuid": shared.uuid, "chronology": document.uuid},
        "cases:attachment": {"uuid": shared.uuid, "attachment": file.uuid},
    }


def _plans(case: Case) -> dict[str, dict[str, Any]]:
    with as_owner():
        plan = Plan.objects.get(case=case)
        action = plan.actions.earliest("pk")
        meeting = Meeting.objects.filter(case=case).earliest("pk")
        thread = Thread.objects.filter(case=case).earliest("pk")
    of_plan = {"uuid": case.uuid, "plan": plan.uuid}
    return {
        "cases:plan_end": of_plan,
        "cases:plan": of_plan,
        "cases:action_add": of_plan,
        "cases:thread_add": {"uuid": case.uuid},
        "cases:threads": {"uuid": case.uuid},
        "cases:thread": {"uuid": case.uuid, "thread": thread.uuid},
        "cases:meeting_add": {"uuid": case.uuid},
        "cases:meetings": {"uuid": case.uuid},
        "cases:meeting": {"uuid": case.uuid, "meeting": meeting.uuid},
        "cases:action_": {"uuid": case.uuid, "action": action.uuid},
    }


def address(name: str, parts: dict[str, dict[str, Any]], *, absent: bool = False) -> str:
    """Return the address of a route with its object; with ``absent`` the last object is one that does not exist."""
    known = [own for start, own in parts.items() if name.startswith(start)]
    for own in [{}, *known]:
        values = {key: ABSENT if absent and key == "uuid" else value for key, value in own.items()}
        try:
            return reverse(name, kwargs=values)
        except LookupError:  # NoReverseMatch is one, for this set of parts
            continue
        except Exception as error:
            if type(error).__name__ != "NoReverseMatch":
                raise
    raise LookupError(f"No object for {name}: name one in objects()")
