from __future__ import annotations

from django.urls import path

from bothways.enrol import check_views, views

urlpatterns = [
    path("p/<slug:slug>/join/", views.join, name="enrol"),
    path("p/<slug:slug>/join/<slug:step>/", views.step, name="enrol_step"),
    path("p/<slug:slug>/mine/", views.mine, name="enrolment"),
    path("p/<slug:slug>/mine/confirm/", views.confirm, name="enrolment_confirm"),
    path("p/<slug:slug>/mine/pause/", views.pause, name="enrolment_pause"),
    path("p/<slug:slug>/mine/resume/", views.resume, name="enrolment_resume"),
    path("p/<slug:slug>/mine/checks/", check_views.mine, name="enrolment_checks"),
    path("p/<slug:slug>/mine/checks/<slug:kind>/code/", check_views.ask, name="check_ask"),
    path("p/<slug:slug>/mine/checks/<slug:kind>/take-back/", check_views.take_back, name="check_take_back"),
    path("p/<slug:slug>/mine/checks/<slug:kind>/delete/", check_views.delete, name="check_delete"),
    path("p/<slug:slug>/checks/", check_views.set_check, name="check_set"),
    path("p/<slug:slug>/mine/withdraw/", views.withdraw, name="enrolment_withdraw"),
]
