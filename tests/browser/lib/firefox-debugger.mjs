// Firefox's debugger protocol, for what WebDriver BiDi of older versions cannot do: reading the browser's own window.
// Lengths and JSON over a socket (firefox-source-docs.mozilla.org, DevTools, "Remote Debugging Protocol").

import { connect } from "node:net";

/** What a browser needs to be asked so. */
export const DEBUGGER_PREFERENCES = {
  "devtools.debugger.remote-enabled": true,
  "devtools.chrome.enabled": true,
  "devtools.debugger.prompt-connection": false,
};

/**
 * Evaluates an expression, and waits for what it promises, in the browser's own process.
 * @param {string} path of the socket that Firefox was told to open
 * @param {string} expression may name `gBrowser`, of the newest window
 */
export async function inBrowserProcess(path, expression) {
  const socket = connect(path);
  let received = Buffer.alloc(0);
  /** @type {(() => void) | undefined} */
  let wake;
  socket.on("data", (data) => {
    received = Buffer.concat([received, data]);
    wake?.();
  });
  const failed = new Promise((_, reject) => socket.once("error", reject));
  const packet = async () => {
    for (;;) {
      const colon = received.indexOf(":");
      const end = colon + 1 + Number(received.subarray(0, Math.max(colon, 0)).toString());
      if (colon > 0 && received.length >= end) {
        const text = received.subarray(colon + 1, end).toString();
        received = received.subarray(end);
        return JSON.parse(text);
      }
      await Promise.race([new Promise((resolve) => { wake = () => resolve(undefined); }), failed]);
    }
  };
  const wanted = async (/** @type {(packet: any) => boolean} */ is) => {
    for (;;) {
      const next = await packet();
      if (next.error) throw new Error(`Firefox's debugger: ${next.error}: ${next.message}`);
      if (is(next)) return next;
    }
  };
  const ask = (/** @type {object} */ request, /** @type {(packet: any) => boolean} */ is) => {
    const text = JSON.stringify(request);
    socket.write(`${Buffer.byteLength(text)}:${text}`);
    return wanted(is);
  };
  try {
    await wanted(({ applicationType }) => applicationType !== undefined);
    const { processDescriptor } = await ask({ to: "root", type: "getProcess", id: 0 }, (one) => one.processDescriptor);
    const { process } = await ask({ to: processDescriptor.actor, type: "getTarget" }, (one) => one.process);
    const text = `(async () => { const { gBrowser } = Services.wm.getMostRecentWindow("navigator:browser"); return await (${expression}); })()`;
    const done = await ask({ to: process.consoleActor, type: "evaluateJSAsync", text, mapped: { await: true } }, ({ type }) => type === "evaluationResult");
    if (done.hasException) throw new Error(`Firefox: ${done.exceptionMessage}`);
  } finally {
    socket.destroy();
  }
}
