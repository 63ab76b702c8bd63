from __future__ import annotations

from django.urls import path

from bothways.days import views

urlpatterns = [
    path("pairs/<uuid:pair_id>/occasions/", views.occasions, name="occasions"),
    path("pairs/<uuid:pair_id>/occasions/new/", views.occasion_new, name="occasion_new"),
    path("pairs/<uuid:pair_id>/occasions/festival/", views.occasion_festival, name="occasion_festival"),
    path("occasions/<uuid:occasion_id>/change/", views.occasion_change, name="occasion_change"),
    path("occasions/<uuid:occasion_id>/delete/", views.occasion_delete, name="occasion_delete"),
]
