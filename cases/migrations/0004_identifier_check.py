"""A number can only be "verified" with a right check digit, whichever code path wrote it."""

from django.db import migrations

# The same arithmetic as cases/identifiers.py; a property test holds the two together.
FUNCTION = """
CREATE FUNCTION cases_right_check_digit(kind text, value text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
DECLARE
    letters CONSTANT text := 'ABCDEFGHJKLMNPQRTUVWXYZ';
    total int := 0;
BEGIN
    IF kind = 'nhs' THEN
        IF value !~ '^[0-9]{10}$' THEN RETURN false; END IF;
        FOR i IN 1..9 LOOP total := total + (11 - i) * substr(value, i, 1)::int; END LOOP;
        RETURN (11 - total % 11) % 11 = substr(value, 10, 1)::int;
    ELSIF kind = 'upn' THEN
        IF value !~ ('^[' || letters || '][0-9]{11}[0-9' || letters || ']$') THEN RETURN false; END IF;
        FOR i IN 2..12 LOOP total := total + i * substr(value, i, 1)::int; END LOOP;
        total := total + 13 * CASE WHEN substr(value, 13, 1) ~ '[0-9]' THEN substr(value, 13, 1)::int
                                   ELSE strpos(letters, substr(value, 13, 1)) - 1 END;
        RETURN substr(letters, total % 23 + 1, 1) = substr(value, 1, 1);
    END IF;
    RETURN true;
END $$
"""
CONSTRAINT = """
ALTER TABLE cases_childidentifier ADD CONSTRAINT childidentifier_verified_is_right
CHECK (NOT verified OR cases_right_check_digit(kind, value))
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_row_security")]
    operations = [
        migrations.RunSQL(
            [FUNCTION, CONSTRAINT],
            [
                "ALTER TABLE cases_childidentifier DROP CONSTRAINT childidentifier_verified_is_right",
                "DROP FUNCTION cases_right_check_digit(text, text)",
            ],
        )
    ]
