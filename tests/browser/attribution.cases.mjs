// Acts in a real browser, and the row of the table of attribution (docs/attribution.md) that must decide on each thing told of them, in
// order. `start` is opened by a click on a link; only pages that show $WORD are looked at. $HERE and $THERE are the case's pages under
// two sites. Nothing told: nothing with the word may ever come. stories/attribution.test.mjs runs them, all in one browser.

/**
 * @typedef {import("./lib/scene.mjs").BrowserName} BrowserName
 * @typedef {"page" | "typed" | "messages" | "picture" | "video-frame" | "download"} Kind
 * @typedef {[string, ...string[]]} Step an act of the person, or something to wait for; see lib/acts.mjs
 * @typedef {object} Case
 * @property {string} name
 * @property {import("./lib/acts-site.mjs").Pages} pages
 * @property {Step[]} [acts]
 * @property {Partial<Record<Kind, string[]>>} told rows, by kind of fact
 * @property {Partial<Record<BrowserName, Partial<Record<Kind, string[]>>>>} [but] where a browser says less of how a page was opened
 * @property {BrowserName[]} [browsers] both by default
 */

const LINK = `<a id="go" href="target">Go</a>`;
const WORD = "<p>$WORD</p>";
/** Text long enough to scroll in. */
const LONG = `${WORD}<div style="height:4000px"></div>`;
const AD = `<p>News</p><iframe id="ad" src="$THERE/target" width="300" height="200"></iframe>`;
const later = (/** @type {string} */ script, ms = 400) => `<p>Wait</p><script>addEventListener("load", () => setTimeout(() => { ${script} }, ${ms}));</script>`;
const button = (/** @type {string} */ script) => `<button id="go">Go</button><script>go.onclick = () => { ${script} };</script>`;
/** @type {Step} */
const CLICK = ["click", "#go"];
/** @type {Step[]} */
const USE = [["on screen"], ["wheel"]];
const opened = { page: ["opened"] };
const shown = { page: ["shown"] };

