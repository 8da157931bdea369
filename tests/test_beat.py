"""One beat ticks; a second waits for its lease."""

from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from safeguard import beat
from safeguard.beat import LEASE_KEY, LEASE_SECONDS, RETRY_SECONDS, OneBeat
from safeguard.celery import app


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the names of the tasks that a beat sends; nothing reaches the broker."""
    names: list[str] = []

    def note(_self: OneBeat, entry: Any, *_arguments: Any, **_named: Any) -> None:
        names.append(entry.task)

    monkeypatch.setattr(OneBeat, "apply_entry", note)
    return names


def a_beat() -> OneBeat:
    found = OneBeat(app=app, lazy=True)
    found.setup_schedule()
    return found


def test_only_the_first_of_two_beats_holds_the_lease() -> None:
    first, second = a_beat(), a_beat()
    assert first.holds_lease()
    assert not second.holds_lease()
    assert first.holds_lease()


def test_a_second_beat_sends_nothing_and_asks_again_soon(sent: list[str]) -> None:
    assert a_beat().holds_lease()
    assert a_beat().tick() == RETRY_SECONDS
    assert sent == []


def test_a_second_beat_takes_over_when_the_lease_runs_out() -> None:
    first, second = a_beat(), a_beat()
    assert first.holds_lease()
    cache.delete(LEASE_KEY)
    assert second.holds_lease()
    assert not first.holds_lease()


def test_the_lease_runs_out_by_itself_and_is_renewed_well_before() -> None:
    holder = a_beat()
    assert holder.tick() <= RETRY_SECONDS < LEASE_SECONDS / 2
    assert cache.get(LEASE_KEY) == holder.token
    remaining = cache._cache.get_client().ttl(cache.make_key(LEASE_KEY))  # type: ignore[attr-defined]  # redis only
    assert 0 < remaining <= LEASE_SECONDS


def test_a_beat_waits_while_the_cache_is_away(caplog: pytest.LogCaptureFixture) -> None:
    away = RedisCache("unix:///nonexistent/valkey.sock", {})
    holder = a_beat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beat, "cache", away)
        assert not holder.holds_lease()
    assert "beat waits" in caplog.text


def test_every_schedule_is_an_interval_never_a_time_of_day() -> None:
    """A crontab skips or repeats on the nights when clocks change."""
    assert settings.CELERY_BEAT_SCHEDULE
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert isinstance(entry["schedule"], int | float)
