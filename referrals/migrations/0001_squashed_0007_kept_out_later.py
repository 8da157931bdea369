"""A fresh database gets all of these migrations in one step; one that began with them goes on with them."""

from django.db import migrations

from safeguard.common.first_migration import AllAtOnce

REPLACED = [
    ("referrals", "0001_referrals"),
    ("referrals", "0002_row_security"),
    ("referrals", "0003_triage"),
    ("referrals", "0004_acceptance"),
    ("referrals", "0005_without_account"),
    ("referrals", "0006_public_reports"),
    ("referrals", "0007_kept_out_later"),
]


class Migration(migrations.Migration):
    replaces = REPLACED
    dependencies = [
        ("agencies", "0017_submission_digest"),
        ("cases", "0048_match_queue_rules"),
    ]
    operations = [AllAtOnce(REPLACED)]
