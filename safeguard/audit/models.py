"""The append-only record of who read or changed what, and why, and the sealed batches that guard it."""

from collections.abc import Mapping
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from safeguard.audit.querysets import AuditBatchQuerySet, AuditRowQuerySet
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE


class AuditRow(models.Model):
    """One read, change, refusal or sign-in event. Holds ids and codes, never a person's name.

    A trigger sets ``at``, ``cluster`` and ``xid``, whatever the writer sends, and another refuses every
    UPDATE, DELETE and TRUNCATE, even of the table's owner (see the second migration).
    """

    class Kind(models.TextChoices):
        READ = "read"
        CHANGE = "change"
        REFUSAL = "refusal"
        SIGN_IN = "sign_in"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    action = models.CharField(max_length=80)
    user_id = models.BigIntegerField(null=True)
    agency_id = models.BigIntegerField(null=True)
    membership_uuid = models.UUIDField(null=True)
    job = models.CharField(max_length=80, blank=True)
    target = models.CharField(max_length=80, blank=True)
    target_uuids = ArrayField(models.UUIDField(), default=list)
    reason = models.TextField(blank=True)
    detail = models.JSONField(default=dict)
    channel = models.CharField(max_length=20)
    address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=32, blank=True)
    # The transaction that wrote the row, and the database cluster that counted it: a dump restored
    # elsewhere starts its transaction numbers anew.
    cluster = models.BigIntegerField(db_default=0, editable=False)
    xid = models.BigIntegerField(db_default=0, editable=False)

    objects = AuditRowQuerySet.as_manager()

    # Append-only for everybody but the owner: no UPDATE, DELETE or TRUNCATE.
    database_privileges: ClassVar[Mapping[str, str]] = {
        WEB_ROLE: "SELECT, INSERT",
        WORKER_ROLE: "SELECT, INSERT",
    }

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-at"]),
            models.Index(fields=["cluster", "xid", "id"], name="audit_in_sealing_order"),
            models.Index(fields=["agency_id", "-id"], name="audit_newest_of_agency"),
            models.Index(
                fields=["user_id", "-id"],
                name="audit_sign_ins_of_person",
                condition=models.Q(kind="sign_in", agency_id__isnull=True),
            ),
            GinIndex(fields=["target_uuids"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.pk}"


class AuditBatch(models.Model):
    """The seal on every row that ``cluster`` wrote in the transactions ``from_xid`` up to, not including, ``to_xid``.

    ``content_hash`` is of the rows, ``hash`` of the whole seal with ``previous_hash`` inside, and
    ``signature`` (Ed25519) is of ``hash``.
    """

    number = models.BigIntegerField(primary_key=True)
    cluster = models.BigIntegerField()
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    row_count = models.IntegerField()
    format = models.PositiveSmallIntegerField()
    sealed_at = models.DateTimeField()
    content_hash = models.BinaryField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField()

    objects = AuditBatchQuerySet.as_manager()

    database_privileges: ClassVar[Mapping[str, str]] = {WORKER_ROLE: "SELECT, INSERT"}

    class Meta:
        indexes = [models.Index(fields=["cluster", "-to_xid"], name="audit_batch_reach")]

    def __str__(self) -> str:
        return f"batch {self.number}"
