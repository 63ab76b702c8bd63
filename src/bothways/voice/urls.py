from __future__ import annotations

from django.urls import path

from bothways.voice import views

urlpatterns = [
    path("p/<slug:slug>/how-is-it-going/", views.questions, name="voice"),
    path("p/<slug:slug>/how-is-it-going/close/", views.close, name="voice_close"),
]
