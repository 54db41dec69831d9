"""A scanner of viruses for tests: the real protocol of clamd, in a process of its own, and one signature. `python -m tests.attachments.clamd`.

Prints its port. It answers INSTREAM, with FOUND where the test file of EICAR stands in what came.
"""

import asyncio
import sys

from tests.attachments.hostile import EICAR

_MOST = 25_000_000


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    command = await reader.readuntil(b"\0")
    content = bytearray()
    while command == b"zINSTREAM\0" and (length := int.from_bytes(await reader.readexactly(4), "big")):
        content += await reader.readexactly(length)
        if len(content) > _MOST:
            break
    said = b"UNKNOWN COMMAND" if command != b"zINSTREAM\0" else b"INSTREAM size limit exceeded. ERROR" if len(content) > _MOST else b"stream: OK"
    writer.write((b"stream: Eicar-Test-Signature FOUND" if EICAR in content else said) + b"\0")
    await writer.drain()
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]) if sys.argv[1:] else 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
