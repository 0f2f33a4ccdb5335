"""The HTTP server: one thread a connection, on loopback."""

import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.stripe_emulator import api, checkout, control, onboarding
from tests.stripe_emulator.http import Answer, Request, as_json
from tests.stripe_emulator.lapse import lapse, set_all
from tests.stripe_emulator.world import Account, World

LARGEST_BODY = 1_000_000  # bytes
LAPSE_EVERY = 1.0  # seconds


class Server(ThreadingHTTPServer):
    """The emulator's server; `world` is the account it plays."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, account: Account, *, base_url: str | None = None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.base_url = base_url or f"http://127.0.0.1:{self.server_port}"
        self.world = World(account, base_url=self.base_url)
        set_all(self.world)
        self.closing = threading.Event()
        threading.Thread(target=self._lapse, name="stripe-emulator-lapse", daemon=True).start()

    def _lapse(self) -> None:
        """Let sessions and holds lapse on time, even when nobody asks for anything."""
        while not self.closing.wait(LAPSE_EVERY):
            lapse(self.world)

    def server_close(self) -> None:
        self.closing.set()
        self.world.courier.stop()
        super().server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet about clients that left; say anything else."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """Read a request, let a door answer it, write the answer in one packet."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: header and body leave together

    def do_GET(self) -> None:
        self._respond()

    def do_POST(self) -> None:
        self._respond()

    def _respond(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > LARGEST_BODY:
            self.close_connection = True
            self._write(as_json(413, {"error": {"message": "The body is too large."}}))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        request = Request(self.command, self.path, self.headers, body)
        try:
            self._write(dispatch(self.server.world, request))
        except ConnectionError:
            raise
        except Exception:
            traceback.print_exc()
            self._write(
                as_json(500, {"error": {"type": "api_error", "message": "The emulator has a bug: see its log."}})
            )

    def _write(self, answer: Answer) -> None:
        if answer.lost:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no log of single requests: `/_objects` shows what they did."""


def dispatch(world: World, request: Request) -> Answer:
    """Hand a request to the door it knocks at."""
    if request.path.startswith(("/v1/", "/v2/")):
        return api.answer(world, request)
    if request.path.startswith(("/c/", "/assets/")):
        return checkout.answer(world, request)
    if request.path.startswith("/onboard/"):
        return onboarding.answer(world, request)
    if request.path.startswith("/_"):
        return control.answer(world, request)
    if request.path == "/":
        return as_json(200, {"about": "Stripe emulator of Moyeu: simulated payments, no money moves."})
    return as_json(404, {"error": {"type": "invalid_request_error", "message": f"Unrecognized URL: {request.path}"}})
