"""Follow every link and try every form as one person, and name each mark that comes out where it should not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

from django.db import transaction
from django.test import Client

from tests.access.marks import Origin
from tests.access.scene import Scene

# Pages of one's own sign-in hold nothing protected, and some of them end the session.
LEFT_OUT = ("/account/", "/static/", "/style/", "/demo/", "/health/")
# A governance lead reads the reasons and record numbers of their own agency's audit, and what emergency
# access was taken for. Both registers are theirs by role; neither names a child.
# Of an emergency they are told at once, by the case's reference.
REGISTERS = {
    "/audit/": {"uuid", "reason", "end_reason"},
    "/cases/emergency/reviews/": {"uuid", "reference", "reason"},
    "/inbox/": {"reference"},
}


@dataclass(frozen=True)
class Leak:
    """A mark that a person read and may not."""

    person: str
    address: str
    origin: Origin


@dataclass
class Form:
    """A form of a page: where it goes, its plain values, and the choices that it offers."""

    action: str
    method: str
    values: dict[str, str]
    choices: dict[str, list[str]]


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect links, and the fields of the form that is open."""
        own = {name: value or "" for name, value in attrs}
        if tag == "a" and own.get("href"):
            self.links.append(own["href"])
        elif tag == "form":
            self.forms.append(Form(own.get("action", ""), own.get("method", "get").lower(), {}, {}))
        elif self.forms and tag in {"input", "select", "option", "textarea"}:
            self._field(tag, own)

    def _field(self, tag: str, own: dict[str, str]) -> None:
        form, name = self.forms[-1], own.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option":
            form.choices.setdefault(self._select, []).append(own.get("value", ""))
        elif own.get("type") in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(own.get("value", "on"))
        elif name:
            form.values[name] = own.get("value", "") or ("x" if tag == "textarea" else "")


@dataclass
class Crawler:
    """One person's way through the site."""

    scene: Scene
    name: str
    client: Client
    visits: int = 0
    tried: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reader = self.scene.reader(self.name)

    def leaks(self, starts: Iterable[str]) -> list[Leak]:
        """Visit every address that can be reached from ``starts``; return what came out and should not."""
        waiting, seen, found = list(starts), set(starts), list[Leak]()
        while waiting:
            address = waiting.pop()
            response = self.client.get(address)
            found += self.check(address, response)
            page = _page_of(response)
            found += [leak for form in page.forms for leak in self._try(address, form)]
            new = {_within(address, link) for link in page.links + list(_choices(page))} - seen - {""}
            seen |= new
            waiting += sorted(new)
        return found

    def check(self, address: str, response: Any) -> list[Leak]:
        """Return the marks in an answer, its headers among it, that this person may not see."""
        self.visits += 1
        text = response.content.decode(errors="replace") + "\n".join(f"{k}: {v}" for k, v in response.headers.items())
        asked = set(self.scene.marks.found_in(address))
        return [
            Leak(self.name, address, origin)
            for origin in self.scene.marks.found_in(text)
            if origin not in asked and not self.may_see(origin, address)
        ]

    def may_see(self, origin: Origin, address: str) -> bool:
        """Return the oracle's verdict, with the registers of governance leads beside it."""
        if any(self.may_see(copy, address) for copy in self.scene.marks.copies.get(origin, ())):
            return True
        if self.reader and self.scene.truth.sees(self.reader, origin.model, origin.pk):
            return origin.field != "review_note"
        governs = self.name == "ian"
        return governs and any(address.startswith(at) and origin.field in REGISTERS[at] for at in REGISTERS)

    def _try(self, address: str, form: Form) -> Iterator[Leak]:
        target = _within(address, form.action or address)
        if form.method != "post" or not target:
            return
        first = {name: next((c for c in choices if c), "") for name, choices in form.choices.items()}
        key = {name: value for name, value in form.values.items() if "csrf" not in name}
        for sent in ({}, key | first):
            if (target, str(sent)) in self.tried:  # the search box and the like, which every page has
                continue
            self.tried.add((target, str(sent)))
            with transaction.atomic():
                response = self.client.post(target, sent)
                yield from self.check(target, response)
                if response.status_code == 302 and (onward := _within(target, response["Location"])):
                    yield from self.check(onward, self.client.get(onward))
                transaction.set_rollback(True)


def _page_of(response: Any) -> Page:
    kind = response.headers.get("Content-Type", "")
    text = response.content.decode(errors="replace") if kind.startswith("text/html") else ""
    page = Page(text)
    if response.status_code in {301, 302}:
        page.links.append(response["Location"])
    if "json" in kind and response.status_code == 200:
        page.links += _api_links(response)
    return page


def _api_links(response: Any) -> Iterator[str]:
    body, path = response.json(), response.request["PATH_INFO"]
    for row in body.get("results", []):
        yield f"{path}{row['uuid']}/"
    if body.get("next_cursor"):
        yield f"{path}?cursor={body['next_cursor']}"


def _choices(page: Page) -> Iterator[str]:
    for form in page.forms:
        if form.method == "get":
            yield from (f"?{name}={value}" for name, values in form.choices.items() for value in values if name)


def _within(address: str, link: str) -> str:
    """Return the address on this site that ``link`` leads to, empty for one that is left out."""
    target = urldefrag(urljoin(address, link)).url
    return target if target.startswith("/") and not target.startswith(LEFT_OUT) else ""
