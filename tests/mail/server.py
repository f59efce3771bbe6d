"""A real SMTP server (aiosmtpd) for the tests of notifications. It says its port on the first line, then each e-mail that it
took as a line of JSON. What it does with one is in the recipient's name: `gone`, `full`, `slow`, `lost`, or `busy-N`, which is
full for N tries; every other mailbox takes it."""

import argparse
import asyncio
import collections
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Mailboxes:
    def __init__(self):
        self.tries = collections.Counter()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "gone":
            return f"550 5.1.1 <{address}>: no such mailbox"
        if name == "full":
            return f"552 5.2.2 <{address}>: mailbox is full"
        if name.startswith("busy-"):
            self.tries[address] += 1
            if self.tries[address] <= int(name.removeprefix("busy-")):
                return f"452 4.2.2 <{address}>: mailbox is full for now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        names = [address.split("@")[0] for address in envelope.rcpt_tos]
        if "slow" in names:
            # Nobody waits so long: the client has given up and gone, which ends this.
            await asyncio.sleep(3600)
        taken = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode("utf-8"),
            "tls": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            "signed_in": bool(session.authenticated),
        }
        print(json.dumps(taken), flush=True)
        if "lost" in names:
            # It has the e-mail, and its answer never arrives.
            server.transport.abort()
        return "250 taken"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", choices=["implicit", "starttls", "none"], required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--username")
    parser.add_argument("--password")
    asked = parser.parse_args()

    context = None
    if asked.tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(asked.certificate, asked.key)

    def allowed(server, session, envelope, mechanism, data):
        right = (data.login.decode(), data.password.decode()) == (asked.username, asked.password)
        return AuthResult(success=right, handled=False)

    settings = {"hostname": "localhost", "require_starttls": asked.tls == "starttls"}
    if asked.tls == "starttls":
        settings["tls_context"] = context
    if asked.username:
        # Under implicit TLS the library does not see that the line is encrypted.
        settings |= {"authenticator": allowed, "auth_required": True, "auth_require_tls": asked.tls != "implicit"}
    mailboxes = Mailboxes()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailboxes, **settings),
        "127.0.0.1",
        0,
        ssl=context if asked.tls == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
