import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
os.environ.setdefault("BOTHWAYS_ROLE", "web")
application = get_wsgi_application()

from bothways.core.walls.standing import require_walls  # noqa: E402 - models exist only now
from bothways.run.serving import refuse_departed  # noqa: E402

refuse_departed()
require_walls()
# The web server forks after this: no child may share a connection with another.
connections.close_all()
