// Asks the browser for a passkey, as the page says, and sends its answer with the form. Nothing else: no page here needs a script for
// anything but this.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form) return;
  const box = document.querySelector("[data-passkey-problem]");
  const words = document.querySelector("[data-passkey-words]");

  const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const problem = (text) => {
    words.textContent = text;
    box.hidden = false;
    words.focus();
  };

  /** What the server asks, with bytes where its JSON has text. */
  function asked() {
    const { publicKey } = JSON.parse(form.dataset.options);
    publicKey.challenge = toBytes(publicKey.challenge);
    if (publicKey.user) publicKey.user.id = toBytes(publicKey.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      for (const one of publicKey[list] ?? []) one.id = toBytes(one.id);
    }
    return { publicKey };
  }

  /** The browser's answer, with text where it has bytes. */
  function answered(credential) {
    const response = {};
    for (const name of ["attestationObject", "clientDataJSON", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, extensions: {} };
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!window.PublicKeyCredential) return problem("This browser has no passkeys.");
    try {
      const credential = form.dataset.passkey === "create"
        ? await navigator.credentials.create(asked())
        : await navigator.credentials.get(asked());
      form.elements.answer.value = JSON.stringify(answered(credential));
      form.submit();
    } catch (error) {
      problem(error.name === "InvalidStateError" ? "This device or key holds one of your passkeys already." : "No passkey was given. Try again.");
    }
  });
})();
