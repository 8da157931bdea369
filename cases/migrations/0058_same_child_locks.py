"""Who says that two records are of one child, by the database's own lock; what a concern does not open.

* A link or merge that keeps somebody out of an open case is for who leads that case: else who works on one record
  could keep a case's own people out by way of another.
* Pairs are written by who decides about records, in their own name; whoever reads both only reads of it.
* The rows that matching compares hold numbers and addresses: they are read by who may read the whole record.
"""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, USER_ID_SQL, WEB_ROLE, WORKER_ROLE, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
SEEN = "cases_record_is_seen(kept_id) AND cases_record_is_seen(other_id)"
DECIDES = """(SELECT coalesce(nullif(current_setting('app.capabilities', true), '')::text[]
    && ARRAY['lead_safeguarding', 'triage', 'manage_work'], false))"""
SAID = f"{SEEN} AND {DECIDES} AND made_by_id = {USER_ID_SQL} AND made_for_id = {AGENCY_ID_SQL}"
ENDED = f"{SEEN} AND {DECIDES} AND ended_by_id = {USER_ID_SQL}"
FOLLOWS = """
CREATE OR REPLACE FUNCTION cases_same_child_follows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    closed_to bigint[];
BEGIN
    PERFORM cases_same_child_exclusions(NEW.kept_id);
    PERFORM cases_same_child_exclusions(NEW.other_id);
    IF TG_OP <> 'INSERT' THEN RETURN NULL; END IF;
    closed_to := ARRAY(
        SELECT c.id FROM cases_case c WHERE c.status = 'open' AND c.child_id IN (SELECT cases_records_of(NEW.kept_id, false))
        AND EXISTS (SELECT FROM cases_caseexclusion x
            WHERE x.case_id = c.id AND x.child_id = c.child_id AND x.from_same_child));
    IF EXISTS (SELECT FROM unnest(closed_to) c(id) WHERE NOT EXISTS (SELECT cases_leaders(c.id, NULL))) THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_somebody_leads',
            MESSAGE = 'samechild_somebody_leads: nobody would be left who can lead the open case.';
    END IF;
    IF {user} IS NOT NULL AND EXISTS (SELECT FROM unnest(closed_to) c(id) WHERE NOT cases_case_is_led(c.id)) THEN
        RAISE check_violation USING CONSTRAINT = 'samechild_exclusions_by_lead',
            MESSAGE = 'samechild_exclusions_by_lead: somebody would be kept out of a case that another leads.';
    END IF;
    RETURN NULL;
END $$
""".replace("{user}", USER_ID_SQL)
OF_RECORD = "cases_record_is_seen(child_id)"
OF_CHILD = "EXISTS (SELECT FROM cases_child k WHERE k.id = cases_childmatch.child_id OFFSET 0)"


def compared(rule: str) -> str:
    """Return the statement with which the rows of matching are seen by ``rule``."""
    return f'ALTER POLICY "seen" ON cases_childmatch USING ({rule}) WITH CHECK ({rule})'


class Migration(migrations.Migration):
    dependencies = [("cases", "0057_leavers")]
    operations = [
        migrations.RunSQL(
            'DROP POLICY "seen" ON cases_samechild',
            f'CREATE POLICY "seen" ON cases_samechild TO {", ".join(ROLES)} USING ({SEEN}) WITH CHECK ({SEEN})',
        ),
        Policy("cases_samechild", "seen", roles=ROLES, command="SELECT", using=SEEN),
        Policy("cases_samechild", "said", roles=ROLES, command="INSERT", check=SAID),
        Policy("cases_samechild", "ended", roles=ROLES, command="UPDATE", using=f"{SEEN} AND {DECIDES}", check=ENDED),
        migrations.RunSQL(compared(OF_RECORD), compared(OF_CHILD)),
        # As in 0054 but for the last rule; nothing is lost where this is taken back.
        migrations.RunSQL(FOLLOWS, migrations.RunSQL.noop),
    ]
