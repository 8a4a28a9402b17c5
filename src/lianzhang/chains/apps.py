from django.apps import AppConfig


class ChainsConfig(AppConfig):
    name = "lianzhang.chains"
    label = "chains"
