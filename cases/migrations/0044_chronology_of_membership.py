"""A chronology as a document belongs to the membership under which it was asked for, not to the person alone."""

from django.db import migrations

from safeguard.common.row_security import MEMBERSHIP_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, Policy

TABLE, ROLES = "cases_chronology", (WEB_ROLE, WORKER_ROLE)
BEFORE = f"""cases_chronology.user_id = {USER_ID_SQL}
    AND EXISTS (SELECT FROM cases_case c WHERE c.id = cases_chronology.case_id OFFSET 0)"""
OWN = f"{BEFORE} AND cases_chronology.membership_uuid = {MEMBERSHIP_SQL}"


class Migration(migrations.Migration):
    dependencies = [("cases", "0043_concern_made")]
    operations = [
        migrations.RunSQL(
            f'DROP POLICY "own" ON "{TABLE}"',
            f'CREATE POLICY "own" ON "{TABLE}" FOR ALL TO {", ".join(ROLES)} USING ({BEFORE}) WITH CHECK ({BEFORE})',
        ),
        Policy(TABLE, "own", roles=ROLES, using=OWN, check=OWN),
    ]
