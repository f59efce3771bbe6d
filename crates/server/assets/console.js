// The console works without this file. With it, the inbox follows the server: one stream per page, closed when the
// page is left, and the fragment is morphed in place so that focus, selection and scroll stay where they are.
"use strict";
(() => {
  const inbox = document.querySelector("[data-inbox]");
  const live = document.querySelector("[data-live]");
  if (!inbox || !live || !window.EventSource || !window.htmx) return;
  const title = document.title;
  let stream = null;
  let fresh = 0;

  const ids = () => new Set([...document.querySelectorAll("[data-alert]")].map((row) => row.dataset.alert));
  const say = (words) => { live.textContent = words; };

  // One refresh at a time: what is told meanwhile makes one more, however many alerts come at once.
  let refreshing = false;
  let again = false;
  async function refresh() {
    if (refreshing) { again = true; return; }
    refreshing = true;
    try {
      do {
        again = false;
        await swap();
      } while (again);
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
    stream.addEventListener("inbox", (event) => {
      if (event.lastEventId) inbox.dataset.after = event.lastEventId;
      refresh();
    });
    stream.addEventListener("signed-out", () => { close(); location.assign("/sign-in"); });
  }
  function close() {
    if (stream) stream.close();
    stream = null;
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { fresh = 0; document.title = title; }
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", open);
  open();
})();
