from __future__ import annotations

from django.urls import path

from bothways.gather import views

urlpatterns = [
    path("p/<slug:slug>/gatherings/", views.gatherings, name="gatherings"),
    path("p/<slug:slug>/gatherings/new/", views.gathering_new, name="gathering_new"),
    path("gatherings/<uuid:gathering_id>/", views.gathering, name="gathering"),
    path("gatherings/<uuid:gathering_id>/change/", views.gathering_change, name="gathering_change"),
    path("gatherings/<uuid:gathering_id>/call-off/", views.gathering_call_off, name="gathering_call_off"),
    path("gatherings/<uuid:gathering_id>/coming/", views.gathering_coming, name="gathering_coming"),
    path("gatherings/<uuid:gathering_id>/was-there/", views.gathering_attended, name="gathering_attended"),
    path("gatherings/<uuid:gathering_id>/calendar.ics", views.gathering_ics, name="gathering_ics"),
]
