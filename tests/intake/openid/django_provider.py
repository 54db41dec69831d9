"""A provider of another make than `oidc-provider-mock`: Django OAuth Toolkit, in a process of its own.

    python -m tests.intake.openid.django_provider FOLDER CALLBACK LEAVING

It prints its issuer once it answers. Whoever types a name on its sign-in page has an account there; who signs in as `dua-langkah` proved two factors.
"""

import sys
from pathlib import Path
from wsgiref.simple_server import make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from tests.intake.openid.registered import CLIENT, SECRET


def configure(folder: Path) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    middleware = ("django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware")
    settings.configure(
        SECRET_KEY="for a test alone",
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        ROOT_URLCONF="tests.intake.openid.django_pages",
        LOGIN_URL="/accounts/login/",
        USE_TZ=True,
        SESSION_COOKIE_NAME="provider",
        MIDDLEWARE=[*middleware, "django.middleware.csrf.CsrfViewMiddleware"],
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "provider.sqlite"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OAUTH2_VALIDATOR_CLASS": "tests.intake.openid.django_pages.Claims",
            "SCOPES": {"openid": "who it is"},
        },
    )
    django.setup()


def register(callback: str, leaving: str) -> None:
    from oauth2_provider.models import Application

    Application.objects.create(
        name="Tanggap",
        client_id=CLIENT,
        client_secret=SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=callback,
        post_logout_redirect_uris=leaving,
        algorithm=Application.RS256_ALGORITHM,
        skip_authorization=True,
    )


def main(folder: str, callback: str, leaving: str) -> None:
    configure(Path(folder))
    call_command("migrate", verbosity=0)
    register(callback, leaving)
    with make_server("127.0.0.1", 0, get_wsgi_application()) as server:
        print(f"http://127.0.0.1:{server.server_port}/o", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
