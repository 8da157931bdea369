"""Which names go together is counted from the register; version 2 of the weights goes with it."""

import csv
from pathlib import Path

from django.db import migrations

from safeguard.common.row_security import WORKER_ROLE

WEIGHTS = Path(__file__).resolve().parent.parent / "matching" / "data" / "weights_2.csv"
NOBODY = "nullif(current_setting('app.user_id', true), '') IS NULL"
IS_WORKER = f"({NOBODY} AND pg_has_role(session_user, '{WORKER_ROLE}', 'MEMBER'))"
SINGLE = """
    SELECT 'given', given, count(DISTINCT child_id) FROM cases_childmatch WHERE given <> ''
    GROUP BY given HAVING count(DISTINCT child_id) >= at_least
    UNION ALL
    SELECT 'surname', surname, count(DISTINCT child_id) FROM cases_childmatch WHERE surname <> ''
    GROUP BY surname HAVING count(DISTINCT child_id) >= at_least
    UNION ALL SELECT 'all', '', register"""
# Pairs of children who share a surname: of those who bear one given name, and of the register. Brothers and sisters
# share a surname, but not the given name, so that a household counts once.
TOGETHER = """
    UNION ALL
    SELECT 'together', b.given, sum(b.children * (b.children - 1) / 2) FROM (
        SELECT given, count(DISTINCT child_id) AS children FROM cases_childmatch WHERE given <> '' AND surname <> ''
        GROUP BY given, surname) b
    GROUP BY b.given HAVING sum(b.children) >= at_least AND max(b.children) > 1
    UNION ALL
    SELECT 'together', '', coalesce(sum(s.children * (s.children - 1) / 2), 0) FROM (
        SELECT count(DISTINCT child_id) AS children FROM cases_childmatch WHERE surname <> '' GROUP BY surname) s"""
COUNT_NAMES = """
CREATE OR REPLACE FUNCTION cases_match_count_names(at_least int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE register bigint;
BEGIN
    IF NOT {worker} THEN RETURN NULL; END IF;
    SELECT count(DISTINCT child_id) INTO register FROM cases_childmatch;
    DELETE FROM cases_matchname;
    INSERT INTO cases_matchname (kind, name, children) {names};
    RETURN register;
END $$
"""


def second_weights(apps, schema_editor):
    """Write version 2: what a date of birth says among children, and how often a short form is met by chance."""
    model = apps.get_model("cases", "MatchModel").objects.create(
        version=2,
        note="As version 1, but: how often two dates of birth agree by chance is worked out for children (18 years),"
        " not for adults; a known short form is met by chance as often as in made-up British households",
        signed_off_by="Safeguard’s maintainers, until the authority signs off a version of its own",
        signed_off_on="2026-11-30",
        figures="docs/performance-matching.md",
    )
    weight = apps.get_model("cases", "MatchWeight")
    with WEIGHTS.open(encoding="utf-8", newline="") as file:
        weight.objects.bulk_create(weight(model=model, **row) for row in csv.DictReader(file))


class Migration(migrations.Migration):
    dependencies = [("cases", "0054_settled_again")]
    operations = [
        migrations.RunSQL(
            COUNT_NAMES.format(worker=IS_WORKER, names=SINGLE + TOGETHER),
            COUNT_NAMES.format(worker=IS_WORKER, names=SINGLE),
        ),
        migrations.RunPython(second_weights, migrations.RunPython.noop),
    ]
