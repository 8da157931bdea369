"""What the worker does by the clock, and how often, in seconds."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "memberships-by-the-clock": {"task": "agencies.tasks.follow_the_clock", "schedule": 60.0},
    # Beat keeps nothing on disk: a daily interval would never come where beat is replaced every day.
    "clear-sessions": {"task": "agencies.tasks.clear_sessions", "schedule": 3600.0},
    "forget-old-submissions": {"task": "agencies.tasks.forget_submissions", "schedule": 3600.0},
    "keep-matching-in-step": {"task": "cases.tasks.keep_matching_in_step", "schedule": 30.0},
    "count-names": {"task": "cases.tasks.count_names", "schedule": 6 * 3600.0},
    "review-register": {"task": "cases.tasks.review_register", "schedule": 6 * 3600.0},
    "propose-exclusions": {"task": "cases.tasks.propose_exclusions", "schedule": 60.0},
    "drain-outbox": {"task": "safeguard.notifications.tasks.drain_outbox", "schedule": 5.0},
    "make-chronologies": {"task": "cases.tasks.make_chronologies", "schedule": 2.0},
    "forget-chronologies": {"task": "cases.tasks.forget_chronologies", "schedule": 3600.0},
    "scan-files": {"task": "cases.tasks.scan_files", "schedule": 30.0},
    "remind": {"task": "safeguard.notifications.tasks.remind", "schedule": 5.0},
    "sweep-reminders": {"task": "safeguard.notifications.tasks.sweep_reminders", "schedule": 300.0},
    "forget-referral-drafts": {"task": "referrals.tasks.follow_drafts", "schedule": 3600.0},
    "seal-audit": {"task": "safeguard.audit.tasks.seal", "schedule": 1.0},
    "purge-outbox": {"task": "safeguard.notifications.tasks.purge_outbox", "schedule": 3600.0},
}
