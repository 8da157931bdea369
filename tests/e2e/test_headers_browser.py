"""What a browser makes of the pages: nothing is asked of another host, and the policy stops nothing."""

from http import HTTPStatus
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

from tests.common.test_headers import addresses
from tests.conftest import Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def is_page(page: Page, url: str) -> bool:
    """Return whether ``url`` answers this browser with a page to look at; a way out is not walked."""
    response = page.request.get(url, max_redirects=0)
    return response.status == HTTPStatus.OK and "text/html" in response.headers["content-type"]


def test_no_page_asks_another_host_or_breaks_the_policy(asgi_server: str, page: Page, maggie: Person) -> None:
    own, foreign, violations = urlsplit(asgi_server).netloc, list[str](), list[str]()

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc != own and not request.url.startswith("data:"):
            foreign.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "violates" in message.text:
            violations.append(f"{page.url}: {message.text}")

    page.on("request", note_request)
    page.on("console", note_message)
    cookie = maggie.client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": asgi_server}])
    seen = [url for url in (asgi_server + address for address in addresses()) if is_page(page, url)]
    for url in seen:
        page.goto(url, wait_until="load")
    assert len(seen) > 3
    assert foreign == []
    assert violations == []
