"""A process of ours in which everything fails with a word in its message that no output may hold. The word comes from the environment."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import threading
import warnings
from typing import Any

import structlog
from fastapi import FastAPI
from pydantic import BaseModel

from shared import logs
from shared.service import listening_on, serve
from shared.web import install

CANARY = os.environ["CANARY"]

app = FastAPI()
install(app)


class Note(BaseModel):
    text: int | None


class Broken:
    def __del__(self) -> None:
        raise ValueError(CANARY)


def fail() -> None:
    raise ValueError(CANARY) from KeyError(CANARY)


async def fail_later() -> None:
    fail()


@app.post("/{what}")
async def work(what: str) -> str:
    """Fails in the way that the address names."""
    match what:
        case "serializer":
            told: Any = CANARY
            return Note.model_construct(text=told).model_dump_json()[:0]
        case "warning":
            warnings.warn(CANARY, stacklevel=1)
        case "task":
            asyncio.create_task(fail_later())  # noqa: RUF006 - nobody waits for it: that is the failure
            await asyncio.sleep(0)
            gc.collect()
        case "callback":
            asyncio.get_running_loop().call_soon(fail)
        case "thread":
            thread = threading.Thread(target=fail)
            thread.start()
            thread.join()
        case "destructor":
            Broken()
            gc.collect()
        case "logging":
            logging.getLogger("library").warning("%d", CANARY)
            structlog.get_logger("library").warning("odd", value=CANARY.encode())
        case _:
            fail()
    return "done"


async def outside(scope, receive, send) -> None:
    """The application, with a failure that nothing of ours catches: the server's own handler prints it."""
    if scope.get("path") == "/asgi":
        await receive()  # a server that closes before it has read the body resets the connection, and the answer is lost
        fail()
    await app(scope, receive, send)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(outside, listening_on("127.0.0.1", int(sys.argv[1])))
    else:
        logs.guard_process()
        fail()
