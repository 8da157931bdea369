"""What a person could ask of the site: lists in every order and filter, pages, forms, choices, errors, the API."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from agencies.models import Agency, Membership, Team
from cases.views.records import PAGES as RECORD_PAGES
from tests.access import routes
from tests.access.facts import Row
from tests.access.replay import Question
from tests.access.routes import ABSENT, objects, route_names
from tests.access.scene import Scene
from tests.factories import as_owner

WORK = ("involve", "allocate", "restrict", "lift_restriction", "exclude", "close")
LISTS = [
    *(f"/cases/?{query}" for query in ("", "order=due", "cursor=made-up", "level=99", "sector=nowhere&order=due")),
    *(
        f"/cases/?allocated={who}&status={state}"
        for who, state in product(("me", "team", "nobody"), ("open", "closed"))
    ),
    *(f"/cases/?level={level}" for level in range(1, 5)),
    *(f"/cases/?due={due}" for due in ("overdue", "week", "never")),
    *(f"/cases/?sector={code}" for code in ("social_care", "education", "health", "police", "voluntary")),
]
API_LISTS = [
    *(f"/api/v1/cases/?limit={limit}" for limit in (1, 2, 25)),
    *(f"/api/v1/cases/?allocated_to={who}" for who in ("me", "my_team", "nobody")),
    *(f"/api/v1/cases/?status={state}&limit=3" for state in ("open", "closed")),
    *(f"/api/v1/cases/?level_of_need={level}" for level in range(1, 5)),
    *(f"/api/v1/cases/?lead_sector={code}" for code in ("social_care", "education", "health", "police")),
    *(f"/api/v1/children/?limit={limit}" for limit in (1, 2, 25)),
    "/api/v1/cases/?order=due",
    "/api/v1/cases/?cursor=made-up",
    "/api/v1/nothing/",
]
TIMELINES = [
    *("", "new=on", "pinned=on", "matters=on", "year=2020", "cursor=made-up", "words=something&group=sharing"),
    *(f"group={group}" for group in ("status", "contact", "nonsense")),
    *(f"sector={code}" for code in ("social_care", "education", "voluntary")),
    "mark-day=1&mark-month=1&mark-year=2024&new=on",
    "since-day=1&since-month=1&since-year=2024&until-day=1&until-month=1&until-year=2026",
]
SHELL = [
    "/",
    "/cases/actions/",
    "/cases/to-confirm/",
    "/cases/meetings/",
    "/deadlines/?whose=team",
    "/deadlines/?whose=agency",
    "/deadlines/month/?whose=agency",
    "/practice/",
    "/cases/discussions/",
    "/inbox/",
    "/directory/",
    "/directory/people/",
    "/cases/open/",
    "/cases/emergency/",
    "/profile/tokens/",
]
# Left out by decision: replay.py says why.
REGISTERS = {"cases:emergency_reviews", "cases:emergency_review"}
CONCERNS = ["/concerns/", "/concerns/log/", "/concerns/queue/", "/referrals/", "/referrals/start/", "/referrals/queue/"]
CONCERNS += ["/referrals/queue/?show=ended", "/referrals/checks/"]


def questions(scene: Scene, name: str) -> Iterator[Question]:
    """Yield every question of a person whom the scene knows."""
    yield from (Question(address) for address in [*SHELL, *CONCERNS, *LISTS, *API_LISTS, "/people/", *_directory()])
    yield from _with_errors(scene, name)
    for pk in scene.truth.rows["Case"]:
        yield from of_case(scene, name, scene.truth.rows["Case"][pk])
    for row in scene.truth.rows["Child"].values():
        yield from of_child(row)
        yield Question(f"{reverse('cases:concern_log')}?child={row['uuid']}")
    yield from _about_concerns(scene)
    yield from _about_referrals(scene, name)
    yield from (Question("/search/", _sorted({"words": words})) for words in searches(scene))
    yield from of_every_route(scene)


def of_every_route(scene: Scene) -> Iterator[Question]:
    """Yield every address of cases, referrals and the API, each with an object: a new one is asked unlisted."""
    if not scene.parts:
        scene.parts = objects(scene)
        scene.look_again()  # some of those objects were made for the purpose
    for name in sorted(set(route_names()) - REGISTERS):
        if name.startswith(("cases:", "referrals:", "api:")):
            yield Question(routes.address(name, scene.parts))


def searches(scene: Scene) -> Iterator[str]:
    """Yield what could be searched for: names, birth dates, numbers, references, and words of entries."""
    rows = scene.truth.rows
    yield from (f"{row['given']} {row['surname']}" for row in rows["ChildName"].values())
    yield from (row["name"] for row in rows["Person"].values())
    yield from (row["value"] for row in rows["ChildIdentifier"].values())
    yield from (row["reference"] for row in rows["Case"].values())
    yield from (row["title"] for row in list(rows["TimelineEntry"].values())[::5])
    yield from (f"{row['born_on']:%d/%m/%Y}" for row in rows["Child"].values() if row["born_on"])
    yield from ("example", "something")


def _about_concerns(scene: Scene) -> Iterator[Question]:
    for row in scene.truth.rows["Concern"].values():
        yield Question(reverse("cases:concern", args=[row["uuid"]]))
        yield Question(reverse("cases:concern_answer", args=[row["uuid"]]))
        yield Question(reverse("referrals:from_concern", args=[row["uuid"]]))
    for row in scene.truth.rows["ConcernDraft"].values():
        yield Question(reverse("cases:draft_discard", args=[row["uuid"]]))
        yield Question(f"/concerns/log/?draft={row['uuid']}")
    for row in list(scene.truth.rows["ChildName"].values())[:8]:
        yield Question("/concerns/log/", _sorted({"find": "Find", "child_search": row["given"]}))
    for row in list(scene.truth.rows["Child"].values())[:4]:
        yield Question("/concerns/log/", _sorted({"child": str(row["uuid"]), "facts": "Bruise"}))


def _about_referrals(scene: Scene, name: str) -> Iterator[Question]:
    reader = scene.reader(name)
    for row in scene.truth.rows["Referral"].values():
        for route in ("referral", "referral_print", "triage", "accept", "keep_out", "called_back", "check_ask"):
            yield Question(reverse(f"referrals:{route}", args=[row["uuid"]]))
        yield Question(reverse("referrals:receipt", args=[row["bundle"]]))
        for kind in ("raise", "answer"):
            yield Question(reverse("referrals:challenge", args=[row["uuid"], kind]))
        for action in ("take", "decide", "answer", "withdraw", "reopen"):
            address = reverse("referrals:step", args=[row["uuid"], action])
            yield Question(address)
            yield Question(address, _sorted({"version": str(row["version"]), "text": "More", "rating": "red"}))
    for row in scene.truth.rows["AgencyCheck"].values():
        yield Question(reverse("referrals:check_answer", args=[row["uuid"]]))
    for row in scene.truth.rows["ReferralHold"].values():
        referral = scene.truth.rows["Referral"][row["referral_id"]]
        yield Question(reverse("referrals:hold", args=[referral["uuid"], row["uuid"]]))
    for row in scene.truth.rows["ReferralDraft"].values():
        for route in ("draft", "check", "draft_discard", "draft_hand"):
            yield Question(reverse(f"referrals:{route}", args=[row["uuid"]]))
        for part in ("concern", "child-1", "child-2"):
            yield Question(reverse("referrals:part", args=[row["uuid"], part]))
        if reader and row["user_id"] == reader.user:  # another's key is refused, and nobody else knows its random bits
            yield Question("/referrals/drafts/", _sorted({"draft": row["uuid"], "part": "concern", "facts": "x"}))


def of_child(child: Row) -> Iterator[Question]:
    """Yield every question about one child, seen or not."""
    for route in ("api:child", "cases:child"):
        yield Question(reverse(route, args=[child["uuid"]]))
    for part in ("change", "names/add", "numbers/add", "addresses/add", "family/add", "services/add"):
        address = f"/children/{child['uuid']}/{part}/"
        yield Question(address)
        yield Question(address, ())


def of_case(scene: Scene, name: str, case: Row) -> Iterator[Question]:
    """Yield every question about one case, seen or not."""
    for route in ("cases:detail", "cases:access", "cases:case_deadlines", "api:case", "api:timeline", "cases:live"):
        yield Question(reverse(route, args=[case["uuid"]]))
    entries = [
        ("entry", row["uuid"]) for row in scene.truth.rows["TimelineEntry"].values() if row["case_id"] == case["id"]
    ]
    yield Question(f"{reverse('cases:news', args=[case['uuid']])}?since=2000-01-01&{urlencode(entries)}")
    for route in WORK:
        address = reverse(f"cases:{route}", args=[case["uuid"]])
        yield Question(address)
        yield Question(address, ())
    yield from _entries(case)
    for pk, row in scene.truth.rows["TimelineEntry"].items():
        if row["case_id"] == case["id"] or pk % 7 == 0:  # of this case, and some of others under this one's address
            yield Question(reverse("cases:entry", args=[case["uuid"], row["uuid"]]))
            for route in ("correct", "dispute", "audience", "ask"):
                yield Question(reverse(f"cases:entry_{route}", args=[case["uuid"], row["uuid"]]))
            yield Question(reverse("api:entry", args=[case["uuid"], row["uuid"]]))
            yield Question(reverse("cases:entry_confirm", args=[case["uuid"], row["uuid"]]), ())
    yield from _records(scene, case)
    yield from _choices(scene, name, case)
    yield from _parts(scene, case)
    yield from _deadlines(scene, case)


def _deadlines(scene: Scene, case: Row) -> Iterator[Question]:
    """Yield each deadline's page, what is said of it, and events that meet and start what runs in the case."""
    own = [row for row in scene.truth.rows["Deadline"].values() if row["case_id"] == case["id"]]
    for row in own:
        for route in ("deadline", "deadline_meet", "deadline_explain"):
            yield Question(reverse(f"cases:{route}", args=[case["uuid"], row["uuid"]]))
    day = {"day-day": "1", "day-month": "2", "day-year": "2025"}
    for event in ("harm_suspected", "assessment_completed", "missing_child_returned"):
        address = reverse("cases:deadline_event", args=[case["uuid"]])
        yield Question(address, _sorted(day | {"event": event}))


