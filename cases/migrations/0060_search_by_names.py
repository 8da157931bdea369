"""The index that the search box asks; and somebody who joins from a day to come is looked at when that is entered.

The index of migration 0027 was on an expression that the function does not use: among 100,000 children every row was
read. Nothing happens on the day by which somebody who was entered ahead would be looked at.
"""

from importlib import import_module

from django.db import migrations

rules = import_module("cases.migrations.0053_conflict_rules")
NAMES = """
CREATE INDEX childmatch_names ON cases_childmatch
USING gin ((((given)::text || ' '::text) || (surname)::text) gin_trgm_ops)
"""
AGAIN = rules.ALIKE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
AHEAD = AGAIN.replace(rules.LIVE.format("m"), "(m.until IS NULL OR m.until > statement_timestamp())")
JOINING_IS_DUE = """
INSERT INTO cases_conflictdue (user_id) SELECT DISTINCT m.user_id FROM agencies_membership m
WHERE m.since > now() AND (m.until IS NULL OR m.until > m.since) ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0059_matching_keeps_secrets")]
    operations = [
        migrations.RemoveIndex(model_name="childmatch", name="childmatch_full_name"),
        migrations.RunSQL(NAMES, "DROP INDEX childmatch_names"),
        migrations.RunSQL(AHEAD, AGAIN),
        migrations.RunSQL(JOINING_IS_DUE, migrations.RunSQL.noop),
    ]
