"""A referral as a teacher types it, and as an action takes it."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from agencies.models import Agency
from referrals.actions.drafts import save_part
from referrals.actions.submit import NewReferral, Relative, submit
from referrals.models import Referral
from tests.cases.conftest import entered
from tests.conftest import Person, Place
from tests.factories import as_owner, load_england

SHARED: dict[str, Any] = {
    "urgency": 2,
    "facts": "Came to school with a bruise on the arm and would not say how.",
    "parents_told": "no",
    "consent": "not_asked",
    "ground": "child",
    "ground_reason": "Asking could make it worse at home.",
    "purpose": "protection",
    "level_of_need": 4,
    "referrer_role": "Class teacher",
    "referrer_phone": "01632 960001",
}
ROBIN: dict[str, Any] = {"given": "Robin", "surname": "Example"}


def new_referral(to: Agency, **more: Any) -> NewReferral:
    """Return what a form of one child holds."""
    made = NewReferral(shared=SHARED, children=[ROBIN], to_agency=to)
    return replace(made, **more)


def refer(person: Person, to: Place, **more: Any) -> Referral:
    """Send a referral of one child."""
    return refer_all(person, to, **more)[0]


def refer_all(person: Person, to: Place, **more: Any) -> list[Referral]:
    """Send a form."""
    with entered(person) as by:
        return submit(new_referral(to.agency, **more), by=by)


def relative(name: str, *of: int, **more: Any) -> Relative:
    """Return somebody of the family of the children at these places of the form."""
    return Relative(fields={"name": name, "kind": "mother", **more}, of=frozenset(of))


def sees(person: Person, referral: Referral) -> bool:
    """Return whether the person's application and database show them the referral; both must say the same."""
    with entered(person) as by:
        shown = Referral.objects.visible_to(by).filter(pk=referral.pk).exists()
        held = Referral.objects.filter(pk=referral.pk).exists()
    assert shown == held, "the two locks disagree"
    return shown


@pytest.fixture
def england(db: None) -> None:
    """The practice profile of England, for the clocks."""
    load_england()


@pytest.fixture
def sent(tariq: Person, social_care: Place, england: None) -> Referral:
    """A referral that Tariq sent."""
    return refer(tariq, social_care)


# --- The form, page by page -----------------------------------------------------------------------

PARTS: dict[str, dict[str, str]] = {
    "urgency": {"urgency": "2"},
    "child-1": {"given": "Robin", "surname": "Example", "birth": "unknown", "sex": "U", "ethnicity": "NOBT"}
    | {"needs_interpreter": "not_known", "young_carer": "not_known"},
    "concern": {"facts": "Came to school with a bruise on the arm."},
    "consent": {"parents_told": "no", "consent": "not_asked", "ground": "child", "ground_reason": "Worse at home."},
    "level": {"purpose": "protection", "level_of_need": "4"},
    "referrer": {"referrer_role": "Class teacher", "referrer_phone": "01632 960001"},
}


def fill(person: Person, to: Agency, **parts: dict[str, str]) -> str:
    """Type a whole form into a draft, without sending it; ``parts`` by key, "-" as "_". Return the draft's key."""
    ref = uuid4()
    wanted = PARTS | {key.replace("_", "-"): fields for key, fields in parts.items()}
    wanted["referrer"] = wanted["referrer"] | {"to_agency": str(to.uuid)}
    for key, fields in wanted.items():
        with entered(person) as by:
            save_part(ref, key, {name: [value] for name, value in fields.items()}, version=0, by=by)
    return str(ref)


def post_part(person: Person, draft: str, part: str, version: int = 0, **fields: Any) -> Any:
    """Send one page of the form."""
    sent = {"draft": draft, "draft_version": str(version), "part": part, "idempotency_key": str(uuid4())}
    return person.client.post(reverse("referrals:part", args=[draft, part]), sent | fields)


def send(person: Person, draft: str, key: str = "", **more: str) -> Any:
    """Press "Send the referral" on the check page."""
    address = reverse("referrals:check", args=[draft])
    return person.client.post(address, {"idempotency_key": key or str(uuid4()), **more})


def sent_referrals() -> list[Referral]:
    """Return all referrals, as the owner reads them."""
    with as_owner():
        return list(Referral.objects.order_by("pk"))
