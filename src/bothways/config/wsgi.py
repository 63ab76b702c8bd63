import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bothways.config.settings")
os.environ.setdefault("BOTHWAYS_ROLE", "web")
application = get_wsgi_application()

from bothways.core.walls.standing import require_walls  # noqa: E402 - models exist only now

require_walls()
