"""What matching knows of the children from whose case the reader is kept out: to leave them out of lists of names."""

from django.db import migrations

from safeguard.common.row_security import USER_ID_SQL, WEB_ROLE, WORKER_ROLE

# As the owner: the reader sees none of these rows. They are compared with a list before it is shown, and go no further.
KEPT_OUT = f"""
CREATE FUNCTION cases_match_kept_out()
RETURNS TABLE (child_id bigint, given text, surname text, born text, sex text, postcode text, street text,
    town text, number text, pupil_number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.child_id, m.given::text, m.surname::text, m.born::text, m.sex::text, m.postcode::text, m.street::text,
        m.town::text, m.number::text, m.pupil_number::text
    FROM cases_childmatch m
    WHERE m.child_id IN (SELECT x.child_id FROM cases_caseexclusion x WHERE x.user_id = {USER_ID_SQL})
$$;
REVOKE ALL ON FUNCTION cases_match_kept_out() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_match_kept_out() TO {WEB_ROLE}, {WORKER_ROLE}
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0050_calls")]
    operations = [migrations.RunSQL(KEPT_OUT, "DROP FUNCTION cases_match_kept_out()")]
