"""What the funnel said when it was last worked out: kept, because reckoning it takes seconds and a page may not."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body
from lianzhang.chains.models import Chain
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.records.secrecy import Secrecy


class FunnelReadingQuerySet(ByProjectQuerySet["FunnelReading"]):
    """A reading is of a chain, of a district, of both, or of all: who reads all its projects reads it."""


class FunnelReading(models.Model):
    """漏斗读数: the funnel of a scope on a day. No chain: every chain; no district: every district."""

    secrecy = Secrecy(internal="chain district as_of made_at data is_illustrative")

    chain = models.ForeignKey(
        Chain, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("产业链")
    )
    district = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("区市")
    )
    as_of = models.DateField(_("数据截至"))
    made_at = models.DateTimeField(_("计算时间"))
    data = models.JSONField(default=dict)  # as `projects.funnel.reading` makes it
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = FunnelReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("漏斗读数")
        ordering = ("chain", "district")
        # Null is a scope of its own, and no database counts two nulls as the same.
        constraints = [
            models.UniqueConstraint(fields=["chain", "district"], name="funnel_once"),
            models.UniqueConstraint(
                fields=["chain"],
                condition=Q(district__isnull=True, chain__isnull=False),
                name="funnel_of_a_chain_once",
            ),
            models.UniqueConstraint(
                fields=["district"],
                condition=Q(chain__isnull=True, district__isnull=False),
                name="funnel_of_a_district_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id or '*'} {self.district_id or '*'} {self.as_of}"
