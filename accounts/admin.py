"""For operators: look people up. They are changed on the desk's own pages, which note who did."""

from django.contrib import admin

from accounts.models import Agent, Brand, Customer, CustomerIdentity, MagicLink, Organization, Role, Team
from foundation.admin import ReadOnlyAdmin


@admin.register(Agent)
class AgentAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "is_active", "last_login"]
    list_filter = ["is_active", "roles", "teams"]
    search_fields = ["name", "email"]
    exclude = ["password"]


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["pk", "name", "organization", "blocked_at", "anonymised_at", "created_at"]
    list_select_related = ["organization"]
    search_fields = ["name"]
    ordering = ["-pk"]
    # A count of a million rows takes longer than the page.
    show_full_result_count = False


@admin.register(CustomerIdentity)
class CustomerIdentityAdmin(ReadOnlyAdmin):
    list_display = ["value", "kind", "customer", "verified_at"]
    list_select_related = ["customer"]
    search_fields = ["value"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(MagicLink)
class MagicLinkAdmin(ReadOnlyAdmin):
    list_display = ["purpose", "agent", "customer", "ticket_number", "created_at", "expires_at", "used_at"]
    list_filter = ["purpose"]
    exclude = ["token_hash"]
    show_full_result_count = False


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    list_display = ["name", "permissions"]


@admin.register(Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ["name", "created_at"]
    search_fields = ["name"]
    show_full_result_count = False


admin.site.register([Team, Brand], ReadOnlyAdmin)
