"""Celery's beat, made so that a second one waits instead of waking everything twice."""

import logging
import uuid
from typing import Any

from celery.beat import Scheduler
from django.core.cache import cache
from redis.exceptions import RedisError

LEASE_KEY = "beat"
LEASE_SECONDS = 15
RETRY_SECONDS = 3.0

logger = logging.getLogger(__name__)


class OneBeat(Scheduler):
    """Ticks only while it holds the lease in the cache. Keeps nothing on disk: every schedule is an interval."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.token = uuid.uuid4().hex
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due and return the seconds until the next tick; send nothing without the lease."""
        if not self.holds_lease():
            return RETRY_SECONDS
        wait: float = super().tick(*args, **kwargs)
        return min(wait, RETRY_SECONDS)

    def holds_lease(self) -> bool:
        """Take or renew the lease. False while another beat holds it or the cache does not answer."""
        try:
            if cache.get(LEASE_KEY) == self.token:
                return cache.touch(LEASE_KEY, LEASE_SECONDS)
            return cache.add(LEASE_KEY, self.token, LEASE_SECONDS)
        except RedisError:
            logger.warning("The cache does not answer: beat waits.")
            return False
