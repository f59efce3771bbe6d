"""Signs the requests that schemathesis makes, as an enrolled device does (docs/protocol.md, part 2).

The test that starts schemathesis (crates/server/tests/devices/openapi.rs) enrols the device and hands its record key over in the
environment. A request is sent as schemathesis made it, but for the headers that say who asks.
"""

import base64
import hashlib
import os

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Device(requests.auth.AuthBase):
    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(os.environ["PROVISO_TEST_RECORD_KEY"]))
        self.device = os.environ["PROVISO_TEST_DEVICE"]
        self.nonce = os.environ["PROVISO_TEST_NONCE"]

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        if not isinstance(body, bytes):
            return request
        statement = "\n".join(
            ["proviso/request/v1", request.method or "", request.path_url, hashlib.sha256(body).hexdigest(), self.nonce, ""]
        )
        request.headers["proviso-protocol"] = "1"
        request.headers["proviso-device"] = self.device
        request.headers["proviso-nonce"] = self.nonce
        request.headers["proviso-signature"] = base64.b64encode(self.key.sign(statement.encode())).decode()
        request.register_hook("response", self.remember)
        return request

    def remember(self, response: requests.Response, **_: object) -> None:
        self.nonce = response.headers.get("proviso-nonce", self.nonce)


schemathesis.auth.set_from_requests(Device())
