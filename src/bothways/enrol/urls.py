from __future__ import annotations

from django.urls import path

from bothways.enrol import views

urlpatterns = [
    path("p/<slug:slug>/join/", views.join, name="enrol"),
    path("p/<slug:slug>/join/<slug:step>/", views.step, name="enrol_step"),
    path("p/<slug:slug>/mine/", views.mine, name="enrolment"),
    path("p/<slug:slug>/mine/confirm/", views.confirm, name="enrolment_confirm"),
    path("p/<slug:slug>/mine/pause/", views.pause, name="enrolment_pause"),
    path("p/<slug:slug>/mine/resume/", views.resume, name="enrolment_resume"),
    path("p/<slug:slug>/mine/withdraw/", views.withdraw, name="enrolment_withdraw"),
]
