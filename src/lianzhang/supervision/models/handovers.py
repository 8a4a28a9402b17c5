"""移交: what goes from one holder of a post to the next."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import Role
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class HandoverQuerySet(ScopedQuerySet["Handover"]):
    def visible_to(self, person: Person) -> Self:
        """The two people of the hand-over, and the secretariat."""
        if person.reach.role is Role.SECRETARIAT:
            return self.all()
        return self.filter(Q(outgoing__person=person) | Q(incoming__person=person))

    editable_by = visible_to


class Handover(Versioned):
    """移交清单: what was open when a post changed hands, as it stood, and that the successor took it over."""

    secrecy = Secrecy(internal="outgoing incoming drawn_up_on items accepted_at accepted_by")

    outgoing = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="handovers_out")
    incoming = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="handovers_in"
    )
    drawn_up_on = models.DateField(_("日期"))
    items = models.JSONField(_("移交事项"), default=list)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("移交清单")

    def __str__(self) -> str:
        return f"{self.outgoing_id} → {self.incoming_id}"
