"""What every service is made of. A service's `app.py` calls `create_service` and gives its code a `Kernel`; its `__main__.py` calls `run`."""

from shared.service.creating import create_service
from shared.service.kernel import Kernel, ServiceName
from shared.service.serving import listening_on, run, serve
from shared.service.tls import tls_of

__all__ = ["Kernel", "ServiceName", "create_service", "listening_on", "run", "serve", "tls_of"]
