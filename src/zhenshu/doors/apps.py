from django.apps import AppConfig


class DoorsConfig(AppConfig):
    """The last app to get ready: every room stands when the followers of the ledger are connected."""

    name = "zhenshu.doors"
    label = "doors"

    def ready(self) -> None:
        # Followers are made of models, which exist only from here on.
        from zhenshu.wiring import connect

        connect()
