"""A fresh database gets all of these migrations in one step; one that began with them goes on with them."""

from django.db import migrations

from safeguard.common.first_migration import AllAtOnce

REPLACED = [
    ("cases", "0001_initial"),
    ("cases", "0002_mirrored_keys"),
    ("cases", "0003_row_security"),
    ("cases", "0004_identifier_check"),
    ("cases", "0005_system_entries"),
    ("cases", "0006_beyond_sight"),
    ("cases", "0007_history"),
    ("cases", "0008_emergency_rows"),
    ("cases", "0009_led_alone"),
    ("cases", "0010_covering_grants"),
    ("cases", "0011_entry_facts"),
    ("cases", "0012_known_services"),
    ("cases", "0013_timeline_page"),
    ("cases", "0014_live"),
    ("cases", "0015_matching"),
    ("cases", "0016_matching_lookup"),
    ("cases", "0017_concerns"),
    ("cases", "0018_concern_row_security"),
    ("cases", "0019_beside_entries"),
    ("cases", "0020_match_decisions"),
    ("cases", "0021_concern_drafts"),
    ("cases", "0022_concern_steps"),
    ("cases", "0023_record_row_security"),
    ("cases", "0024_attachments"),
    ("cases", "0025_chronology"),
    ("cases", "0026_records"),
    ("cases", "0027_search"),
    ("cases", "0028_concern_findings"),
    ("cases", "0029_hidden_moves"),
    ("cases", "0030_meetings"),
    ("cases", "0031_deadlines"),
    ("cases", "0032_deadline_rules"),
    ("cases", "0033_reminders"),
    ("cases", "0034_discussions"),
    ("cases", "0035_injury_marks"),
    ("cases", "0036_file_keys"),
    ("cases", "0037_chronology_filters"),
    ("cases", "0038_concern_files"),
    ("cases", "0039_same_child"),
    ("cases", "0040_same_child_rules"),
    ("cases", "0041_duty_of_restricted"),
    ("cases", "0042_weights_figures"),
    ("cases", "0043_concern_made"),
    ("cases", "0044_chronology_of_membership"),
    ("cases", "0045_meeting_sorts"),
    ("cases", "0046_keys_without_history"),
    ("cases", "0047_match_queue"),
    ("cases", "0048_match_queue_rules"),
]


class Migration(migrations.Migration):
    replaces = REPLACED
    dependencies = [
        ("agencies", "0017_submission_digest"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("notifications", "0006_told_as_and_texts"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]
    operations = [AllAtOnce(REPLACED)]
