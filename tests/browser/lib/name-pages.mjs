// Invented forms in which names are sent, and a conversation that shows who wrote. Title and body by path.

const STAYS = 'onsubmit="event.preventDefault(); document.title = \'Sent\'"';

/** @type {Record<string, [string, string]>} */
export const NAME_PAGES = {
  "/sign-in": ["Sign in", `<form ${STAYS}><label>User name <input id="user" name="user"></label><label>Password <input id="password" name="pw" type="password"></label>
    <button id="go">Go on</button></form>`],
  "/filled": ["Sign in", `<form ${STAYS}><input id="who" name="w" value="old-heron"><input type="password" value="filled-in"><button id="go">Go on</button></form>`],
  "/register": ["Register", `<form ${STAYS} aria-label="Create account"><input id="given" autocomplete="given-name"><input id="shown" aria-label="Display name">
    <input id="mail" type="email"><button id="go">Go on</button></form>`],
  "/newsletter": ["News", `<form ${STAYS}><label>E-mail <input id="mail" type="email" name="email"></label><button id="go">Sign up for news</button></form>`],
  "/sent-by-page": ["By itself", `<form id="login" ${STAYS}><input name="user" value="made-by-page"></form><script>addEventListener("load", () => login.requestSubmit());</script>`],
  "/compose": ["A letter", `<form ${STAYS}><label>From <select name="from"><option>Quay &lt;quay@post.example&gt;</option></select></label><label>To <input id="to" name="to"></label>
    <textarea id="letter" name="body"></textarea><button id="go">Post</button></form>`],
  "/quay": ["The quay", `<h1>The quay</h1><div id="log" role="log"><div><b class="username">kit</b> <span>the gulls are loud</span> <time datetime="2026-11-24T10:01:00Z">10:01</time></div></div>
    <label>Message <textarea id="message" name="message"></textarea></label>
    <script>message.addEventListener("keydown", (event) => { if (event.key !== "Enter") return; event.preventDefault();
      const row = document.createElement("div"); row.innerHTML = '<b class="username">quay-walker</b> <span></span>';
      row.querySelector("span").textContent = message.value; log.append(row); message.value = ""; });</script>`],
};
