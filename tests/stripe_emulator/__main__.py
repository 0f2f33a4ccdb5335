"""
Run the emulator.

    python -m tests.stripe_emulator --port 12111 --webhook-url http://127.0.0.1:8000/... --webhook-secret whsec_x
"""

import argparse
import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

from tests.stripe_emulator.api import LIVE_KEY_REFUSED, LIVE_KEYS
from tests.stripe_emulator.server import Server
from tests.stripe_emulator.world import Account


def main() -> None:
    options = _options()
    if os.environ.get("STRIPE_SECRET_KEY", "").startswith(LIVE_KEYS):
        sys.exit(f"STRIPE_SECRET_KEY: {LIVE_KEY_REFUSED}")
    account = Account(
        options.webhook_url, options.webhook_secret, options.state, options.second_url, options.second_secret
    )
    server = Server(options.port, account, base_url=options.base_url)
    print(f"Stripe emulator on {server.base_url} (simulated payments)", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_emulator", description="Stripe's HTTP, simulated.")
    parser.add_argument("--port", type=int, default=12111, help="port on 127.0.0.1 (default: 12111)")
    parser.add_argument("--webhook-url", help="where signed events are posted; none are without it")
    parser.add_argument("--webhook-secret", default="whsec_emulator", help="signs the events")
    parser.add_argument("--second-url", help="where thin events go; to --webhook-url without it")
    parser.add_argument("--second-secret", default="whsec_second", help="signs what goes to --second-url")
    parser.add_argument(
        "--base-url", help="address of the payment page as browsers see it (default: 127.0.0.1 and the port)"
    )
    parser.add_argument(
        "--state", type=Path, help="file that keeps the objects across restarts; memory only without it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
