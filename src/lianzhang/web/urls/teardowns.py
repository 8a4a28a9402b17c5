"""Addresses of the teardown (拆零件)."""

from django.urls import path

from lianzhang.web.views import bills, shares, suppliers, teardowns

app_name = "teardowns"
urlpatterns = [
    path("", teardowns.chains, name="list"),
    path("<slug:code>", teardowns.chain, name="chain"),
    path("<slug:code>/analyse", teardowns.analyse, name="analyse"),
    path("<slug:code>/suppliers", suppliers.settle, name="suppliers"),
    path("<slug:code>/shared", teardowns.shared, name="shared"),
    path("<slug:code>/shares", shares.history, name="shares"),
    path("<slug:code>/compare", shares.compare, name="compare"),
    path("<slug:code>/snapshots/<str:snapshot>", teardowns.chain, name="snapshot"),
    path("<slug:code>/tree", bills.tree, name="tree"),
    path("<slug:code>/explain/<slug:figure>", teardowns.explain_figure, name="explain"),
    path("<slug:code>/part/<str:part_code>", teardowns.part, name="part"),
    path("<slug:code>/part/<str:part_code>/uses", bills.where_used, name="uses"),
]
