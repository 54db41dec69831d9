"""Pages and tokens of the provider of `django_provider.py`; imported once Django is set up."""

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import include, path
from django.utils.html import escape
from oauth2_provider.oauth2_validators import OAuth2Validator

from tests.intake.openid.registered import DOMAIN


class Claims(OAuth2Validator):  # type: ignore[misc]  # the library has no types
    """Says, besides who it is, what large issuers say: the hosted domain, and how somebody signed in."""

    oidc_claim_scope = None  # every claim goes with the one scope `openid`

    def get_additional_claims(self, request):
        methods = ["pwd", "mfa"] if request.user.username == "dua-langkah" else ["pwd"]
        return {"sub": f"subject-of-{request.user.username}", "hd": DOMAIN, "amr": methods}


def sign_in(request: HttpRequest) -> HttpResponse:
    """A page that asks for a name, and no more."""
    if request.method == "POST":
        user, _ = User.objects.get_or_create(username=request.POST["username"])
        login(request, user)
        return HttpResponseRedirect(request.GET["next"])
    hidden = f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
    return HttpResponse(
        f'<!doctype html><title>Penyedia</title><form method="post" action="{escape(request.get_full_path())}">{hidden}'
        '<label>Nama <input name="username"></label><button>Masuk</button></form>'
    )


urlpatterns = [path("accounts/login/", sign_in), path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]
