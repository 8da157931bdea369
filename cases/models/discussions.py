"""Discussions between the agencies of a case: a question with its own readers, who should answer, what was said."""

from collections.abc import Mapping
from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.models import Agency, Team, User
from cases.event_kinds import Kind
from cases.models.case import Case, Involvement
from cases.models.records import TITLE_LIMIT, Record
from cases.models.timeline import TimelineEntry
from cases.querysets import ProtectedQuerySet, ThreadAskedQuerySet, ThreadMessageQuerySet
from safeguard.common.models import PublicIdModel
from safeguard.common.row_security import WEB_ROLE, WORKER_ROLE

ADDED_TO: Mapping[str, str] = {WEB_ROLE: "SELECT, INSERT", WORKER_ROLE: "SELECT, INSERT"}


@pghistory.track()
class Thread(PublicIdModel, Record):
    """A discussion. Its entry holds the question and says who reads along."""

    protected = True
    kinds: ClassVar = (Kind.DISCUSSION_STARTED,)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="threads")
    about = models.ForeignKey(TimelineEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    subject = models.CharField(gettext_lazy("What is it about, in one line?"), max_length=150)
    answer_by = models.DateField(gettext_lazy("Answer wanted by"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("discussion")
        indexes = [models.Index(fields=["case", "-id"], name="thread_of_case")]

    def headline(self) -> str:
        """Return what it is about."""
        return Truncator(_("Discussion: %(subject)s") % {"subject": self.subject}).chars(TITLE_LIMIT)


@pghistory.track()
class ThreadAsked(models.Model):
    """A team whose answer is wanted. Where its part in the case is confidential, so is that it was asked."""

    protected = True
    database_privileges: ClassVar = ADDED_TO

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="asked")
    involvement = models.ForeignKey(Involvement, on_delete=models.PROTECT, related_name="+")

    objects = ThreadAskedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["thread", "involvement"], name="threadasked_once")]

    def __str__(self) -> str:
        return f"asked {self.pk}"


@pghistory.track()
class ThreadMessage(PublicIdModel):
    """What somebody said in a discussion. Never changed: what was wrong is put right by another message."""

    protected = True
    database_privileges: ClassVar = ADDED_TO

    thread = models.ForeignKey(Thread, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    author_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(db_default=Now(), editable=False)
    text = models.TextField()

    objects = ThreadMessageQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="threadmessage_says_something")]

    def __str__(self) -> str:
        return f"message {self.uuid}"


@pghistory.track()
class ThreadLook(models.Model):
    """Up to when a reader has read a discussion, by their own word; nobody else sees it."""

    protected = True

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    looked_at = models.DateTimeField()

    objects = ProtectedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "thread"], name="threadlook_once")]

    def __str__(self) -> str:
        return f"look {self.pk}"
