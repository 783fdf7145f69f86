"""The server's entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

# A request makes hardly a cycle of objects, but each search for cycles walks all that lives for good: models,
# packs, translations. Searching less often spares a tenth of a step's time.
OBJECTS_BETWEEN_SEARCHES = 20_000

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhenshu.settings")
application = get_wsgi_application()
# The pages are loaded before the first person asks for one, who would wait seconds for them.
assert get_resolver().url_patterns
gc.collect()
gc.freeze()
gc.set_threshold(OBJECTS_BETWEEN_SEARCHES, 10, 50)
