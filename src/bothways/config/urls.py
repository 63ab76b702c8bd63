from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("bothways.web.urls")),
    path("", include("bothways.people.urls")),
    path("", include("bothways.programme.urls")),
    path("", include("bothways.enrol.urls")),
    path("", include("bothways.report.urls")),
    path("", include("bothways.match.urls")),
    path("", include("bothways.voice.urls")),
    path("", include("bothways.pair.urls")),
    path("", include("bothways.meet.urls")),
    path("", include("bothways.talk.urls")),
    path("", include("bothways.days.urls")),
    path("", include("bothways.goals.urls")),
    path("", include("bothways.help.urls")),
    path("", include("bothways.gather.urls")),
    path("", include("bothways.insight.urls")),
]

if settings.DEMO:
    from bothways.people.demo_letters import urls as letters
    from bothways.people.demo_texts import urls as texts

    urlpatterns += [path("demo/", include(letters)), path("demo/", include(texts))]

handler404 = "bothways.web.views.not_found"
handler403 = "bothways.web.views.forbidden"
handler500 = "bothways.web.views.fault"
handler400 = "bothways.web.views.bad_request"
