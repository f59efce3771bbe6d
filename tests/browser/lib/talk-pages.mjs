// Invented conversations: a chat built of bare blocks, and a thread of a forum. Title and body by path.

/** @type {Record<string, [string, string]>} */
export const TALK_PAGES = {
  "/room": ["Room 7 at the quay", `<h1>Room 7</h1><style>#log > div { display: flex; } .r { justify-content: flex-end; }</style>
    <div id="log" role="log" aria-live="polite"><div><div class="b"><b class="username">kit</b> <span>the gulls are loud</span> <time datetime="2026-11-24T10:01:00Z">10:01</time></div></div>
    <div class="r"><div class="b"><span>they are, down by the pier</span> <time datetime="2026-11-24T10:02:00Z">10:02</time></div></div></div>
    <label>Message <textarea id="message" name="message"></textarea></label> <button id="answer">Answer</button>
    <script>const say = (side, name, text) => { const row = document.createElement("div"); row.className = side;
        row.innerHTML = '<div class="b">' + (name ? '<b class="username">' + name + "</b> " : "") + "<span></span></div>";
        row.querySelector("span").textContent = text; log.append(row); };
      message.addEventListener("keydown", (event) => { if (event.key !== "Enter") return; event.preventDefault(); say("r", "", message.value); message.value = ""; });
      answer.onclick = () => say("", "kit", "see you at the lamp");</script>`],
  "/thread": ["Board", `<main><h1>Painting the boat shed</h1><ul class="posts">${["Test Person 31", "Test Person 32", "Test Person 31"].map((name, at) =>
    `<li class="post"><span class="author">${name}</span> <time datetime="2026-11-2${at}">${at} days ago</time><div class="body"><p>Post ${at} about harbour paint</p></div><button>Like</button></li>`).join("")}
    </ul></main><aside><p>Rules of the board</p></aside>`],
};
