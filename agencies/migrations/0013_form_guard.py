"""The guard of a form in one statement: the lock on its key, and then what an earlier sending saved."""

from django.db import migrations

# In plpgsql each statement of a volatile function sees what was committed before it began: the second one sees what
# the transaction saved for which the first one waited. As the caller: whoever sends the form reads its own row.
SAVED_BEFORE = """
CREATE FUNCTION agencies_saved_before(the_user bigint, the_key uuid, the_path text) RETURNS text
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(the_user || ' ' || the_key || ' ' || the_path, 0));
    RETURN (SELECT s.location FROM agencies_formsubmission s
            WHERE s.user_id = the_user AND s.key = the_key AND s.path = left(the_path, 300));
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0012_timeline_scopes")]
    operations = [migrations.RunSQL(SAVED_BEFORE, "DROP FUNCTION agencies_saved_before(bigint, uuid, text)")]
