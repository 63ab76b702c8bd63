import os

import django
from django.db import connections

from bothways.web.requests import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
os.environ.setdefault("BOTHWAYS_ROLE", "web")
django.setup(set_prefix=False)

from bothways.core.walls.standing import require_walls  # noqa: E402 - models exist only now
from bothways.run.serving import refuse_departed  # noqa: E402

application = Handler()

refuse_departed()
require_walls()
# The web server forks after this: no child may share a connection with another.
connections.close_all()
