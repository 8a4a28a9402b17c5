from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "lianzhang.jobs"
    label = "jobs"
