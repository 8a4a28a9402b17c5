"""Addresses of the chain maps (产业链图谱)."""

from django.urls import path

from lianzhang.web.views import map_edits, maps

app_name = "maps"
urlpatterns = [
    path("", maps.maps, name="list"),
    path("<slug:code>", maps.chain, name="chain"),
    path("<slug:code>/draft", map_edits.draft, name="draft"),
    path("<slug:code>/v<int:number>", maps.version, name="version"),
    path("<slug:code>/v<int:number>/compare", maps.compare, name="compare"),
    path("<slug:code>/v<int:number>/segments", maps.segments, name="segments"),
    path("<slug:code>/v<int:number>/segment/new", map_edits.new_segment, name="new_segment"),
    path("<slug:code>/v<int:number>/segment/<path:key>/edit", map_edits.edit_segment, name="edit_segment"),
    path("<slug:code>/v<int:number>/segment/<path:key>/cell", map_edits.cell, name="cell"),
    path("<slug:code>/v<int:number>/segment/<path:key>/remove", map_edits.remove_segment, name="remove_segment"),
    path("<slug:code>/v<int:number>/segment/<path:key>/verify", map_edits.verify_segment, name="verify_segment"),
    path("<slug:code>/v<int:number>/segment/<path:key>/link", map_edits.link, name="link"),
    path("<slug:code>/v<int:number>/segment/<path:key>/place", map_edits.place, name="place"),
    path("<slug:code>/v<int:number>/segment/<path:key>", maps.segment, name="segment"),
    path("<slug:code>/v<int:number>/undo", map_edits.undo, name="undo"),
    path("<slug:code>/v<int:number>/redo", map_edits.redo, name="redo"),
    path("<slug:code>/v<int:number>/submit", map_edits.submit, name="submit"),
    path("<slug:code>/v<int:number>/return", map_edits.send_back, name="send_back"),
    path("<slug:code>/v<int:number>/publish", map_edits.publish, name="publish"),
    path("<slug:code>/v<int:number>/discard", map_edits.discard, name="discard"),
]
