from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "lianzhang.indicators"
    label = "indicators"
