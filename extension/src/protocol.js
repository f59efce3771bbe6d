// Messages and limits of docs/protocol.md part 1, as crates/model has them (native.rs, observation.rs, policy.rs,
// limits.rs). The one place in the extension where their shapes are written.

/** Lowest and highest protocol that this extension speaks. */
export const PROTOCOL_MIN = 1;
export const PROTOCOL_MAX = 1;
/** Name under which the agent's native host is registered. */
export const HOST_NAME = "org.proviso.agent";
/** The whole of what the toolbar may say: other people in the household may see it. */
export const SIGN = "This account is monitored";

export const PAGE_TEXT_BYTES_MAX = 2 * 1024 * 1024;
export const TYPED_TEXT_BYTES_MAX = 64 * 1024;
export const MESSAGE_TEXT_BYTES_MAX = 8 * 1024;
export const MESSAGES_MAX = 100;
export const MESSAGES_BYTES_MAX = 96 * 1024;
export const MESSAGE_NAME_BYTES_MAX = 200;
export const TITLE_BYTES_MAX = 1024;
export const SEARCH_TYPED_BYTES_MAX = 1024;
export const URL_BYTES_MAX = 8 * 1024;
export const NATIVE_MESSAGE_BYTES_MAX = 1024 * 1024;
export const NATIVE_PART_BYTES_MAX = 512 * 1024;
export const NATIVE_PARTS_MAX = 24;
/** Bytes of one picture; a longer one is told of without its bytes. */
export const PICTURE_SENT_BYTES_MAX = 8 * 1024 * 1024;
/** The agent calls 60 s of silence a gap; a pulse goes three times as often. */
export const PULSE_SECONDS = 20;

/**
 * What may be captured right now (policy.rs, Capture).
 * @typedef {object} Capture
 * @property {boolean} pages addresses, titles and visible text of pages shown
 * @property {boolean} addresses addresses of pages shown, without their text
 * @property {boolean} typed text typed into any field that may be captured
 * @property {boolean} searches text typed into search fields only
 * @property {boolean} messages conversations on pages shown, message by message
 * @property {boolean} [pictures] pictures on pages shown; absent from an agent that knows none
 * @property {boolean} [names] names in forms that are sent, and over messages typed; absent from an agent that knows none
 * @property {boolean} [recipients] to whom forms with a message are sent; absent from an agent that knows none
 * @property {boolean} private_windows that a private window is open
 * @property {boolean} software the state of the monitoring software
 */

/** @type {Readonly<Capture>} */
export const CAPTURE_NOTHING = Object.freeze({
  pages: false, addresses: false, typed: false, searches: false, messages: false, pictures: false, names: false, recipients: false, private_windows: false, software: false,
});

/**
 * What brought a fact about; names an act in an account on a device, never a person.
 * @typedef {"typed" | "opened" | "shown" | "played" | "downloaded" | "received" | "background" | "unknown"} Act
 */

/**
 * A click, tap or key (circumstances.rs).
 * @typedef {object} Gesture
 * @property {number} ms how long before
 * @property {true} [on_link] it was on a link to this very address
 * @typedef {"address-bar" | "bookmark" | "link" | "form" | "reload" | "history" | "start" | "embedded"} Cause
 *
 * What was seen of how a fact came about (circumstances.rs). What act that makes, the agent says.
 * @typedef {object} Circumstances
 * @property {Cause} [cause] what opened the page; absent where that was not seen
 * @property {Gesture} [gesture]
 * @property {"redirect" | "pop-up"} [detour] it is not where the gesture pointed to
 * @property {"opening"} [stage] it came with the opening of its page
 * @property {"same-site" | "other-site"} [frame]
 * @property {number} [used_ms] time since somebody used that page or frame, once it had been on the screen for a while
 * @property {"started" | "by-itself" | "from-others"} [playback]
 * @property {"here" | "others"} [wrote] whose all of the messages are
 */

/**
 * @typedef {object} Attribution
 * @property {Act} act "unknown" where there are circumstances: the agent decides
 * @property {boolean} foreground whether its tab and window were in front when observed
 * @property {number} visible_ms how long it had been visible
 * @property {number} [since_input_ms] time since the last human input in that tab; absent when there was none
 * @property {Circumstances} [circumstances]
 */

/** @typedef {"search" | "message" | "text"} Field */

/**
 * How a search began: what opened its page, and what was last typed by hand in a search field of that tab.
 * @typedef {{by: "link" | "form" | "address-bar" | "other", typed?: string, suggestion?: boolean}} SearchStart
 */

/**
 * One message of a conversation (messages.rs).
 * @typedef {object} Message
 * @property {string} [author] the name that the page shows
 * @property {boolean} [own] whether it is the watched account's; absent where that cannot be told
 * @property {boolean} [typed] it was seen being typed in this tab
 * @property {boolean} [unsent] it was typed and has not been seen to appear
 * @property {string} [time] as the page says it
 * @property {string} text
 * @property {number} index from 0 on one showing of a page
 * @property {boolean} [cut]
 */

/**
 * A name under which something was done (name.rs).
 * @typedef {"sign-in" | "author" | "sender" | "recipient"} NameHow
 * @typedef {{kind: "name", url: string, called: string, how: NameHow, typed?: boolean}} NameFact
 */

