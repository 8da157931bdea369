"""Abstract bases that every table shares."""

import uuid

from django.db import models


class PublicIdModel(models.Model):
    """Keys are bigint inside and UUID outside: only ``uuid`` appears in addresses and the API."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)

    class Meta:
        abstract = True


class TimestampedModel(models.Model):
    """When the row was made and last changed, in UTC."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
