"""The whole path of a referral in browsers: typed while the server dies, triaged, decided, and its reasons read."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from tests.conftest import Person, Place
from tests.factories import load_england
from tests.referrals.conftest import fill, sent_referrals

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FACTS = "Came to school with a bruise on the arm and would not say how."
REASONS = "We know the family. Offer the parenting group, and refer again if it gets worse."
KEPT, UNREACHABLE = re.compile("Kept as a draft at"), re.compile("there is no connection")


@contextmanager
def served(port: int) -> Iterator[str]:
    """Serve the site at ``port`` until the block ends; open connections are cut then."""
    from safeguard.asgi import application

    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(application, log_level="warning", ws="none", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://localhost:{port}"
        server.should_exit = server.force_exit = True
        thread.join(timeout=10)


def desk(browser: Browser, server: str, person: Person) -> Page:
    """Return the page of a browser of its own in which ``person`` is signed in."""
    context = browser.new_context()
    cookie = person.client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": server}])
    return context.new_page()


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_teacher_refers_while_the_server_dies_triage_decides_and_the_teacher_reads_the_reasons(
    port: int, browser: Browser, tariq: Person, tess: Person, social_care: Place
) -> None:
    load_england()
    draft = fill(tariq, social_care.agency)
    with served(port) as server:
        teacher = desk(browser, server, tariq)
        teacher.goto(f"{server}/referrals/drafts/{draft}/part/concern/")
        facts = teacher.get_by_label("What happened?")
        facts.fill("Came to school with a bruise")
        expect(teacher.get_by_text(KEPT)).to_be_visible()

    facts.fill(FACTS)
    expect(teacher.get_by_text(UNREACHABLE)).to_be_visible()
    expect(facts).to_have_value(FACTS)

    with served(port) as server:
        teacher.evaluate("window.dispatchEvent(new Event('focus'))")
        expect(teacher.get_by_text(KEPT)).to_be_visible()
        teacher.get_by_role("button", name="Save and continue").click()
        send_it(teacher)
        (sent,) = sent_referrals()
        assert sent.facts == FACTS

        decide_it(desk(browser, server, tess), f"{server}/referrals/")
        teacher.goto(f"{server}/referrals/{sent.uuid}/")
        expect(teacher.get_by_role("heading", name="What was decided, and why")).to_be_visible()
        expect(teacher.get_by_text(REASONS).first).to_be_visible()
        assert "For triage alone" not in teacher.content()


def send_it(teacher: Page) -> None:
    teacher.get_by_role("button", name="Check and send").click()
    expect(teacher.get_by_text(FACTS)).to_be_visible()
    teacher.get_by_role("button", name="Send the referral").dblclick()
    expect(teacher.get_by_role("heading", name="Referral received")).to_be_visible()


def decide_it(triage: Page, at: str) -> None:
    triage.goto(f"{at}queue/")
    triage.get_by_role("link", name="Robin Example").click()
    triage.get_by_role("button", name="Take into triage").click()
    triage.get_by_label("Green: help is needed").check()
    triage.get_by_role("button", name="Take it").click()
    triage.get_by_role("button", name="Decide", exact=True).click()
    triage.get_by_label("Information and advice").check()
    triage.get_by_label("Rationale").fill("For triage alone: known to us since spring.")
    triage.get_by_label("Reasons for the referrer").fill(REASONS)
    triage.get_by_role("button", name="Save the decision").click()
    expect(triage.get_by_text("The decision is saved.")).to_be_visible()
