"""工作小组: who works on one chain's parts beside the task force."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body
from lianzhang.chains.models.schemes import Chain, OfChainQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy


class WorkingGroupQuerySet(OfChainQuerySet["WorkingGroup"]):
    """That a group exists is as open as its chain; its meetings and tasks have rules of their own."""


class WorkingGroup(Versioned):
    """工作小组: anchor firms, innovation centre, association and experts around one chain.

    Its members sit in its body by appointment; with that they see its meetings and tasks and nothing else of the chain.
    """

    secrecy = Secrecy(internal="chain body purpose basis founded_on ended_on")

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="working_groups", verbose_name=_("产业链"))
    body = models.OneToOneField(Body, on_delete=models.PROTECT, related_name="working_group", verbose_name=_("机构"))
    purpose = models.TextField(_("职责"), blank=True)
    basis = models.CharField(_("依据文件"), max_length=120, blank=True)
    founded_on = models.DateField(_("成立日期"))
    ended_on = models.DateField(_("撤销日期"), null=True, blank=True)

    objects = WorkingGroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作小组")
        ordering = ("chain", "founded_on", "pk")

    def __str__(self) -> str:
        return self.body.name
