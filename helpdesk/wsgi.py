"""HTTP in production."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
os.environ.setdefault("STATEMENT_TIMEOUT_SECONDS", "30")

application = get_wsgi_application()

# What stands now stands for ever, so the collector need not look at it again; and a page makes more objects than the
# collector's usual limits expect. Worth 7 % of a page (docs/performance.md).
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
