// The console works without this file. With it, the inbox follows the server: one stream per page, closed when the
// page is left, and the fragment is morphed in place so that focus, selection and scroll stay where they are.
// A stream that breaks says so: an inbox that stands still must not look like an inbox with nothing new.
"use strict";
// An unveiled picture does not outlive its page: a browser that keeps pages for its Back button keeps this one without it.
window.addEventListener("pagehide", () => {
  for (const picture of document.querySelectorAll("[data-unveiled]")) picture.remove();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector(".pv-picture--clear")) location.reload();
});

// Text that is ready to be pasted elsewhere: the button is there only where it works.
for (const button of document.querySelectorAll("[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const said = document.querySelector("[data-copied]");
  if (!text || !said || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Copied.";
    } catch {
      text.focus();
      text.select();
      said.textContent = "The browser did not copy it. It is selected: copy it with the keyboard.";
    }
  });
}

(() => {
  const inbox = document.querySelector("[data-inbox]");
  const live = document.querySelector("[data-live]");
  if (!inbox || !live || !window.EventSource || !window.htmx) return;
  const RETRY_MS = 10_000;
  const title = document.title;
  let stream = null;
  let broken = false;
  let fresh = 0;

  const ids = () => new Set([...document.querySelectorAll("[data-alert]")].map((row) => row.dataset.alert));
  const say = (words) => { live.textContent = words; };
  const signIn = () => { close(); location.assign("/sign-in"); };

  // One refresh at a time: what is told meanwhile makes one more, however many alerts come at once.
  let refreshing = false;
  let again = false;
  async function refresh() {
    again = true;
    if (refreshing) return;
    refreshing = true;
    try {
      while (again) {
        again = false;
        await swap();
      }
    } finally {
      refreshing = false;
    }
  }

  async function swap() {
    const before = ids();
    await window.htmx.ajax("GET", "/inbox", { target: "[data-inbox]", swap: "innerMorph" });
    const added = [...ids()].filter((id) => !before.has(id)).length;
    if (added === 0) return;
    fresh += added;
    say(added === 1 ? "1 new alert" : `${added} new alerts`);
    if (document.hidden) document.title = `(${fresh}) ${title}`;
  }

  function open() {
    if (stream) return;
    stream = new EventSource(`/events?after=${encodeURIComponent(inbox.dataset.after)}`);
    stream.addEventListener("open", () => {
      if (!broken) return;
      broken = false;
      say("Live again");
      refresh();
    });
    stream.addEventListener("inbox", (event) => {
      if (event.lastEventId) inbox.dataset.after = event.lastEventId;
      refresh();
    });
    stream.addEventListener("signed-out", signIn);
    stream.addEventListener("error", () => {
      broken = true;
      say("Not live at the moment; trying again");
      if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      close();
      refresh(); // finds out whether the session has ended
      setTimeout(open, RETRY_MS);
    });
  }
  function close() {
    if (stream) stream.close();
    stream = null;
  }

  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status === 401) signIn();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { fresh = 0; document.title = title; }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();
