from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "lianzhang.records"
    label = "records"

    def ready(self) -> None:
        from lianzhang.records import checks  # noqa: F401  (registers the system checks)
