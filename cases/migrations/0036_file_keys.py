"""The keys of files, for the worker that encrypts them anew after a rotation of the keyset."""

from django.db import migrations

IS_WORKER = """nullif(current_setting('app.user_id', true), '') IS NULL
    AND pg_has_role(session_user, 'app_worker', 'MEMBER')"""
# Keys, not content: each is encrypted for its own row, and stays so.
FILE_KEYS = f"""
CREATE FUNCTION cases_file_keys(after_table text, after_id bigint, most int)
RETURNS TABLE (of_table text, id bigint, uuid uuid, sealed_key varchar)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT ({IS_WORKER}) THEN RAISE insufficient_privilege USING MESSAGE = 'The keys of files are the worker''s'; END IF;
    RETURN QUERY SELECT * FROM (
        SELECT 'cases_attachment' AS t, a.id AS i, a.uuid AS u, a.sealed_key AS k FROM cases_attachment a
        UNION ALL SELECT 'cases_chronology', c.id, c.uuid, c.sealed_key FROM cases_chronology c WHERE c.sealed_key <> ''
    ) keys WHERE (t, i) > (after_table, after_id) ORDER BY t, i LIMIT most;
END $$;
CREATE FUNCTION cases_change_file_key(the_table text, the_id bigint, old_key text, new_key text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT ({IS_WORKER}) THEN RAISE insufficient_privilege USING MESSAGE = 'The keys of files are the worker''s'; END IF;
    IF the_table = 'cases_attachment' THEN
        UPDATE cases_attachment SET sealed_key = new_key WHERE id = the_id AND sealed_key = old_key;
    ELSE
        UPDATE cases_chronology SET sealed_key = new_key WHERE id = the_id AND sealed_key = old_key;
    END IF;
    RETURN FOUND;
END $$
"""
DROP = "DROP FUNCTION cases_file_keys(text, bigint, int); DROP FUNCTION cases_change_file_key(text, bigint, text, text)"


class Migration(migrations.Migration):
    dependencies = [("cases", "0035_injury_marks")]
    operations = [migrations.RunSQL(FILE_KEYS, DROP)]
