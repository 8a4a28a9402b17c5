"""The addresses of everything: one module of `web.urls` per app, the API, the language switch, the health check."""

from importlib import import_module
from pkgutil import iter_modules

from django.urls import URLPattern, URLResolver, include, path

from lianzhang.web import urls as web_urls
from lianzhang.web.views import health, language


def _pages() -> list[URLPattern | URLResolver]:
    """Every `web.urls.<app>` with its own prefix: a new app's pages appear by adding its file."""
    modules = [import_module(f"{web_urls.__name__}.{found.name}") for found in iter_modules(web_urls.__path__)]
    prefixes = [getattr(m, "PREFIX", m.__name__.rpartition(".")[2] + "/") for m in modules]
    return [path(prefix, include((m.urlpatterns, m.app_name))) for prefix, m in zip(prefixes, modules, strict=True)]


def _api() -> list[URLPattern | URLResolver]:
    from lianzhang.api import urls as api_urls

    return [path("api/v1/", api_urls.api.urls)]


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("language", language.choose, name="set_language"),
    *_pages(),
    *_api(),
]
