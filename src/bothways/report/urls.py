from __future__ import annotations

from django.urls import path

from bothways.report import setup_views, views

urlpatterns = [
    path("report/", views.about, name="report"),
    path("p/<slug:slug>/report/", views.write, name="report_write"),
    path("p/<slug:slug>/report/lead/", views.fetch, name="report_fetch"),
    path("p/<slug:slug>/set-up/lead/", setup_views.lead, name="report_lead"),
    path("p/<slug:slug>/set-up/lead/key/", setup_views.key, name="report_key"),
    path("p/<slug:slug>/set-up/lead/key/off/", setup_views.key_off, name="report_key_off"),
]
