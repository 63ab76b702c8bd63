import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from bothways.run.serving import refuse_departed

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
application = get_wsgi_application()
refuse_departed()
# The web server forks after this: no child may share a connection with another.
connections.close_all()