def _entries(case: Row) -> Iterator[Question]:
    """Yield what reading and writing a timeline asks: pages, filters, the form, and who would see what is written."""
    timeline = reverse("cases:timeline", args=[case["uuid"]])
    for query in TIMELINES:
        yield Question(f"{timeline}?{query}")
    for view in ("sectors", "silence", "room"):
        yield Question(reverse(f"cases:timeline_{view}", args=[case["uuid"]]))
    for query in ("family=on", "family=on&slot=rest"):
        yield Question(reverse("cases:timeline_room", args=[case["uuid"]]) + f"?{query}")
    yield Question(reverse("cases:entry_kinds", args=[case["uuid"]]))
    for kind in ("note", "health_event", "police_event"):
        yield Question(reverse("cases:entry_add", args=[case["uuid"], kind]))
    address = reverse("cases:entry_add", args=[case["uuid"], "note"])
    typed = {"title": "Seen", "day-day": "1", "day-month": "2", "day-year": "2024", "sensitivity": "0"}
    for audience in ("everybody", "own_team", "named"):
        yield Question(address, _sorted(typed | {"audience": audience}))
    yield Question(address, _sorted(typed | {"audience": "sectors", "audience_sectors": "health"}))


def _directory() -> Iterator[str]:
    for agency in Agency.objects.all():
        yield reverse("agencies:agency", args=[agency.uuid])


