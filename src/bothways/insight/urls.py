from __future__ import annotations

from django.urls import path

from bothways.insight import views

QUARTER = "p/<slug:slug>/figures/<int:year>-<int:number>/"

urlpatterns = [
    path("p/<slug:slug>/figures/", views.figures, name="figures"),
    path(QUARTER, views.quarter, name="figures_quarter"),
    path(f"{QUARTER}report.pdf", views.pdf, name="figures_pdf"),
    path(f"{QUARTER}words/", views.follow_up, name="figures_follow_up"),
    path("p/<slug:slug>/figures/figures.csv", views.csv, name="figures_csv"),
    path("p/<slug:slug>/figures/figures.json", views.json, name="figures_json"),
    path("p/<slug:slug>/figures/feed.json", views.feed, name="figures_feed"),
    path("p/<slug:slug>/figures/dictionary/", views.dictionary, name="figures_dictionary"),
    path("p/<slug:slug>/care/", views.care, name="care"),
    path("p/<slug:slug>/calls/", views.calls, name="calls"),
    path("p/<slug:slug>/calls/new/", views.call_new, name="call_new"),
    path("p/<slug:slug>/calls/<int:call_id>/take-back/", views.call_back, name="call_take_back"),
]
