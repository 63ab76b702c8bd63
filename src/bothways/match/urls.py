from __future__ import annotations

from django.urls import path

from bothways.match import views

urlpatterns = [
    path("p/<slug:slug>/rounds/", views.rounds, name="rounds"),
    path("p/<slug:slug>/waiting/", views.waiting, name="waiting"),
    path("rounds/<uuid:round_id>/", views.round_, name="round"),
    path("rounds/<uuid:round_id>/stop/", views.stop, name="round_stop"),
    path("proposals/<uuid:proposal_id>/", views.proposal, name="proposal"),
    path("proposals/<uuid:proposal_id>/by-text/", views.proposal_by_text, name="proposal_by_text"),
]
