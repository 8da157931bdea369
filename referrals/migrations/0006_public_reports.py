"""What somebody without an account may do: send a report, and ask with its secret whether it was read.

The three functions run as the owner. The web's role can insert nothing without an acting membership and reads none of
the rows: each function takes what it needs and gives back no more than the reporter may know.
"""

from django.db import migrations

from safeguard.common.row_security import AGENCY_ID_SQL, WEB_ROLE, WORKER_ROLE, EnableRowSecurity, Policy

ROLES = (WEB_ROLE, WORKER_ROLE)
CAPABILITIES = "((SELECT nullif(current_setting('app.capabilities', true), '')::text[])::text[])"
RECEIVES = f"(SELECT {CAPABILITIES} && ARRAY['triage', 'manage_work'])"
OF_RECEIVED = f"""{RECEIVES} AND EXISTS (SELECT FROM referrals_referral r
    WHERE r.id = referrals_publicreporter.referral_id AND r.to_agency_id = {AGENCY_ID_SQL} OFFSET 0)"""

# What a report may say. Everything else of a referral is the function's own.
MAY_SAY = """'source', 'urgency', 'telephoned', 'given', 'surname', 'born_on', 'age_about', 'address', 'postcode',
        'school', 'facts', 'parents_told', 'consent', 'consent_by', 'ground', 'ground_reason',
        'acknowledge_by', 'decide_by'"""
RECEIVE = f"""
CREATE FUNCTION referrals_receive_public(said jsonb, reporter jsonb, the_agency uuid, the_reference text)
RETURNS TABLE (referral_uuid uuid, reporter_uuid uuid, reference text, is_new boolean)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    r referrals_referral;
    p referrals_publicreporter;
    texts jsonb;
BEGIN
    IF said->>'source' NOT IN ('professional', 'public', 'young') THEN
        RAISE EXCEPTION 'referral: not a source of reports' USING ERRCODE = 'check_violation';
    END IF;
    -- A second click waits for the first, and gets what that got.
    PERFORM pg_advisory_xact_lock(hashtextextended('public report ' || (reporter->>'form_hash'), 0));
    RETURN QUERY SELECT f.uuid, q.uuid, f.reference::text, false
        FROM referrals_publicreporter q JOIN referrals_referral f ON f.id = q.referral_id
        WHERE q.form_hash = reporter->>'form_hash';
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT jsonb_object_agg(a.attname, '') INTO texts FROM pg_attribute a
    WHERE a.attrelid = 'referrals_referral'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull
        AND a.atttypid IN ('text'::regtype, 'varchar'::regtype);
    r := jsonb_populate_record(NULL::referrals_referral, texts
        || '{{"sex": "U", "ethnicity": "NOBT", "needs_interpreter": "not_known", "young_carer": "not_known",
             "parents_told": "not_known", "consent": "not_asked", "purpose": "not_known",
             "agencies_aware": "not_known", "categories": []}}'
        || (SELECT jsonb_object_agg(key, value) FROM jsonb_each(said) WHERE key IN ({MAY_SAY})));
    SELECT a.id INTO STRICT r.to_agency_id FROM agencies_agency a JOIN agencies_sector s ON s.id = a.sector_id
    WHERE a.uuid = the_agency AND a.status = 'active' AND s.code = 'social_care';
    r.id := nextval(pg_get_serial_sequence('referrals_referral', 'id'));
    r.uuid := gen_random_uuid();
    r.bundle := gen_random_uuid();
    r.reference := the_reference;
    r.received_at := now();
    r.state := 'submitted';
    r.last_action := 'submit';
    r.version := 1;
    r.priority := r.urgency;
    INSERT INTO referrals_referral VALUES (r.*);
    INSERT INTO referrals_referralstep (uuid, referral_id, action, state, text, outcome, made_at)
    VALUES (gen_random_uuid(), r.id, 'submit', 'submitted', '', '', r.received_at);
    p := jsonb_populate_record(NULL::referrals_publicreporter, reporter);
    INSERT INTO referrals_publicreporter (uuid, referral_id, name, role, organisation, phone, email, knows_child,
        safe_contact, form_hash, secret_hash)
    VALUES (gen_random_uuid(), r.id, p.name, p.role, p.organisation, p.phone, p.email, p.knows_child,
        p.safe_contact, p.form_hash, p.secret_hash)
    RETURNING * INTO p;
    RETURN QUERY SELECT r.uuid, p.uuid, r.reference::text, true;
END $$;
REVOKE ALL ON FUNCTION referrals_receive_public(jsonb, jsonb, uuid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_receive_public(jsonb, jsonb, uuid, text) TO {WEB_ROLE}
"""
# The outcome and its reasons are for a professional whose work address was confirmed, and only as they were told.
STATUS = f"""
CREATE FUNCTION referrals_public_status(the_reference text, the_hash text)
RETURNS TABLE (received_at timestamptz, acknowledge_by timestamptz, acknowledged_at timestamptz, agency text,
    outcome text, reasons text, told_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.received_at, r.acknowledge_by, r.acknowledged_at, a.name::text,
        coalesce(told.outcome, ''), coalesce(told.text, ''), told.made_at
    FROM referrals_referral r
    JOIN referrals_publicreporter p ON p.referral_id = r.id
    JOIN agencies_agency a ON a.id = r.to_agency_id
    LEFT JOIN LATERAL (
        SELECT s.* FROM referrals_referralstep s
        WHERE s.referral_id = r.id AND s.action IN ('feed_back', 'reopen')
        ORDER BY s.made_at DESC, s.id DESC LIMIT 1
    ) told ON told.action = 'feed_back' AND r.source = 'professional' AND p.email_confirmed_at IS NOT NULL
    WHERE r.reference = the_reference AND p.secret_hash = the_hash
$$;
REVOKE ALL ON FUNCTION referrals_public_status(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_public_status(text, text) TO {WEB_ROLE}
"""
CONFIRM = f"""
CREATE FUNCTION referrals_confirm_reporter(the_reporter uuid) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE referrals_publicreporter SET email_confirmed_at = now()
    WHERE uuid = the_reporter AND email <> '' AND email_confirmed_at IS NULL;
    SELECT EXISTS (SELECT FROM referrals_publicreporter WHERE uuid = the_reporter AND email <> '')
$$;
REVOKE ALL ON FUNCTION referrals_confirm_reporter(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION referrals_confirm_reporter(uuid) TO {WEB_ROLE}
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_without_account")]

    operations = [
        EnableRowSecurity("referrals_publicreporter"),
        Policy("referrals_publicreporter", "seen", roles=ROLES, command="SELECT", using=OF_RECEIVED),
        migrations.RunSQL(RECEIVE, "DROP FUNCTION referrals_receive_public(jsonb, jsonb, uuid, text)"),
        migrations.RunSQL(STATUS, "DROP FUNCTION referrals_public_status(text, text)"),
        migrations.RunSQL(CONFIRM, "DROP FUNCTION referrals_confirm_reporter(uuid)"),
    ]
