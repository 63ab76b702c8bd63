from __future__ import annotations

from django.urls import path

from bothways.goals import views

urlpatterns = [
    path("me/goals/", views.goals, name="goals"),
    path("pairs/<uuid:pair_id>/goals/", views.pair_goals, name="pair_goals"),
    path("goals/<uuid:goal_id>/change/", views.goal_change, name="goal_change"),
    path("goals/<uuid:goal_id>/done/", views.goal_done, name="goal_done"),
    path("goals/<uuid:goal_id>/delete/", views.goal_delete, name="goal_delete"),
]
