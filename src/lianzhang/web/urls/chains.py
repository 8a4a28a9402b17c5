"""Addresses of the city table, schemes, chains and their yearly plans."""

from django.urls import path

from lianzhang.web.views import chain_edits, chains, city, groups, plans

app_name = "chains"
urlpatterns = [
    path("", chains.schemes, name="list"),
    path("new", chain_edits.new_scheme, name="new_scheme"),
    path("city/", city.city, name="city"),
    path("city/sections/", city.sections, name="sections"),
    path("city/<slug:scheme>/", city.city, name="city_of"),
    path("city/<slug:scheme>/<int:year>/", city.city, name="city_of"),
    path("plan/", plans.actions, name="plan_actions"),
    path("plan/many/entrust", plans.entrust, name="entrust_actions"),
    path("plan/<str:code>/", plans.action, name="action"),
    path("plan/<str:code>/report", plans.report, name="report_action"),
    path("plan/<str:code>/evidence", plans.evidence, name="prove_action"),
    path("plan/<str:code>/complete", plans.complete, name="complete_action"),
    path("plan/<str:code>/light", plans.light, name="light_action"),
    path("plan/<str:code>/edit", plans.edit, name="edit_action"),
    path("plan/<str:code>/cell", plans.cell, name="action_cell"),
    path("plan/<str:code>/reopen", plans.reopen, name="reopen_action"),
    path("scheme/<slug:code>/", chains.scheme, name="scheme"),
    path("scheme/<slug:code>/edit", chain_edits.edit_scheme, name="edit_scheme"),
    path("scheme/<slug:code>/confirm", chain_edits.confirm_scheme, name="confirm_scheme"),
    path("scheme/<slug:code>/new", chain_edits.new_chain, name="new_chain"),
    path("scheme/<slug:code>/mapping/propose", chain_edits.propose_mapping, name="propose_mapping"),
    path("scheme/<slug:code>/mapping/", chains.mapping, name="mapping"),
    path("scheme/<slug:code>/mapping/confirm", chains.confirm_mappings, name="confirm_mappings"),
    path("anchor/<int:pk>/end", chain_edits.end_anchor, name="end_anchor"),
    path("result/<int:pk>/edit", chain_edits.edit_result, name="edit_result"),
    path("group/<int:pk>/", groups.group, name="group"),
    path("group/<int:pk>/edit", groups.edit, name="edit_group"),
    path("group/<int:pk>/end", groups.end, name="end_group"),
    path("<slug:code>/", chains.chain, name="chain"),
    path("<slug:code>/groups/new", groups.new, name="new_group"),
    path("<slug:code>/edit", chain_edits.edit_chain, name="edit_chain"),
    path("<slug:code>/anchors/new", chain_edits.name_anchor, name="name_anchor"),
    path("<slug:code>/results/new", chain_edits.add_result, name="add_result"),
    path("<slug:code>/plan/", plans.of_chain, name="chain_plan"),
    path("<slug:code>/plan/add", plans.add, name="add_action"),
    path("<slug:code>/resources/", chains.resources, name="chain_resources"),
    path("<slug:code>/history/", chains.history, name="chain_history"),
    path("<slug:code>/results/<int:year>/explain", chains.explain_results, name="explain_results"),
    path("<slug:code>/plan/<int:year>/explain", chains.explain_plan, name="explain_plan"),
]
