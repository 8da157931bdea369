"""The audit's own guard inside the database: who wrote when is stamped, and nothing is changed or removed.

Privileges bind the application's roles; these triggers bind the tables' owner as well. The one way to
remove rows is retention: a DELETE while ``safeguard.retention`` names the rule, which records itself.
"""

from django.db import migrations, models

STAMP = """
CREATE FUNCTION audit_stamp() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.action = 'audit.retention' AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'Only a removal under retention records itself as one.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.at := statement_timestamp();
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.cluster := (pg_control_system()).system_identifier;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_stamp BEFORE INSERT ON audit_auditrow FOR EACH ROW EXECUTE FUNCTION audit_stamp();
"""

APPEND_ONLY = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND coalesce(current_setting('safeguard.retention', true), '') <> '' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit is append-only: % on % was refused, nothing was changed.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditrow
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_auditbatch
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
"""

RETENTION = """
CREATE FUNCTION audit_retention() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO audit_auditrow (kind, action, job, target, target_uuids, reason, detail, channel, request_id)
    SELECT 'change', 'audit.retention', 'retention', 'audit.AuditRow', '{}', current_setting('safeguard.retention'),
           jsonb_build_object('cluster', cluster::text, 'rows', count(*), 'first_xid', min(xid), 'last_xid', max(xid)),
           'database', ''
    FROM removed GROUP BY cluster;
    RETURN NULL;
END $$;
CREATE TRIGGER audit_retention AFTER DELETE ON audit_auditrow REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION audit_retention();
"""

UNDO = """
DROP TRIGGER audit_retention ON audit_auditrow;
DROP TRIGGER audit_append_only ON audit_auditbatch;
DROP TRIGGER audit_append_only ON audit_auditrow;
DROP TRIGGER audit_stamp ON audit_auditrow;
DROP FUNCTION audit_retention, audit_append_only, audit_stamp;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AuditBatch",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("cluster", models.BigIntegerField()),
                ("from_xid", models.BigIntegerField()),
                ("to_xid", models.BigIntegerField()),
                ("row_count", models.IntegerField()),
                ("format", models.PositiveSmallIntegerField()),
                ("sealed_at", models.DateTimeField()),
                ("content_hash", models.BinaryField()),
                ("previous_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.BinaryField()),
            ],
            options={"indexes": [models.Index(fields=["cluster", "-to_xid"], name="audit_batch_reach")]},
        ),
        migrations.AddField("auditrow", "cluster", models.BigIntegerField(db_default=0, editable=False)),
        migrations.AddField("auditrow", "xid", models.BigIntegerField(db_default=0, editable=False)),
        migrations.AddIndex("auditrow", models.Index(fields=["cluster", "xid", "id"], name="audit_in_sealing_order")),
        migrations.AddIndex("auditrow", models.Index(fields=["agency_id", "-id"], name="audit_newest_of_agency")),
        migrations.RunSQL(STAMP + APPEND_ONLY + RETENTION, UNDO),
    ]
