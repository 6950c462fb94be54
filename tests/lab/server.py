"""A web server on the loopback that serves one file, understands Range, and can break a reply off."""
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

PATH = "/wheel.whl"


class OneFile:
    """`breaks` holds, for the first requests, after how many bytes the line drops; later ones are answered whole."""

    def __init__(self, content, breaks=(), understands_range=True):
        self.content, self.breaks, self.understands_range = content, list(breaks), understands_range
        self.sent = 0
        self.offsets = []

    def handler(self):
        file = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                file.answer(self)

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, request):
        wish = request.headers.get("Range") if self.understands_range else None
        offset = int(wish.removeprefix("bytes=").removesuffix("-")) if wish else 0
        self.offsets.append(offset)
        body = self.content[offset:]
        request.send_response(206 if wish else 200)
        request.send_header("Content-Length", str(len(body)))
        if wish:
            request.send_header("Content-Range", f"bytes {offset}-{len(self.content) - 1}/{len(self.content)}")
        request.end_headers()
        body = body[:self.breaks.pop(0)] if self.breaks else body
        request.wfile.write(body)
        self.sent += len(body)
        request.close_connection = True


@contextmanager
def serving(file):
    server = HTTPServer(("127.0.0.1", 0), file.handler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
