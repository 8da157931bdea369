"""The second lock on referrals, and the table of what may follow what."""

from django.db import migrations

from safeguard.common.row_security import (
    AGENCY_ID_SQL,
    TEAM_IDS_SQL,
    USER_ID_SQL,
    WEB_ROLE,
    WORKER_ROLE,
    EnableRowSecurity,
    Policy,
)

ROLES = (WEB_ROLE, WORKER_ROLE)
CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
WORKS = f"(SELECT 'work_cases' = ANY {CAPABILITIES})"
REFERS = f"(SELECT 'refer' = ANY {CAPABILITIES})"
RECEIVES = f"(SELECT {CAPABILITIES} && ARRAY['triage', 'manage_work'])"

# As the owner: whoever is kept from a referral must not read that they are. It gives the reader's own only.
KEPT_FROM_READER = f"""
CREATE FUNCTION referrals_kept_from_reader() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT ARRAY(SELECT k.referral_id FROM referrals_referral_kept_from k WHERE k.user_id = {USER_ID_SQL})
$$
"""
NOT_KEPT = "id <> ALL ((SELECT referrals_kept_from_reader())::bigint[])"
OWN = f"(submitted_by_id = {USER_ID_SQL} AND from_agency_id = {AGENCY_ID_SQL} AND {WORKS})"
OF_TEAM = f"from_team_id = ANY {TEAM_IDS_SQL}"
RECEIVED = f"(to_agency_id = {AGENCY_ID_SQL} AND {RECEIVES})"
SEEN = f"({OWN} OR {OF_TEAM} OR {RECEIVED}) AND {NOT_KEPT}"
MADE = f"""{OWN} AND {REFERS} AND state = 'submitted' AND last_action = 'submit' AND version = 1
    AND EXISTS (SELECT FROM agencies_team t WHERE t.id = from_team_id AND t.agency_id = {AGENCY_ID_SQL} OFFSET 0)"""
OF_SEEN = "EXISTS (SELECT FROM referrals_referral r WHERE r.id = {0}.referral_id OFFSET 0)"
OF_OWN = f"""EXISTS (SELECT FROM referrals_referral r
    WHERE r.id = {{0}}.referral_id AND r.submitted_by_id = {USER_ID_SQL} OFFSET 0)"""
STEP_MADE = (
    f"made_by_id = {USER_ID_SQL} AND made_for_id = {AGENCY_ID_SQL} AND {OF_SEEN.format('referrals_referralstep')}"
)
OWN_DRAFT = f"user_id = {USER_ID_SQL} AND agency_id = {AGENCY_ID_SQL} AND {REFERS}"

# What may follow what, and whose it is: see referrals/lifecycle.py, which a test holds to this.
TRANSITIONS = """
    ('submitted', 'acknowledge', 'acknowledged', '{triage}'),
    ('acknowledged', 'take', 'in_triage', '{triage}'),
    ('submitted', 'take', 'in_triage', '{triage}'),
    ('in_triage', 'ask', 'asked', '{triage}'),
    ('asked', 'answer', 'in_triage', '{referrer,triage}'),
    ('in_triage', 'propose', 'proposed', '{triage}'),
    ('proposed', 'send_back', 'in_triage', '{manager}'),
    ('in_triage', 'decide', 'decided', '{triage}'),
    ('proposed', 'sign_off', 'decided', '{manager}'),
    ('decided', 'feed_back', 'fed_back', '{manager,triage}'),
    ('fed_back', 'close', 'closed', '{triage}'),
    ('acknowledged', 'withdraw', 'withdrawn', '{referrer}'),
    ('asked', 'withdraw', 'withdrawn', '{referrer}'),
    ('in_triage', 'withdraw', 'withdrawn', '{referrer}'),
    ('proposed', 'withdraw', 'withdrawn', '{referrer}'),
    ('submitted', 'withdraw', 'withdrawn', '{referrer}'),
    ('closed', 'reopen', 'submitted', '{referrer,triage}'),
    ('fed_back', 'reopen', 'submitted', '{referrer,triage}'),
    ('withdrawn', 'reopen', 'submitted', '{referrer,triage}')"""
# The side is asked of the programs' roles alone. The row's own policy has settled that the reader sees it.
CHECKED = f"""
CREATE FUNCTION referrals_check_transition() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    whose text[];
    capabilities text[] := coalesce({CAPABILITIES}, '{{}}');
    receives boolean := coalesce(OLD.to_agency_id = {AGENCY_ID_SQL}, false);
    sends boolean := coalesce(OLD.from_agency_id = {AGENCY_ID_SQL}, false);
BEGIN
    IF (NEW.state, NEW.last_action, NEW.version) IS NOT DISTINCT FROM (OLD.state, OLD.last_action, OLD.version) THEN
        RETURN NEW;
    END IF;
    SELECT sides::text[] INTO whose FROM (VALUES {TRANSITIONS}) AS t (before, action, after, sides)
    WHERE before = OLD.state AND action = NEW.last_action AND after = NEW.state AND NEW.version = OLD.version + 1;
    IF whose IS NULL THEN
        RAISE EXCEPTION 'referral: % cannot follow %', NEW.last_action, OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_transition';
    END IF;
    IF current_user IN ('{WEB_ROLE}', '{WORKER_ROLE}') AND NOT (
        ('triage' = ANY (whose) AND receives AND 'triage' = ANY (capabilities))
        OR ('manager' = ANY (whose) AND receives AND 'manage_work' = ANY (capabilities))
        OR ('referrer' = ANY (whose) AND sends AND 'refer' = ANY (capabilities)))
    THEN
        RAISE EXCEPTION 'referral: % is not for this side', NEW.last_action
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_transition_side';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER referral_transition BEFORE UPDATE ON referrals_referral
    FOR EACH ROW EXECUTE FUNCTION referrals_check_transition()
"""
CHECKED_DROP = "DROP TRIGGER referral_transition ON referrals_referral; DROP FUNCTION referrals_check_transition()"


def lock_append_only(table: str, made: str) -> list[migrations.RunSQL]:
    """Return the operations for what belongs to a referral: seen with it, added where ``made`` holds."""
    return [
        EnableRowSecurity(table),
        Policy(table, "seen", roles=ROLES, command="SELECT", using=OF_SEEN.format(table)),
        Policy(table, "made", roles=ROLES, command="INSERT", check=made),
    ]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_referrals")]
    operations = [
        migrations.RunSQL(KEPT_FROM_READER, "DROP FUNCTION referrals_kept_from_reader()"),
        EnableRowSecurity("referrals_referral"),
        Policy("referrals_referral", "seen", roles=ROLES, command="SELECT", using=SEEN),
        Policy("referrals_referral", "made", roles=ROLES, command="INSERT", check=MADE),
        Policy("referrals_referral", "changed", roles=ROLES, command="UPDATE", using=SEEN, check=SEEN),
        *lock_append_only("referrals_referral_kept_from", OF_OWN.format("referrals_referral_kept_from")),
        *lock_append_only("referrals_referralrelative", OF_OWN.format("referrals_referralrelative")),
        *lock_append_only("referrals_referralstep", STEP_MADE),
        EnableRowSecurity("referrals_referraldraft"),
        Policy("referrals_referraldraft", "own", roles=ROLES, using=OWN_DRAFT, check=OWN_DRAFT),
        migrations.RunSQL(CHECKED, CHECKED_DROP),
    ]
