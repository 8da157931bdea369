"""Every link and form followed by every kind of person: no mark comes out where the oracle says it should not.

Also not in inboxes, e-mails and the log.
"""

import logging

import pytest
from django.test import Client
from django.utils.html import escape

from safeguard.notifications.models import InboxItem, OutboxMessage
from tests.access.conftest import CAST, EXTRAS, MakeScene
from tests.access.crawl import Crawler, Leak
from tests.access.marks import MARK
from tests.access.questions import searches
from tests.access.scene import Scene
from tests.factories import as_owner

STARTS = [
    "/",
    "/cases/",
    "/concerns/",
    "/concerns/queue/",
    "/inbox/",
    "/profile/",
    "/people/",
    "/api/v1/cases/?limit=2",
    "/api/v1/children/?limit=2",
]
SHORT = ["tariq", "vera", "nell", "lena", "visitor"]
OBJECTS = 200


def crawled(scene: Scene, name: str) -> tuple[int, list[Leak]]:
    """Crawl as one person, hidden cases' own addresses among the starts; return how many pages, and the leaks."""
    client = scene.people[name].client if name in scene.people else Client()
    crawler = Crawler(scene, name, client)
    cases = [f"/cases/{row['uuid']}/{page}" for row in scene.truth.rows["Case"].values() for page in ("", "access/")]
    concerns = [f"/concerns/{row['uuid']}/" for row in scene.truth.rows["Concern"].values()]
    governed = ["/audit/", "/cases/emergency/reviews/"] if name == "ian" else []
    found = crawler.leaks([*STARTS, *governed, *cases, *concerns])
    for words in searches(scene) if name in scene.people else ():
        answer = client.post("/search/", {"words": words})
        answer.content = answer.content.replace(f'value="{escape(words)}"'.encode(), b"")  # what they typed themselves
        found += crawler.check("/search/", answer)
    return crawler.visits, found


def in_messages(scene: Scene) -> list[str]:
    """Return what inboxes and e-mails say that their readers may not know, and any child's text in them."""
    with as_owner():
        items = list(InboxItem.objects.select_related("recipient"))
        mails = [f"{mail.subject} {mail.body}" for mail in OutboxMessage.objects.all()]
    names = {person.user.pk: name for name, person in scene.people.items()}
    wrong = [mail for mail in mails if MARK.search(mail)]
    for item in items:
        crawler = Crawler(scene, names[item.recipient_id], Client())
        told = scene.marks.found_in(f"{item.title} {item.path}")
        wrong += [f"{crawler.name}: {item.title} {each}" for each in told if not crawler.may_see(each, "/inbox/")]
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", SHORT)
def test_no_mark_comes_out_where_it_should_not(
    name: str, scene_of: MakeScene, caplog: pytest.LogCaptureFixture
) -> None:
    scene = scene_of(5, 2)
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "django.request"):
        visits, found = crawled(scene, name)

    assert visits
    assert not found, found[:5]
    assert not MARK.findall(caplog.text)
    assert not in_messages(scene)


@pytest.mark.proof
@pytest.mark.parametrize("name", [*CAST, *EXTRAS, "visitor"])
def test_no_mark_comes_out_anywhere(name: str, scene_of: MakeScene, caplog: pytest.LogCaptureFixture) -> None:
    scene = scene_of(5, 14)
    objects = sum(len(rows) for rows in scene.truth.rows.values())
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "django.request"):
        visits, found = crawled(scene, name)

    assert not found, found[:5]
    assert not MARK.findall(caplog.text)
    assert not in_messages(scene)
    assert objects >= OBJECTS
    told = f"crawler, {name}: {visits} answers, {objects} protected objects, {len(scene.marks.origins)} marks: 0 leaks"
    print(told)  # noqa: T201  (the proof’s figure)


def test_the_long_crawl_leaves_nobody_out(scene_of: MakeScene) -> None:
    assert {*CAST, *EXTRAS} == set(scene_of(5, 0).people)
