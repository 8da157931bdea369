"""A concern is made only about a child whom its writer sees, and joins only a case of its own child from the start."""

from django.db import migrations

# By a trigger that asks as the writer, under the policies: the policy of children asks concerns, so a policy of
# concerns cannot ask children.
SEEN = """
CREATE FUNCTION cases_concern_is_about_a_seen_child() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.child_id IS NOT NULL AND NOT EXISTS (SELECT FROM cases_child k WHERE k.id = NEW.child_id)
    THEN RAISE EXCEPTION 'no such child' USING ERRCODE = 'foreign_key_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER concern_is_about_a_seen_child BEFORE INSERT ON cases_concern
    FOR EACH ROW EXECUTE FUNCTION cases_concern_is_about_a_seen_child()
"""
SEEN_BEFORE = """
DROP TRIGGER concern_is_about_a_seen_child ON cases_concern;
DROP FUNCTION cases_concern_is_about_a_seen_child()
"""
JOINS = """
CREATE OR REPLACE FUNCTION cases_concern_joins_its_child() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.entry_id IS NULL THEN RETURN NEW; END IF;
    IF (TG_OP = 'UPDATE' AND OLD.entry_id IS NOT NULL) OR NOT EXISTS (
        SELECT FROM cases_timelineentry e JOIN cases_case c ON c.id = e.case_id
        WHERE e.id = NEW.entry_id AND c.id = NEW.case_id AND c.child_id = NEW.child_id)
    THEN RAISE EXCEPTION 'a concern joins one case, once, and only a case of its own child'
        USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER concern_made_with_its_child BEFORE INSERT ON cases_concern
    FOR EACH ROW EXECUTE FUNCTION cases_concern_joins_its_child()
"""
JOINS_BEFORE = "DROP TRIGGER concern_made_with_its_child ON cases_concern"


class Migration(migrations.Migration):
    dependencies = [("cases", "0042_weights_figures")]
    operations = [migrations.RunSQL(SEEN, SEEN_BEFORE), migrations.RunSQL(JOINS, JOINS_BEFORE)]