/** @type {Case[]} What a person opened. */
const OPENED = [
  { name: "a link is clicked", pages: { start: LINK, target: WORD }, acts: [CLICK], told: opened },
  { name: "a link is followed by the keyboard", pages: { start: LINK, target: WORD }, acts: [["focus", "#go"], ["press", "Enter"]], told: opened },
  { name: "a link that opens a tab is clicked", pages: { start: `<a id="go" href="target" target="_blank">Go</a>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "a link that opens a tab without an opener is clicked", pages: { start: `<a id="go" href="target" target="_blank" rel="noopener noreferrer">Go</a>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "a link is opened behind and then looked at", pages: { start: LINK, target: WORD }, acts: [["click behind", "#go"], ["loaded", "target"], ["look at", "target"]], told: opened },
  { name: "a link is opened behind by the middle button and then looked at", pages: { start: LINK, target: WORD }, acts: [["middle click", "#go"], ["loaded", "target"], ["look at", "target"]], told: opened },
  { name: "a link to another site is clicked", pages: { start: `<a id="go" href="$THERE/target">Go</a>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "a picture that is a link is clicked", pages: { start: `<a href="target"><img id="go" src="/picture/1.png"></a>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "an area of an image map is clicked", pages: { start: `<img src="/picture/2.png" usemap="#map"><map name="map"><area id="go" shape="rect" coords="0,0,150,110" href="target"></map>`, target: WORD }, acts: [["click", "img"]], told: opened },
  { name: "a link in a shadow tree is clicked", pages: { start: `<div id="go"></div><script>go.attachShadow({ mode: "open" }).innerHTML = '<a href="target">Go</a>';</script>`, target: WORD }, acts: [["click", "#go >>> a"]], told: opened },
  { name: "a link that its server answers slowly is clicked", pages: { start: LINK, target: { body: WORD, afterMs: 2_600 } }, acts: [CLICK], told: opened },
  { name: "a link whose server sends on within the site is clicked", pages: { start: `<a id="go" href="hop">Go</a>`, hop: { to: "target" }, target: WORD }, acts: [CLICK], told: opened },
  { name: "a link to a page that leads on within the site is clicked", pages: { start: `<a id="go" href="hop">Go</a>`, hop: `<meta http-equiv="refresh" content="0;url=target">`, target: WORD }, acts: [CLICK], told: shown },
  { name: "a button whose script goes to a page is clicked", pages: { start: button(`location.assign("target")`), target: WORD }, acts: [CLICK], told: opened },
  { name: "a button whose script asks first and then goes to a page is clicked", pages: { start: button(`fetch("/loaded?ask").then(() => location.assign("target"))`), target: WORD }, acts: [CLICK], told: opened },
  { name: "a link that its page's script opens in a tab is clicked", pages: { start: `${LINK}<script>go.onclick = (event) => { event.preventDefault(); window.open(go.href); };</script>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "a form is sent by its button", pages: { start: `<form action="target"><input name="q" value="tide"><button id="go">Go</button></form>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "a form is sent by the Enter key", pages: { start: `<form action="target"><input id="go" name="q"></form>`, target: WORD }, acts: [["focus", "#go"], ["press", "Enter"]], told: opened },
  { name: "a form is posted", pages: { start: `<form action="target" method="post"><button id="go">Go</button></form>`, target: WORD }, acts: [CLICK], told: opened },
  { name: "an address is typed into the address bar", pages: { start: "<p>Start</p>", target: WORD }, acts: [["address bar", "target"]], told: opened },
  { name: "a page is loaded again by its own button", pages: { start: `${button("location.reload()")}${WORD}` }, acts: [CLICK], told: { page: ["opened", "opened"] } },
  { name: "the page before is gone back to by a page's own button", pages: { start: `${LINK}${WORD}`, target: button("history.back()") }, acts: [CLICK, ["seen", "target"], CLICK], told: { page: ["opened", "opened"] } },
  { name: "a view of a page that is one document is opened by a click", pages: { start: button(`history.pushState({}, "", "view"); document.body.innerHTML = "${WORD}";`) }, acts: [CLICK], told: opened },
  { name: "a link that its page turns into a view is clicked", pages: { start: `<a id="go" href="view">Go</a><script>go.onclick = (event) => { event.preventDefault(); history.pushState({}, "", "view"); document.body.innerHTML = "${WORD}"; };</script>` }, acts: [CLICK], told: opened },
  { name: "a link to a view after the hash is clicked", pages: { start: `<a id="go" href="#!/view">Go</a><p id="view"></p><script>addEventListener("hashchange", () => { view.textContent = "$WORD"; });</script>` }, acts: [CLICK], told: opened },
  { name: "a page that puts its own address right as it opens", pages: { start: LINK, target: `${WORD}<script>history.replaceState({}, "", "target?canonical");</script>` }, acts: [CLICK], told: opened },
  { name: "a frame of the page's own site", pages: { start: `<iframe src="target"></iframe>`, target: WORD }, told: opened },
  { name: "a frame written into the page", pages: { start: `<iframe srcdoc="${WORD}"></iframe>` }, told: opened },
  { name: "a link in a frame of the page's own site is clicked", pages: { start: `<iframe src="inner"></iframe>`, inner: LINK, target: WORD }, acts: [["seen", "inner"], ["click in frame", "inner", "#go"]], told: opened },
  { name: "a link in an advertisement is clicked and opens in it", pages: { start: `<iframe src="$THERE/inner"></iframe>`, inner: LINK, target: WORD }, acts: [["seen", "inner"], ["click in frame", "inner", "#go"]], told: opened },
  { name: "a link in an advertisement is clicked and takes the whole tab", pages: { start: `<iframe src="$THERE/inner"></iframe>`, inner: `<a id="go" href="target" target="_top">Go</a>`, target: WORD }, acts: [["seen", "inner"], ["click in frame", "inner", "#go"]], told: opened },
  { name: "an advertisement is clicked and opens in a tab", pages: { start: `<iframe src="$THERE/inner"></iframe>`, inner: `<a id="go" href="target" target="_blank">Go</a>`, target: WORD }, acts: [["seen", "inner"], ["click in frame", "inner", "#go"]], told: opened },
];

/** @type {Case[]} What came by itself, and what then becomes of it. */
const BY_ITSELF = [
  { name: "a page's script goes to another page of the site after a while", pages: { start: LINK, target: later(`location.assign("next")`, 5_300), next: WORD }, acts: [CLICK], told: { page: ["came by itself"] } },
  { name: "a page's script goes on at once within the site", pages: { start: later(`location.assign("target")`), target: WORD }, told: shown },
  { name: "a page's script goes to another site", pages: { start: later(`location.assign("$THERE/target")`), target: WORD }, told: { page: ["redirected"] } },
  { name: "a page's script puts another site in its place", pages: { start: later(`location.replace("$THERE/target")`), target: WORD }, told: { page: ["redirected"] } },
  { name: "a page refreshes itself to another site", pages: { start: `<meta http-equiv="refresh" content="1;url=$THERE/target">`, target: WORD }, told: { page: ["redirected"] } },
  { name: "a page refreshes itself", pages: { start: `<p>News</p><script>if (sessionStorage.getItem(location.pathname)) document.write("${WORD}"); else { sessionStorage.setItem(location.pathname, "1"); setTimeout(() => location.reload(), 1_000); }</script>` }, told: { page: ["refreshed"] } },
  { name: "a page refreshes itself by what its head says", pages: { start: `<meta http-equiv="refresh" content="1"><p>News</p><script>if (sessionStorage.getItem(location.pathname)) { document.write("${WORD}"); window.stop(); } sessionStorage.setItem(location.pathname, "1");</script>` }, told: { page: ["refreshed"] } },
  { name: "a link is clicked whose server sends on to another site", pages: { start: `<a id="go" href="hop">Go</a>`, hop: { to: "$THERE/target" }, target: WORD }, acts: [CLICK], told: { page: ["redirected"] } },
  { name: "a link is clicked to a page that leads on to another site", pages: { start: `<a id="go" href="hop">Go</a>`, hop: later(`location.assign("$THERE/target")`, 50), target: WORD }, acts: [CLICK], told: { page: ["redirected"] } },
  { name: "an address is typed that its server sends on to another site", pages: { start: "<p>Start</p>", hop: { to: "$THERE/target" }, target: WORD }, acts: [["address bar", "hop"]], told: { page: ["redirected"] } },
  { name: "a form is sent that its server sends on to another site", pages: { start: `<form action="hop"><button id="go">Go</button></form>`, hop: { to: "$THERE/target" }, target: WORD }, acts: [CLICK], told: { page: ["redirected"] } },
  { name: "a link that names one site and leads to another is clicked", pages: { start: `<a id="go" href="$HERE/named">Go</a><script>go.onclick = (event) => { event.preventDefault(); location.assign("$THERE/target"); };</script>`, target: WORD }, acts: [CLICK], told: { page: ["redirected"] } },
  { name: "a redirect is left by the Escape key", pages: { start: later(`location.assign("$THERE/target")`), target: WORD }, acts: [["seen", "target"], ["on screen"], ["press", "Escape"]], told: { page: ["redirected"] } },
  { name: "over a redirect the pointer is moved", pages: { start: later(`location.assign("$THERE/target")`), target: LONG }, acts: [["seen", "target"], ["on screen"], ["move"]], told: { page: ["redirected"] } },
  { name: "a redirect is clicked the moment it comes", pages: { start: later(`location.assign("$THERE/target")`), target: LONG }, acts: [["seen", "target"], ["click", "body"]], told: { page: ["redirected"] } },
  { name: "a redirect is scrolled in", pages: { start: later(`location.assign("$THERE/target")`), target: LONG }, acts: [["seen", "target"], ...USE], told: { page: ["redirected", "shown"] } },
  { name: "a redirect is read down by the keyboard", pages: { start: later(`location.assign("$THERE/target")`), target: LONG }, acts: [["seen", "target"], ["on screen"], ["press", "PageDown"]], told: { page: ["redirected", "shown"] } },
  { name: "into a page come to by redirect something is typed", pages: { start: later(`location.assign("$THERE/target")`), target: `<p>Plain</p><input id="field">` }, acts: [["seen", "target"], ["on screen"], ["type", "#field", "$WORD"]], told: { typed: ["typed"] } },
  { name: "a click on a page opens a pop-up", pages: { start: button(`window.open("$THERE/target")`), target: WORD }, acts: [CLICK], told: { page: ["pop-up"] } },
  { name: "a click on a page opens a pop-up of the same site", pages: { start: button(`window.open("target", "_blank", "width=300,height=300")`), target: WORD }, acts: [CLICK], told: { page: ["pop-up"] } },
  { name: "a pop-up opens empty and is then filled with an address", pages: { start: button(`const opened = window.open("about:blank"); opened.location = "$THERE/target";`), target: WORD }, acts: [CLICK], told: { page: ["pop-up"] } },
  { name: "a pop-up is used", pages: { start: button(`window.open("$THERE/target")`), target: LONG }, acts: [CLICK, ["seen", "target"], ["turn to", "target"], ...USE], told: { page: ["pop-up", "shown"] } },
  { name: "a click on a link opens a pop-up as well", pages: { start: `${LINK}<script>go.addEventListener("click", () => { window.open("popped"); });</script>`, target: "<p>Plain</p>", popped: WORD }, acts: [CLICK], told: { page: ["pop-up"] } },
  { name: "a page's script goes back by itself", pages: { start: `${LINK}${WORD}`, target: later("history.back()") }, acts: [CLICK], told: { page: ["opened", "gone back to"] } },
  { name: "an advertisement's frame", pages: { start: AD, target: WORD }, told: { page: ["part of another site"] } },
  { name: "an advertisement's frame without an origin", pages: { start: `<iframe sandbox="allow-scripts" src="$THERE/target"></iframe>`, target: WORD }, told: { page: ["part of another site"] } },
  { name: "an advertisement in an advertisement", pages: { start: `<iframe src="$THERE/inner" width="400" height="300"></iframe>`, inner: `<iframe src="target"></iframe>`, target: WORD }, told: { page: ["part of another site"] } },
  { name: "an advertisement that changes by itself", pages: { start: `<iframe src="$THERE/inner"></iframe>`, inner: later(`location.assign("target")`), target: WORD }, told: { page: ["part of another site"] } },
  { name: "an advertisement that a page brings in after a click elsewhere", pages: { start: button(`document.body.append(Object.assign(document.createElement("iframe"), { src: "$THERE/target" }))`), target: WORD }, acts: [CLICK], told: { page: ["part of another site"] } },
  { name: "the page around an advertisement is scrolled", pages: { start: `${AD}<div style="height:4000px"></div>`, target: WORD }, acts: [["seen", "target"], ["on screen"], ["press", "PageDown"]], told: { page: ["part of another site"] } },
  { name: "a frame of another site is used", pages: { start: AD, target: LONG }, acts: [["seen", "target"], ["on screen", "target"], ["click in frame", "target", "body"]], told: { page: ["part of another site", "shown"] } },
  { name: "text that a page adds by itself", pages: { start: later(`document.body.append("$WORD")`, 5_300) }, told: shown },
  { name: "text that comes within the opening of its page", pages: { start: button(`setTimeout(() => document.body.append("$WORD"), 900)`) }, acts: [CLICK], told: opened },
];

/** @type {Case[]} What was never on the screen. */
const NEVER = [
  { name: "a page fetched ahead", pages: { start: `<link rel="prefetch" href="target"><p>Start</p>`, target: WORD }, acts: [["asked for", "target"]], told: {} },
  { name: "a page fetched by a script", pages: { start: `<p>Start</p><script>fetch("target").then((answer) => answer.text());</script>`, target: WORD }, acts: [["asked for", "target"]], told: {} },
  { name: "a tab opened behind", pages: { start: LINK, target: WORD }, acts: [["click behind", "#go"], ["loaded", "target"]], told: {} },
  { name: "a tab behind that refreshes itself", pages: { start: LINK, target: `${WORD}<script>if (!sessionStorage.getItem("again")) { sessionStorage.setItem("again", "1"); setTimeout(() => location.reload(), 300); }</script>` }, acts: [["click behind", "#go"], ["loaded twice", "target"]], told: {} },
  { name: "a tab behind that is sent on to another site", pages: { start: LINK, target: later(`location.assign("$THERE/next")`), next: WORD }, acts: [["click behind", "#go"], ["loaded", "next"]], told: {} },
  { name: "a tab behind that changes its title, as when a message comes", pages: { start: LINK, target: later(`document.title = "$WORD"; fetch("/loaded?" + location.pathname);`) }, acts: [["click behind", "#go"], ["loaded twice", "target"]], told: {} },
  { name: "a notification and its preview", pages: { start: later(`new Notification("$WORD", { body: "$WORD" }).onshow = () => 0; fetch("/loaded?/notified");`) }, acts: [["loaded", "start"]], told: {} },
  { name: "a frame without area", pages: { start: `<iframe src="target" style="display:none"></iframe><iframe src="target" width="0" height="0"></iframe>`, target: WORD }, acts: [["loaded", "target"]], told: {} },
  { name: "text that is hidden", pages: { start: `<p>Start</p><p style="display:none">$WORD</p><p style="visibility:hidden">$WORD</p>` }, told: {} },
  { name: "text that a script puts into a field", pages: { start: `<input id="field"><script>field.value = "$WORD"; field.dispatchEvent(new InputEvent("input", { bubbles: true, data: "$WORD" }));</script>` }, told: {} },
  { name: "keys that a script makes up", pages: { start: `<textarea id="field"></textarea><script>field.focus(); for (const key of "$WORD") { field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); field.value += key; field.dispatchEvent(new InputEvent("input", { bubbles: true, data: key })); }</script>` }, told: {} },
  { name: "the device's own camera in a call", pages: { start: `<video id="own" autoplay muted width="320" height="240"></video><p>Call</p><script>navigator.mediaDevices.getUserMedia({ video: true }).then((stream) => { own.srcObject = stream; own.onplaying = () => fetch("/loaded?" + location.pathname); });</script>` }, acts: [["loaded twice", "start"], ["on screen"]], told: {} },
];

const CANVAS = `const canvas = Object.assign(document.createElement("canvas"), { width: 160, height: 120 }); const context = canvas.getContext("2d"); let x = 0;
  setInterval(() => { context.fillStyle = "hsl(" + x * 9 + " 90% 50%)"; context.fillRect((x * 7) % 160, 0, 30, 120); x += 1; }, 50);`;
const CALL = `<video id="film" autoplay muted width="320" height="240"></video><script>(async () => { ${CANVAS}
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
  far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
  far.ontrack = ({ streams }) => { film.srcObject = streams[0]; };
  for (const track of canvas.captureStream(20).getTracks()) near.addTrack(track, new MediaStream([track]));
  await near.setLocalDescription(); await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription(); await near.setRemoteDescription(far.localDescription); })();</script>`;
const filmed = (/** @type {string} */ then) => `<video id="film" muted loop width="320" height="240"></video> <button id="go">Play</button><script>(async () => { ${CANVAS}
  const recorder = new MediaRecorder(canvas.captureStream(20)); const parts = []; recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.onstop = () => { film.src = URL.createObjectURL(new Blob(parts)); ${then} };
  recorder.start(); setTimeout(() => recorder.stop(), 900); })();</script>`;
const CHAT = `<style>#log > div { display: flex; } .r { justify-content: flex-end; }</style><div id="log" role="log" aria-live="polite">
  <div><div class="b"><b class="username">kit</b> <span>the gulls are loud</span> <time datetime="2026-11-24T10:01:00Z">10:01</time></div></div>
  <div class="r"><div class="b"><span>they are, down by the pier</span> <time datetime="2026-11-24T10:02:00Z">10:02</time></div></div></div>
  <label>Message <textarea id="field" name="message"></textarea></label>`;
const answers = (/** @type {number} */ ms) => `${CHAT}<script>addEventListener("load", () => setTimeout(() => { const row = log.firstElementChild.cloneNode(true);
  row.querySelector("span").textContent = "$WORD"; log.append(row); fetch("/loaded?" + location.pathname); }, ${ms}));</script>`;

/** @type {Case[]} Typing, conversations, pictures, videos, files. */
const OTHER = [
  { name: "text is typed into a field", pages: { start: `<label>Remark <input id="field"></label>` }, acts: [["type", "#field", "$WORD"]], told: { typed: ["typed"] } },
  { name: "text is typed into an editor", pages: { start: `<div id="field" contenteditable="true">Older words</div>` }, acts: [["type", "#field", "$WORD"]], told: { typed: ["typed"] } },
  { name: "text is typed into a field in a shadow tree", pages: { start: `<div id="host"></div><script>host.attachShadow({ mode: "open" }).innerHTML = '<input id="field">';</script>` }, acts: [["type", "#host >>> #field", "$WORD"]], told: { typed: ["typed"] } },
  { name: "text is typed into a frame of another site", pages: { start: `<iframe src="$THERE/inner"></iframe>`, inner: `<p>Chat</p><input id="field">` }, acts: [["seen", "inner"], ["type in frame", "inner", "#field", "$WORD"]], told: { typed: ["typed"] } },
  { name: "a search is typed and sent", pages: { start: `<form action="target" role="search"><input id="field" type="search" name="q"></form>`, target: "<p>Results</p>" }, acts: [["type", "#field", "$WORD"], ["press", "Enter"]], told: { typed: ["typed"], page: ["opened"] } },
  { name: "a conversation is opened", pages: { start: LINK, target: CHAT.replace("the gulls are loud", "$WORD") }, acts: [CLICK], told: { messages: ["opened"] } },
  { name: "a message of somebody else comes", pages: { start: answers(1_500) }, told: { messages: ["received"] } },
  { name: "a message of somebody else comes behind and is then looked at", pages: { start: LINK, target: answers(1_500) }, acts: [CLICK, ["seen", "target"], ["another tab"], ["loaded twice", "target"], ["look at", "target"]], told: { messages: ["received"] } },
  { name: "a message is typed into a conversation", pages: { start: CHAT }, acts: [["type", "#field", "$WORD"]], told: { messages: ["typed"] } },
  { name: "a picture on a page that was opened", pages: { start: `<img src="/picture/3.png">` }, told: { picture: ["shown"] } },
  { name: "a picture that a page adds by itself", pages: { start: later(`document.body.append(Object.assign(new Image(), { src: "/picture/4.png" }))`) }, told: { picture: ["shown"] } },
  { name: "a picture in an advertisement", pages: { start: AD, target: `<img src="/picture/5.png">` }, told: { picture: ["part of another site"] } },
  { name: "a picture on a page come to by redirect", pages: { start: later(`location.assign("$THERE/target")`), target: `<img src="/picture/6.png">` }, told: { picture: ["redirected"] } },
  { name: "a picture on a page come to by redirect that is then used", pages: { start: later(`location.assign("$THERE/target")`), target: `<p>Plain</p><img src="/picture/7.png">` }, acts: [["seen", "target"], ["told", "picture"], ...USE], told: { picture: ["redirected", "shown"] } },
  { name: "a picture in a tab behind", pages: { start: LINK, target: `<img src="/picture/8.png">` }, acts: [["click behind", "#go"], ["loaded", "target"]], told: { picture: [] } },
  { name: "a video that plays by itself", pages: { start: filmed("film.play();") }, told: { "video-frame": ["shown"] } },
  { name: "a video that a click starts", pages: { start: filmed("go.onclick = () => film.play(); fetch('/loaded?' + location.pathname);") }, acts: [["loaded twice", "start"], CLICK], told: { "video-frame": ["played"] } },
  { name: "a video that plays by itself in an advertisement", pages: { start: `<iframe src="$THERE/target" width="400" height="300"></iframe>`, target: filmed("film.play();") }, told: { "video-frame": ["part of another site"] } },
  { name: "a screen that somebody else shares in a call", pages: { start: CALL }, told: { "video-frame": ["sent by others"] } },
  { name: "a picture is saved by a click", pages: { start: `<a id="go" href="/picture/9.png" download>Save</a>` }, acts: [CLICK], told: { download: ["saved by hand"] } },
];

export const CASES = [...OPENED, ...BY_ITSELF, ...NEVER, ...OTHER];
