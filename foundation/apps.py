from django.apps import AppConfig
from django.conf import settings


class FoundationConfig(AppConfig):
    name = "foundation"

    def ready(self) -> None:
        from foundation import faults

        faults.arm(settings.HELPDESK_FAULTS)
