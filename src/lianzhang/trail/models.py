"""The trail's chain of events, its checkpoints, and the attachments that serve as evidence.

The trail stores ids only (actor, subject): it sits below people and records, so it can log changes to both.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class TrailEventQuerySet(ScopedQuerySet["Event"]):
    def visible_to(self, person: Any) -> "TrailEventQuerySet":
        """The auditor and the security administrator read the whole trail; others read it through a record they see."""
        return self.all() if person.reach.reads_trail else self.none()

    def editable_by(self, person: Any) -> "TrailEventQuerySet":  # noqa: ARG002
        """Nobody: the trail is append-only."""
        return self.none()

    def about(self, subject: models.Model) -> "TrailEventQuerySet":
        """The history of one record the caller has already been shown, newest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("-seq")


class Event(models.Model):
    """One link of the chain: mac = HMAC-SHA256(key, prev ‖ seq ‖ len(body) ‖ body).

    `body` holds the exact bytes that were authenticated; the columns beside it exist for look-ups and are checked
    against the body by the verifier. Personal data never enters the body.
    """

    secrecy = Secrecy(internal="seq prev mac body at actor_id verb subject_type subject_id")

    seq = models.BigIntegerField(primary_key=True)
    prev = models.CharField(max_length=64, unique=True)
    mac = models.CharField(max_length=64, unique=True)
    body = models.BinaryField()
    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(_("动作"), max_length=64)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)

    objects = TrailEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("留痕")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "seq"], name="trail_subject"),
            models.Index(fields=["actor_id", "seq"], name="trail_actor"),
        ]


class AttachmentQuerySet(ScopedQuerySet["Attachment"]):
    def visible_to(self, person: Any) -> "AttachmentQuerySet":
        """The uploader's own; everyone else reaches a file through the record it proves."""
        return self.filter(uploaded_by_id=person.pk)

    editable_by = visible_to


class Attachment(models.Model):
    """A file kept by its content (sha256), served only through permission on a record that names it."""

    secrecy = Secrecy(internal="sha256 name size media_type kind taken_on place uploaded_by_id uploaded_at")

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(_("文件名"), max_length=200)
    size = models.PositiveBigIntegerField(_("大小"))
    media_type = models.CharField(max_length=120)
    kind = models.CharField(_("种类"), max_length=40, blank=True)
    taken_on = models.DateField(_("日期"), null=True, blank=True)
    place = models.CharField(_("地点"), max_length=120, blank=True)
    uploaded_by_id = models.BigIntegerField()
    uploaded_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("佐证材料")


class ProofQuerySet(ScopedQuerySet["Proof"]):
    def visible_to(self, person: Any) -> "ProofQuerySet":
        """Reached through its subject; on its own only the uploader's."""
        return self.filter(attachment__uploaded_by_id=person.pk)

    editable_by = visible_to

    def about(self, subject: models.Model) -> "ProofQuerySet":
        """Evidence attached to one record the caller has already been shown."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).select_related(
            "attachment"
        )


class Proof(models.Model):
    """This attachment proves something about that record (佐证)."""

    secrecy = Secrecy(internal="attachment subject_type subject_id purpose attached_at")

    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="proofs")
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    purpose = models.CharField(_("证明事项"), max_length=64)
    attached_at = models.DateTimeField()

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("佐证")
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="proof_subject")]
