from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "zhenshu.ground.ledger"
    label = "ledger"
