from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lianzhang.accounts"
    label = "accounts"
