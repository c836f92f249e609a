"""A relay that refuses every mailbox and repeats in its refusals whatever it was told."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator


class _Line(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 rude.example ESMTP\r\n")
        for line in self.rfile:
            word, said = line[:4].upper(), line.strip()
            self.server.told.append(said)
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            refusal = b"550 5.1.1 %s: unknown here, said %s\r\n" % (said[8:], said)
            answers = {
                b"EHLO": b"250 rude.example\r\n",
                b"RCPT": refusal,
                b"DATA": b"503 5.5.1 no one to write to\r\n",
            }
            self.wfile.write(answers.get(word, b"250 2.0.0 well\r\n"))


@contextlib.contextmanager
def rude_relay() -> Iterator[socketserver.ThreadingTCPServer]:
    """Serve on loopback; `told` has every command it was sent."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Line)
    server.daemon_threads = True
    server.told = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
