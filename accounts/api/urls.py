from rest_framework.routers import SimpleRouter

from accounts.api.views import CustomerViews

router = SimpleRouter()
router.register("customers", CustomerViews, basename="api-customer")
urlpatterns = router.urls
