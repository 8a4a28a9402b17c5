"""Enterprises."""

from lianzhang.api import resources, tables
from lianzhang.registry.models import Enterprise

ENTERPRISES = resources.Resource(key="enterprises", table=tables.ENTERPRISES, rows=Enterprise.objects.visible_to)
