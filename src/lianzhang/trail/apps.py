from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "lianzhang.trail"
    label = "trail"
