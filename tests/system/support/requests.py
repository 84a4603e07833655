#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""HTTP for tests, without a limit to how much of it happens at once.

    requests.py serve PORT              the files of the folder, over both families
    requests.py ask HOST PORT PATH N    N connections, all open before the first request; each must
                                        bring the same body whole"""

import asyncio
import os
import socket
import sys

BACKLOG = 4096


async def answer(reader, writer):
    try:
        line = await reader.readline()
        while (await reader.readline()).strip():
            pass
        name = os.path.basename(line.split()[1].decode())
        with open(name, 'rb') as f:
            body = f.read()
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' % len(body))
        writer.write(body)
        await writer.drain()
    except (OSError, IndexError):
        pass
    finally:
        writer.close()


async def serve(port):
    listener = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=BACKLOG)
    server = await asyncio.start_server(answer, sock=listener, backlog=BACKLOG)
    await server.serve_forever()


async def connect(host, port):
    return await asyncio.open_connection(host, port)


async def fetch(connection, path):
    reader, writer = connection
    writer.write(b'GET %s HTTP/1.1\r\nHost: test\r\n\r\n' % path.encode())
    reply = await reader.read(-1)
    writer.close()
    head, _, body = reply.partition(b'\r\n\r\n')
    if b' 200 ' not in head or b'Content-Length: %d\r\n' % len(body) not in head + b'\r\n':
        raise OSError('an answer of %d bytes' % len(reply))
    return body


async def ask(host, port, path, n):
    opened = await asyncio.gather(*[connect(host, port) for _ in range(n)])
    bodies = await asyncio.gather(*[fetch(c, path) for c in opened])
    print('%d answers, %d of them different' % (len(bodies), len(set(bodies))))
    return len(set(bodies)) != 1


def main(args):
    if args[:1] == ['serve']:
        return asyncio.run(serve(int(args[1])))
    return asyncio.run(asyncio.wait_for(ask(args[1], int(args[2]), args[3], int(args[4])), 60))


sys.exit(main(sys.argv[1:]))
