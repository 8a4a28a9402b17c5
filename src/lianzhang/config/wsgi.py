"""The WSGI application that the web server loads."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

gc.disable()  # nothing of what is loaded here is ever garbage; looking for some was a fifth of the time it took
application = get_wsgi_application()
# Everything a page needs is loaded now and never dies: keeping it out of the collector's sight took a fifth of the
# processor time off every page, and pages that are one process's memory stay shared with the next.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
gc.enable()
