"""Starting a server of ours: as an unprivileged user, and never outliving the program."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from functools import cache

NOBODY = 65534
_PR_SET_PDEATHSIG = 1


@cache
def as_unprivileged() -> tuple[str, ...]:
    """What goes before a command so that it does not run as root; empty where we are not root.

    PostgreSQL refuses root. A user namespace lets it run as nobody *inside*, while outside it keeps our rights to folders that only root may
    enter; measured to work where another uid or ambient capabilities do not.
    """
    if os.geteuid() != 0:
        return ()
    namespace = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    if shutil.which("unshare") and subprocess.run((*namespace, "true"), check=False, capture_output=True).returncode == 0:  # noqa: S603
        return namespace
    # A change of user makes the kernel forget the parent-death signal, so setpriv sets it again.
    return ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--pdeathsig", "INT")


def needs_copies() -> bool:
    """User namespaces are forbidden here: the unprivileged user must be given binaries and data that it may enter."""
    return as_unprivileged()[:1] == ("setpriv",)


def dying_with_us() -> Callable[[], None]:
    """For `preexec_fn`: the kernel stops the new process when this program dies, even of kill -9; and Ctrl-C is the program's to handle.

    The signal is one that stops PostgreSQL and Redis at once and cleanly. A shell may have started the program with it ignored, which the new process
    would inherit: then nothing would stop it.
    """
    program = os.getpid()

    def prepare() -> None:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
        if os.getppid() != program:  # it died before the kernel knew what to do then
            os._exit(1)

    return prepare
