"""Concurrent callers share one call. Callers that arrive during a call go into the next one.

Cancelling a caller never cancels the batch (decision 3).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from shared.pace import Pace

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Batcher(Generic[Asked, Answer]):
    """Collects requests and answers them with one `call`, at most `most` at a time.

    call: takes requests in order and returns one answer, or one exception to raise, for each. gather: seconds to wait for more requests after a
    quiet time; only where nobody waits for the answer. pace: on a busy day, waits for more requests, unless enough are waiting already or the
    call took a whole beat. halved: if more than this are waiting, half of them go first; callers that are answered prepare their next request while
    the other half is worked on. Otherwise callers and call would wait for each other in turn.
    """

    def __init__(
        self,
        call: Callable[[Sequence[Asked]], Awaitable[Sequence[Answer | BaseException]]],
        *,
        most: int,
        gather: float = 0.0,
        pace: Pace | None = None,
        halved: int | None = None,
    ) -> None:
        self._call, self._most, self._gather, self._halved = call, most, gather, most if halved is None else halved
        self._pace = replace(pace) if pace else None
        self._queue: list[tuple[Asked, asyncio.Future[Answer]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def submit(self, asked: Asked) -> Answer:
        """Waits for the answer to one request. Raises the exception that the call returned for it.

        Cancelling the caller gives up only its answer, because the call runs in a task of its own.
        """
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append((asked, waiting))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await waiting

    async def ended(self, within: float) -> None:
        """Waits until all requests are answered, at most `within` seconds, and drops the rest."""
        if self._worker is not None and not self._worker.done():
            await asyncio.wait((self._worker,), timeout=within)
            self._worker.cancel()
            await asyncio.wait((self._worker,), timeout=within)
        self._queue.clear()

    async def _work(self) -> None:
        await asyncio.sleep(self._gather)  # let all requests that are ready join
        while self._queue:
            together = min(self._most, max(self._halved, (len(self._queue) + 1) // 2))
            batch, self._queue = self._queue[:together], self._queue[together:]
            began = asyncio.get_running_loop().time()
            await self._answer(batch)
            await self._let_come_together(len(batch), began)

    async def _let_come_together(self, answered: int, began: float) -> None:
        if self._pace:
            now = asyncio.get_running_loop().time()
            pause = self._pace.pause(answered, now)
            if len(self._queue) < self._pace.together and now - began < self._pace.beat:
                await asyncio.sleep(pause)

    async def _answer(self, batch: Sequence[tuple[Asked, asyncio.Future[Answer]]]) -> None:
        try:
            answers: Sequence[Answer | BaseException] = await self._call([asked for asked, _ in batch])
        except Exception as error:  # noqa: BLE001 - raised in every caller
            answers = [error] * len(batch)
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if waiting.done():
                continue
            if isinstance(answer, BaseException):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)
