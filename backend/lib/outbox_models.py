"""Later work is a row: written with what causes it, claimed by one sweeper, done or tried again."""

from django.db import models


class OutboxRow(models.Model):
    """One thing to do later. `key` makes it unique: writing it twice in two ways of the same event does it once."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"  # given up after the last attempt; a person looks

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True, null=True, blank=True)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="outbox_due")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False), name="outbox_done_has_a_moment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key or self.pk}"
