"""The register that is searched: made-up children in the real table, and the questions that are asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection

from bench import world
from bench._matching_children import Child, children, mohammed_twins, typed_again
from cases.matching import access, batch
from cases.matching.facts import Facts
from safeguard.common.services.postgres import RunningPostgres
from safeguard.common.services.roles import create_roles

SEED = 20_260_901
QUESTIONS = 2_000
TWIN_QUESTIONS = 1_000
MOHAMMEDS = 300


@dataclass
class Register:
    """Who is registered, and who is asked about: by number for known children, by facts for the others."""

    postgres: RunningPostgres
    database: str
    size: int = 0
    known: list[tuple[Child, Facts]] = field(default_factory=list)
    unknown: list[Facts] = field(default_factory=list)
    twins: list[Facts] = field(default_factory=list)
    mohammeds: list[Facts] = field(default_factory=list)


def build(postgres: RunningPostgres, database: str, scale: int) -> Register:
    """Fill the database anew with ``scale`` children and return the register with its questions."""
    random = Random(SEED)
    register = Register(postgres, database)
    registered: list[Child] = []
    for child in children(random, scale):
        # A fifth of the twins never came to anybody's notice: their brother or sister did.
        if child.twin_of is not None and random.random() < 0.2:
            register.twins.append(child.facts)
        else:
            registered.append(child)
    pairs = [mohammed_twins(random, number) for number in range(MOHAMMEDS)]
    register.mohammeds = [other for _one, other in pairs]
    register.size = len(registered) + MOHAMMEDS
    asked = random.sample(registered, min(QUESTIONS, len(registered)))
    register.known = [(child, typed_again(random, child.facts)) for child in asked]
    register.unknown = [child.facts for child in children(Random(SEED + 1), QUESTIONS)][:QUESTIONS]
    register.twins = [typed_again(random, facts) for facts in register.twins[:TWIN_QUESTIONS]]
    _fill(register, [*((child.number, child.facts) for child in registered),
                     *((scale + 10 + place, one) for place, (one, _other) in enumerate(pairs))])  # fmt: skip
    return register


def _fill(register: Register, rows: Sequence[tuple[int, Facts]]) -> None:
    superuser = register.postgres.superuser_url
    with psycopg.connect(superuser(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{register.database}"')
    create_roles(superuser(), register.database)
    with world.as_owner():
        call_command("migrate", verbosity=0)
    with psycopg.connect(superuser(register.database), autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")  # the children themselves are not needed
        copied = [name for name in batch.COPIED if name != "id"]
        with admin.cursor().copy(f"COPY cases_childmatch ({', '.join(copied)}) FROM STDIN") as copy:
            for number, facts in rows:
                made: Any = access.row(facts, child=number + 1)
                copy.write_row([getattr(made, name) for name in copied])
        admin.execute("CREATE INDEX trigrams ON cases_childmatch USING gin ((given || ' ' || surname) gin_trgm_ops)")
        admin.execute("SET session_replication_role = origin")
        admin.execute("SELECT cases_match_count_names(5)")
        admin.execute("VACUUM ANALYZE cases_childmatch")
    connection.close()
