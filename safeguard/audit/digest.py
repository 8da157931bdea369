"""Hashing audit rows inside the database, so that millions of them never travel.

The hash of a range of transactions is SHA-256 over its rows in order (xid, id), one line each, every
column in it. A row's text form quotes what it must, so no two different rows give the same line.
"""

from dataclasses import dataclass

from django.db import connection

# The columns of each format, in order. A new column needs a new format: old seals keep theirs.
FORMATS = {
    1: (
        "id, extract(epoch from at), kind, action, user_id, agency_id, membership_uuid, job, target, target_uuids,"
        " reason, detail, channel, address, request_id, cluster, xid"
    )
}
CURRENT_FORMAT = 1

_DIGEST = """
    SELECT count(*), sha256(convert_to(coalesce(string_agg(ROW({columns})::text, E'\\n' ORDER BY xid, id), ''), 'UTF8'))
    FROM audit_auditrow WHERE cluster = {cluster} AND xid >= {from_xid} AND xid < {to_xid}
"""


@dataclass(frozen=True)
class Digest:
    """How many rows a range holds, and their SHA-256."""

    row_count: int
    content_hash: bytes


@dataclass(frozen=True)
class Range:
    """The transactions ``from_xid`` up to, not including, ``to_xid`` of one database cluster."""

    cluster: int
    from_xid: int
    to_xid: int


def digest(rows: Range) -> Digest:
    """Return the digest of ``rows`` in the current format."""
    sql = _DIGEST.format(columns=FORMATS[CURRENT_FORMAT], cluster="%s", from_xid="%s", to_xid="%s")
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows.cluster, rows.from_xid, rows.to_xid])
        count, content_hash = cursor.fetchone()
    return Digest(count, bytes(content_hash))


def digests_of_batches(first: int, last: int, written_as: int) -> dict[int, Digest]:
    """Return the digest of the rows that each batch ``first`` to ``last`` of format ``written_as`` covers now."""
    lateral = _DIGEST.format(columns=FORMATS[written_as], cluster="b.cluster", from_xid="b.from_xid", to_xid="b.to_xid")
    sql = f"""
        SELECT b.number, d.* FROM audit_auditbatch b CROSS JOIN LATERAL ({lateral}) d
        WHERE b.number BETWEEN %s AND %s AND b.format = %s
    """  # noqa: S608  (constants of this module)
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, last, written_as])
        return {number: Digest(count, bytes(content)) for number, count, content in cursor.fetchall()}
