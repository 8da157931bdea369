"""Compare pieces of HTML as trees: attributes in any order, classes as sets, blanks collapsed."""

import json
from pathlib import Path
from typing import Any

import html5lib

FIXTURES = Path(__file__).parent / "fixtures" / "govuk"
IDS = ("id", "for", "aria-describedby", "aria-controls", "data-aria-controls", "aria-labelledby")


def example(component: str, name: str) -> tuple[dict[str, Any], str]:
    """Return the options and the HTML of one of govuk-frontend's own examples."""
    found = json.loads((FIXTURES / f"{component}.json").read_text())[name]
    return found["options"], found["html"]


def examples() -> list[tuple[str, str]]:
    return [(path.stem, name) for path in sorted(FIXTURES.glob("*.json")) for name in json.loads(path.read_text())]


def tree(html: str, *, rename: tuple[str, str] | None = None) -> list[Any]:
    """Return ``html`` as nested lists; ``rename`` writes one id as another in every attribute that holds ids."""
    root = html5lib.parseFragment(html, namespaceHTMLElements=False)
    return [_node(child, rename) for child in root] or [_text(root.text)]


def _node(element: Any, rename: tuple[str, str] | None) -> Any:
    if not isinstance(element.tag, str):
        return "comment"
    attributes = {name: _value(name, value, rename) for name, value in element.attrib.items()}
    children: list[Any] = [_text(element.text)]
    if not any(name.endswith("__conditional") for name in attributes.get("class", ())):
        for child in element:
            children += [_node(child, rename), _text(child.tail)]
    return [element.tag, attributes, [child for child in children if child]]


def _value(name: str, value: str, rename: tuple[str, str] | None) -> Any:
    if name == "class":
        return sorted(value.split())
    if rename and name in IDS:
        old, new = rename
        return " ".join(part.replace(old, new, 1) for part in value.split())
    return value


def _text(text: str | None) -> str:
    return " ".join((text or "").split())
