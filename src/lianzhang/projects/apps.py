from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "lianzhang.projects"
    label = "projects"