def _with_errors(scene: Scene, name: str) -> Iterator[Question]:
    team = scene.people[name].membership.teams.first()
    names = scene.truth.rows["ChildName"].values()
    for row in list(names)[:6]:  # a child of that name may be there already: nobody may hear of it
        child = {"given": row["given"], "surname": row["surname"], "sex": "U", "lawful_basis": "ca1989_s17"}
        child |= {"team": str(team.uuid)} if team else {}
        yield Question("/cases/open/", _sorted(child))
    for reference in ("", "1", "00000000"):
        yield Question("/cases/emergency/", _sorted({"reference": reference, "reason": "Urgent"}))
    yield Question(reverse("cases:detail", args=[ABSENT]))


def _choices(scene: Scene, name: str, case: Row) -> Iterator[Question]:
    """Yield forms filled in, where the answer may depend on nothing hidden; see replay.py for what is left out."""
    reader = scene.reader(name)
    if reader is None:
        return
    if case["status"] == "closed" or reader.user in scene.truth.cases[case["id"]].excluded:
        yield Question("/cases/emergency/", _sorted({"reference": case["reference"], "reason": "Urgent"}))
    hidden = {
        row["team_id"]
        for pk, row in scene.truth.rows["Involvement"].items()
        if row["case_id"] == case["id"] and not scene.truth.sees(reader, "Involvement", pk)
    }
    terms = {"level": "1", "purpose": "Help", "lawful_basis": "ca2004_s11"}
    for team in Team.objects.exclude(pk__in=hidden):
        address = reverse("cases:involve", args=[case["uuid"]])
        yield Question(address, _sorted(terms | {"team": str(team.uuid)}))
        allocation = {"allocated_team": str(team.uuid), "level_of_need": "2"}
        yield Question(reverse("cases:allocate", args=[case["uuid"]]), _sorted(allocation))


