// A real OpenID Connect provider (oidc-provider, a certified one) on this machine. Its accounts are whatever is typed.

import { createServer } from "node:http";
import Provider from "oidc-provider";

/** @param {import("node:http").IncomingMessage} request @returns {Promise<URLSearchParams>} */
async function typed(request) {
  let body = "";
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

export class ForceAccounts {
  issuer = "";
  /** How the next who signs in showed who they are. @type {string[]} */
  amr = ["pwd"];
  /** @type {import("node:http").Server | undefined} */
  server;
  /** @type {any} */
  provider;

  /** Opens the port, so that its address is known. */
  async open() {
    this.server = createServer((request, response) => {
      if (request.url?.startsWith("/interaction/")) this.#ask(request, response);
      else this.provider.callback()(request, response);
    });
    await new Promise((resolve) => this.server?.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = /** @type {import("node:net").AddressInfo} */ (this.server.address());
    this.issuer = `http://localhost:${address.port}`;
    return this;
  }

  /** Knows the console as its client. @param {string} console its address @param {string} secret */
  serve(console, secret) {
    this.provider = new Provider(this.issuer, {
      clients: [{ client_id: "proviso", client_secret: secret, redirect_uris: [`${console}/sign-in/provider/back`], response_types: ["code"], grant_types: ["authorization_code"] }],
      pkce: { required: () => true },
      claims: { openid: ["sub", "amr", "auth_time"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (/** @type {any} */ _, /** @type {any} */ asked) => `/interaction/${asked.uid}` },
      findAccount: (/** @type {any} */ _, /** @type {string} */ id) => ({ accountId: id, claims: () => ({ sub: id }) }),
      async loadExistingGrant(/** @type {any} */ context) {
        const { client, session, provider } = context.oidc;
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope("openid");
        await grant.save();
        return grant;
      },
      cookies: { keys: ["an invented key of a test"] },
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600, AuthorizationCode: 60 },
    });
  }

  /** The page on which somebody signs in there. @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #ask(request, response) {
    if (request.method === "POST") {
      const login = { accountId: (await typed(request)).get("account"), amr: this.amr };
      return this.provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    }
    response.setHeader("content-type", "text/html");
    response.end('<!doctype html><title>Force accounts</title><form method="post"><input id="account" name="account"><button>Go</button></form>');
  }

  async stop() {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
