from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        from django.core import checks

        from helpdesk import gauges, panels
        from helpdesk.checks import demo_stays_home

        checks.register(demo_stays_home)
        gauges.register()
        panels.register()
