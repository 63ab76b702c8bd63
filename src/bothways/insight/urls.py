from __future__ import annotations

from django.urls import path

from bothways.insight import views

urlpatterns = [path("p/<slug:slug>/figures/", views.figures, name="figures")]
