// The real mail server of tests/mail, with a certificate made for it.

import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../e2e/lib/program.mjs";

export class MailServer {
  /** What it took. @type {Array<{to: string[], text: string, tls: boolean}>} */
  taken = [];
  port = 0;
  /** @type {Array<() => void>} */
  #waiting = [];

  /** @param {string} folder for its certificate */
  async start(folder) {
    const at = (/** @type {string} */ name) => join(folder, name);
    const openssl = (/** @type {string[]} */ ...args) => execFileSync("openssl", args, { stdio: "ignore" });
    this.authority = at("mail-ca.pem");
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl("req", "-x509", ...key, "-keyout", at("mail-ca.key"), "-out", this.authority, "-subj", "/CN=An invented authority", "-days", "2");
    openssl("req", "-x509", ...key, "-keyout", at("mail.key"), "-out", at("mail.pem"), "-subj", "/CN=localhost", "-days", "2",
      "-CA", this.authority, "-CAkey", at("mail-ca.key"), "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE");
    const python = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "tools/mail-server/bin/python");
    this.child = spawn(python, [join(ROOT, "tests/mail/server.py"), "--tls", "implicit", "--certificate", at("mail.pem"), "--key", at("mail.key")], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: this.child.stdout });
    this.port = await new Promise((resolve, reject) => {
      this.child?.once("error", reject);
      lines.once("line", (line) => {
        lines.on("line", (mail) => {
          this.taken.push(JSON.parse(mail));
          for (const wake of this.#waiting.splice(0)) wake();
        });
        resolve(Number(line));
      });
    });
    return this;
  }

  /** Waits for so many e-mails. @param {number} count */
  async until(count) {
    while (this.taken.length < count) await new Promise((resolve) => { this.#waiting.push(() => resolve(undefined)); });
    return this.taken[count - 1];
  }

  stop() {
    this.child?.kill();
  }
}
