"""How many statements each page sends, recorded: one that comes to send more fails, and so does one without a record.

``RECORD=1 pytest tests/access/test_query_counts.py`` writes the record anew; its diff is read like any other.
"""

import json
import os
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access.conftest import MakeScene
from tests.access.routes import address, objects, route_names
from tests.access.scene import Scene
from tests.access.test_matrix import expected

RECORD = Path(__file__).with_name("query_counts.json")


def counts(scene: Scene) -> dict[str, int]:
    """Return the statements of every page that somebody of the scene may open, by route.

    The second view counts: the first fills what a process keeps, such as content types.
    """
    parts = objects(scene)
    found: dict[str, int] = {}
    for route in route_names():
        reader = next((name for name in scene.people if expected(scene, route, name).startswith("200")), None)
        if reader is None:
            continue
        client, at = scene.people[reader].client, address(route, parts)
        client.get(at)
        cache.clear()
        with CaptureQueriesContext(connection) as sent:
            client.get(at)
        found[route] = len(sent)
    return found


@pytest.mark.slow
def test_no_page_sends_more_statements_than_recorded(scene_of: MakeScene) -> None:
    found = counts(scene_of(3, 2))
    if os.environ.get("RECORD"):
        RECORD.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))

    wrong = {route: (sent, recorded.get(route)) for route, sent in found.items() if sent > recorded.get(route, 0)}
    assert not wrong, f"statements sent and recorded: {wrong}"
