from __future__ import annotations

from django.urls import URLPattern, path

from bothways.pair import card_views, closing_views, views

urlpatterns: list[URLPattern] = [
    path("pairs/<uuid:pair_id>/", views.pair, name="pair"),
    path("pairs/<uuid:pair_id>/card/", card_views.card, name="card"),
    path("pairs/<uuid:pair_id>/card/change/", card_views.card_change, name="card_change"),
    path("pairs/<uuid:pair_id>/card.pdf", card_views.card_pdf, name="card_pdf"),
    path("pairs/<uuid:pair_id>/contact/", views.contact, name="pair_contact"),
    path("pairs/<uuid:pair_id>/pause/", views.pause, name="pair_pause"),
    path("pairs/<uuid:pair_id>/resume/", views.resume, name="pair_resume"),
    path("pairs/<uuid:pair_id>/closing/", closing_views.closing, name="pair_closing"),
    path("pairs/<uuid:pair_id>/closing/drop/", closing_views.closing_drop, name="pair_closing_drop"),
    path("pairs/<uuid:pair_id>/thanks/", closing_views.thanks, name="pair_thanks"),
    path("pairs/<uuid:pair_id>/in-touch/", closing_views.in_touch, name="pair_in_touch"),
    path("pairs/<uuid:pair_id>/in-touch/back/", closing_views.in_touch_back, name="pair_in_touch_back"),
    path("pairs/<uuid:pair_id>/end/", views.end, name="pair_end"),
]
