"""Matching tells nobody of a record that a concern which is kept from them has made."""

from importlib import import_module

from django.db import migrations

_before = import_module("cases.migrations.0016_matching_lookup").KNOWN_TO
# Whom a concern implicates, and the workplace that it is about, may see their own record of the child, and learn of
# no other: "there may be one that you may not see" would tell them that somebody has written about the child.
ASKED = "WHERE k.id = ANY (the_children)"
TOLD = f"""{ASKED} AND (cases_record_is_seen(k.id) OR NOT EXISTS (SELECT FROM cases_concern n
        WHERE n.child_id = k.id AND n.id = ANY (cases_concerns_kept_from_reader())))"""
KNOWN_TO = _before.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("cases", "0058_same_child_locks")]
    operations = [migrations.RunSQL(KNOWN_TO.replace(ASKED, TOLD), KNOWN_TO)]
