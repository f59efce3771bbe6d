// A local server of a test, from the port that it takes to its end.

/**
 * Listens on this machine alone; gives the address that pages begin with.
 * @param {import("node:http").Server} server
 * @param {number} [port] any free one by default
 */
export async function listening(server, port = 0) {
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the site has no port");
  return `http://127.0.0.1:${address.port}`;
}

/** Ends it, and what is open to it. @param {import("node:http").Server} server */
export function ended(server) {
  server.close();
  server.closeAllConnections();
}
