"""The demo's referrals: sent, asked about, in triage and decided, all about children who never were."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from agencies.acting import Acting, acting
from agencies.models import Agency, User
from referrals.actions import life
from referrals.actions.life import Decision
from referrals.actions.public import Report, report
from referrals.actions.submit import NewReferral, Relative, submit
from referrals.codes import Consent, Ground, Outcome, ParentsTold, Purpose, Rating, Source, Urgency
from referrals.models import Referral, ReferralStep
from safeguard.audit.actor import Actor, Origin
from safeguard.management import demo_accounts as demo

TRIAGE = "tess@example.org"
AGREED = {"parents_told": ParentsTold.YES, "consent": Consent.GIVEN, "consent_by": "The mother, for the children"}
NOT_ASKED = {
    "parents_told": ParentsTold.NO,
    "consent": Consent.NOT_ASKED,
    "ground": Ground.CHILD,
    "ground_reason": "The child was afraid of what would happen at home if anybody said something.",
}
Then = Callable[[Referral, Acting], None]


@dataclass(frozen=True, kw_only=True)
class DemoReferral:
    """A referral that ``sender`` sent ``hours`` ago, and what triage did with it since."""

    sender: str
    role: str
    given: str
    surname: str
    hours: int
    urgency: Urgency
    facts: str
    words: str = ""
    hoped: str = ""
    consent: dict[str, Any]
    relatives: tuple[tuple[str, str], ...] = ()
    then: tuple[Then, ...] = ()


def _acknowledged(referral: Referral, by: Acting) -> None:
    life.acknowledge(referral, version=referral.version, by=by)


def _taken(rating: Rating) -> Then:
    return lambda referral, by: life.take(referral, rating, version=referral.version, by=by)


def _asked(text: str) -> Then:
    return lambda referral, by: life.ask(referral, text=text, version=referral.version, by=by)


def _decided(outcome: Outcome, rationale: str, reasons: str) -> Then:
    decision = Decision(outcome=outcome, rationale=rationale, reasons=reasons)
    return lambda referral, by: life.decide(referral, decision, version=referral.version, by=by)


DEMO_REFERRALS: tuple[DemoReferral, ...] = (
    DemoReferral(
        sender="tariq@example.org",
        role="Class teacher",
        given="Wren",
        surname="Placeholder",
        hours=2,
        urgency=Urgency.SOON,
        facts="Wren came to school three days running without having eaten, and fell asleep in assembly. On Monday"
        " she asked whether she could sleep at school.",
        words="“It’s loud at night. I sleep when they go out.”",
        hoped="That somebody sees the home, and that Wren sleeps and eats.",
        consent=NOT_ASKED,
        relatives=(("Mel Placeholder", "mother"), ("Not known", "partner_of_parent")),
    ),
    DemoReferral(
        sender="tariq@example.org",
        role="Class teacher",
        given="Linnet",
        surname="Madeup",
        hours=30,
        urgency=Urgency.PLANNED,
        facts="Linnet has missed every Monday since September. The mother says that she is unwell herself.",
        hoped="Help for the mother in the mornings.",
        consent=AGREED,
        relatives=(("Ros Madeup", "mother"),),
        then=(
            _taken(Rating.GREEN),
            _asked("Has anybody else been seen to collect Linnet from school, and does the GP know of the illness?"),
        ),
    ),
    DemoReferral(
        sender="hana@example.org",
        role="Health visitor",
        given="Baby",
        surname="Notional",
        hours=5,
        urgency=Urgency.SOON,
        facts="Weight has fallen two centiles in four weeks. At the last two visits nobody opened, though somebody"
        " was in.",
        consent=NOT_ASKED,
        then=(_acknowledged, _taken(Rating.AMBER)),
    ),
    DemoReferral(
        sender="olive@example.org",
        role="Designated safeguarding lead",
        given="Tern",
        surname="Supposed",
        hours=80,
        urgency=Urgency.PLANNED,
        facts="Tern told a friend that they do not want to go home on Fridays. They would not say more to us.",
        words="“It’s nothing. I just like it here.”",
        consent=AGREED,
        then=(
            _taken(Rating.GREEN),
            _decided(
                Outcome.EARLY_HELP,
                "Spoke with the father, checked with health and housing: no sign of harm. Overcrowding at weekends"
                " when cousins stay. Level 2.",
                "The home is crowded at weekends and Tern has nowhere to be alone. Early help will call you this week"
                " to plan with the family; please keep the quiet room open on Friday afternoons until then.",
            ),
        ),
    ),
)


# What a neighbour reported without an account.
REPORTED: dict[str, Any] = {
    "urgency": Urgency.SOON,
    "given": "Martin",
    "age_about": "7",
    "address": "12 Invented Row, the flat above the shop",
    "facts": "A boy of about seven is alone in the flat in the evenings. On Thursday he stood at the window until after"
    " eleven and nobody came.",
}
NEIGHBOUR = {"name": "Nell Neighbour", "phone": "01632 960777", "knows_child": "I live across the street"}


def seed_referrals() -> int:
    """Send the referrals whose child is not there yet; return how many. Needs the demo's people and places."""
    # past the door: the owner looks what an earlier run seeded
    known = set(Referral.objects.values_list("given", "surname"))
    wanted = [each for each in DEMO_REFERRALS if (each.given, each.surname) not in known]
    for each in wanted:
        _seed(each)
    is_reported = (REPORTED["given"], "") in known
    if not is_reported:
        _report()
    return len(wanted) + (not is_reported)


def _report() -> None:
    to = Agency.objects.get(name=demo.SOCIAL_CARE)
    new = Report(source=Source.PUBLIC, said=REPORTED, reporter=NEIGHBOUR, to_agency=to)
    report(new, key=uuid5(NAMESPACE_URL, REPORTED["facts"]), by=Actor(job="public report"))


def _seed(spec: DemoReferral) -> None:
    by = _person(spec.sender)
    shared: dict[str, Any] = {"urgency": spec.urgency, "facts": spec.facts, "hoped": spec.hoped, **spec.consent}
    shared |= {"purpose": Purpose.NOT_KNOWN, "referrer_role": spec.role, "referrer_phone": "01632 960111"}
    child = {"given": spec.given, "surname": spec.surname, "child_words": spec.words}
    relatives = [Relative(fields={"name": name, "kind": kind}, of=frozenset({0})) for name, kind in spec.relatives]
    to = Agency.objects.select_related("sector").get(name=demo.SOCIAL_CARE)
    (made,) = submit(NewReferral(shared=shared, children=[child], relatives=relatives, to_agency=to), by=by)
    _date_back(made, spec.hours)
    triage = _person(TRIAGE)
    for then in spec.then:
        # past the door: the owner reads how it stands now
        then(Referral.objects.get(pk=made.pk), triage)


def _date_back(referral: Referral, hours: int) -> None:
    earlier = timedelta(hours=hours)
    # past the door: the owner dates the demo back
    Referral.objects.filter(pk=referral.pk).update(
        received_at=referral.received_at - earlier,
        acknowledge_by=referral.acknowledge_by and referral.acknowledge_by - earlier,
        decide_by=referral.decide_by and referral.decide_by - earlier,
    )
    # past the door: the owner dates the demo back
    ReferralStep.objects.filter(referral=referral).update(made_at=timezone.now() - earlier)


def _person(email: str) -> Acting:
    return acting(User.objects.get(email=email), Origin(channel="demo"))