def _records(scene: Scene, case: Row) -> Iterator[Question]:
    page = RECORD_PAGES[0]  # the others are the same view with another form
    yield Question(reverse(page.address, args=[case["uuid"]]))
    yield Question(reverse(page.address, args=[case["uuid"]]), ())
    yield Question(reverse("cases:plan_add", args=[case["uuid"]]))
    for row in scene.truth.rows["Plan"].values():
        yield from (
            Question(reverse(f"cases:{name}", args=[case["uuid"], row["uuid"]]))
            for name in ("plan", "plan_end", "action_add")
        )
    yield from (Question(reverse(f"cases:{name}", args=[case["uuid"]])) for name in ("threads", "thread_add"))
    yield from (
        Question(reverse("cases:thread", args=[case["uuid"], row["uuid"]]))
        for row in scene.truth.rows["Thread"].values()
    )
    yield Question(reverse("cases:meetings", args=[case["uuid"]]))
    yield Question(reverse("cases:meeting_add", args=[case["uuid"]]))
    for row in scene.truth.rows["Meeting"].values():
        yield Question(f"{reverse('cases:meeting_add', args=[case['uuid']])}?with={row['uuid']}")
        yield from (
            Question(reverse(f"cases:{name}", args=[case["uuid"], row["uuid"]]))
            for name in ("meeting", "meeting_contribute", "meeting_held")
        )
    for row in scene.truth.rows["PlanAction"].values():
        yield Question(reverse("cases:action_done", args=[case["uuid"], row["uuid"]]))
        yield Question(reverse("cases:action_move", args=[case["uuid"], row["uuid"]]), ())


def _parts(scene: Scene, case: Row) -> Iterator[Question]:
    for row in scene.truth.rows["Involvement"].values():  # of this case, and of others under this one's address
        yield Question(reverse("cases:involvement_end", args=[case["uuid"], row["uuid"]]))
    with as_owner():
        people = [membership.user.uuid for membership in Membership.objects.select_related("user")[:4]]
    for person in people:
        address = reverse("cases:exclusion_lift", args=[case["uuid"], person])
        yield Question(address)
        yield Question(address, _sorted({"reason": "Wrong person"}))
    yield Question(reverse("cases:not_needed", args=[case["uuid"], "housing"]))


def _sorted(values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(values.items()))