/**
 * @typedef {{kind: "page", url: string, title: string, text: string, cut: boolean, search?: SearchStart}} PageFact
 * @typedef {{kind: "typed", url: string, field: Field, text: string}} TypedFact
 * @typedef {{kind: "messages", url: string, channel: string, window: string, messages: Message[]}} MessagesFact
 * @typedef {{kind: "private-window", browser: string}} PrivateWindowFact
 * @typedef {PageFact | TypedFact | MessagesFact | NameFact | PrivateWindowFact} Fact
 */

/**
 * A picture that was shown (native.rs, PictureShown). Sizes are whole pixels, 0 where not known.
 * @typedef {"img" | "background" | "canvas" | "video-frame" | "download" | "other"} PictureElement
 * @typedef {"loaded" | "fetched-again" | "element-pixels" | "tab-pixels"} PictureFrom
 * @typedef {"too-large" | "unreachable" | "not-inspectable" | "no-room" | "lost"} PictureWithout why its bytes are not there
 * @typedef {object} PictureShown
 * @property {string} url of its page
 * @property {string} title of its page
 * @property {string} address its own; empty for a canvas
 * @property {PictureElement} element
 * @property {number} width
 * @property {number} height
 * @property {number} shown_width
 * @property {number} shown_height
 * @property {PictureFrom} from
 * @property {PictureWithout} [without]
 */

/**
 * From the extension (native.rs, ToHost).
 * @typedef {{type: "hello", protocol_min: number, protocol_max: number, instance: string, browser: string,
 *   browser_version: string, extension_version: string, private_allowed: boolean}} Hello
 * @typedef {{type: "observation", n: number, observed_at: string, attribution: Attribution, fact: Fact}} ObservationMessage
 * @typedef {{type: "picture", n: number, observed_at: string, attribution: Attribution, shown: PictureShown, data?: string}} PictureMessage
 * @typedef {{type: "part", n: number, index: number, count: number, data: string}} Part
 * @typedef {{type: "pulse", sent: number}} Pulse
 * @typedef {Hello | ObservationMessage | PictureMessage | Part | Pulse} ToHost
 */

/**
 * To the extension (native.rs, ToExtension).
 * @typedef {{type: "state", protocol: number, watching: boolean, capture: Capture, sign: string,
 *   notice_url: string | null, acknowledged: number}} State
 * @typedef {{type: "ack", n: number}} Ack
 * @typedef {{type: "mismatch", protocol_min: number, protocol_max: number}} Mismatch
 * @typedef {{type: "refused", n: number | null, reason: string}} Refused
 * @typedef {State | Ack | Mismatch | Refused} ToExtension
 */

/**
 * Within the extension: from a page's content script to the background.
 * @typedef {{type: "config"}} AskConfig
 * @typedef {{type: "input", at: number, touch?: boolean, link?: string}} InputSeen `touch`: a click, tap or key that may lead somewhere; `link`: the address of the link that it was on
 * @typedef {{visible_ms: number, since_input_ms: number | null, used_ms: number | null}} Presence
 * @typedef {{type: "suggestion", at: number, words: string[]}} SuggestionChosen what the entry says: whole, and line by line
 * @typedef {{type: "page", at: number, url: string, title: string, text: string, cut: boolean, first: boolean,
 *   opening: boolean} & Presence} PageSeen
 * @typedef {{type: "typed", at: number, url: string, field: Field, text: string} & Presence} TypedSeen
 * @typedef {{type: "name", at: number, url: string, name: string, how: NameHow, typed: boolean} & Presence} NameSeen
 * @typedef {{type: "messages", at: number, url: string, channel: string, messages: Message[]} & Presence} MessagesSeen
 * @typedef {Omit<PictureShown, "from"> & {type: "picture", at: number, from?: PictureFrom, data?: string, mark: number,
 *   playback?: Circumstances["playback"]} & Presence} PictureSeen `mark` names the element to {@link Where}
 * @typedef {boolean | "until-used"} Answer taken; or not, and it is asked again when it comes to the front; or taken, and told again when somebody uses the page
 * @typedef {"taken" | "until-used" | "again" | "black" | "lost"} PictureAnswer recorded; recorded, and to be told again once used; not in front, ask again; nothing but black; nothing to record
 * @typedef {AskConfig | InputSeen | SuggestionChosen | PageSeen | TypedSeen | MessagesSeen | NameSeen | PictureSeen} FromPage
 */

/**
 * Within the extension: from the background to a page's content script.
 * @typedef {object} Config
 * @property {"config"} type
 * @property {boolean} watching
 * @property {Capture} capture
 * @property {string} own_origin origin of the agent's own pages, never captured; empty while unknown
 * @typedef {{type: "look"}} Look the tab came to the front
 * @typedef {{type: "navigated", url: string}} Navigated the page changed its own address
 * @typedef {{type: "where", mark: number}} Where where an element is now: answered with a {@link Place} or null
 * @typedef {{left: number, top: number, width: number, height: number}} Place in parts of the tab's width and height
 * @typedef {Config | Look | Navigated | Where} ToPage
 */

/**
 * What the popup shows.
 * @typedef {{working: boolean, words: string, details_url: string}} PopupState
 */
