// The background of the extension. Listeners are registered at once, as a stopped worker is woken only for those.

import { messagesSeen, nameSeen, pageSeen, typedSeen } from "./capture.js";
import { downloadChanged } from "./downloads.js";
import * as link from "./link.js";
import * as navigation from "./navigation.js";
import { openNotice } from "./notice.js";
import { pictureSeen } from "./pictures.js";
import { reportPrivateWindows } from "./private_windows.js";
import { searchForgotten, suggestionChosen } from "./searches.js";
import { popupState, showSign } from "./sign.js";
import * as state from "./state.js";

/**
 * @typedef {import("../protocol.js").FromPage} FromPage
 * @typedef {import("../protocol.js").ToPage} ToPage
 */

const TICK_ALARM = "tick";
/** The periodic alarm, in minutes: the shortest that browsers allow. */
const TICK_MINUTES = 0.5;

chrome.runtime.onMessage.addListener((/** @type {FromPage | {type: "popup"}} */ message, sender, reply) => {
  void answer(message, sender).then(reply);
  return true;
});

/**
 * @param {FromPage | {type: "popup"}} message
 * @param {chrome.runtime.MessageSender} sender
 * @returns {Promise<unknown>}
 */
async function answer(message, sender) {
  switch (message.type) {
    case "config":
      await link.firstAnswer;
      return state.pageConfig();
    case "input":
      if (sender.tab?.id !== undefined) navigation.inputSeen(sender.tab.id, message);
      return true;
    case "suggestion":
      if (sender.tab?.id !== undefined) suggestionChosen(sender.tab.id, message.words, message.at);
      return true;
    case "page":
      return pageSeen(message, sender);
    case "typed":
      return typedSeen(message, sender);
    case "name":
      return nameSeen(message, sender);
    case "messages":
      return messagesSeen(message, sender);
    case "picture":
      return pictureSeen(message, sender);
    case "popup":
      await link.firstAnswer;
      return popupState();
  }
}

chrome.webNavigation.onBeforeNavigate.addListener(navigation.beginning);
chrome.webNavigation.onCommitted.addListener(navigation.committed);
chrome.webNavigation.onCreatedNavigationTarget.addListener(({ tabId, sourceTabId }) => navigation.openedFrom(tabId, sourceTabId));
for (const event of [chrome.webNavigation.onHistoryStateUpdated, chrome.webNavigation.onReferenceFragmentUpdated]) {
  event.addListener((details) => {
    navigation.wentOn(details);
    tell(details.tabId, { type: "navigated", url: details.url }, details.frameId);
  });
}
for (const event of [chrome.permissions.onAdded, chrome.permissions.onRemoved]) event.addListener(() => void link.accessChanged());
chrome.downloads.onChanged.addListener((delta) => void downloadChanged(delta));
chrome.tabs.onRemoved.addListener(navigation.tabClosed);
chrome.tabs.onRemoved.addListener(searchForgotten);
chrome.tabs.onActivated.addListener(({ tabId }) => tell(tabId, { type: "look" }));
chrome.windows.onFocusChanged.addListener(async (windowId) => {
  void reportPrivateWindows();
  if (windowId === chrome.windows.WINDOW_ID_NONE) return;
  for (const { id } of await chrome.tabs.query({ windowId, active: true })) tell(id, { type: "look" });
});
chrome.windows.onCreated.addListener(() => void reportPrivateWindows());
chrome.alarms.onAlarm.addListener(() => {
  link.tick();
  state.changed();
});
chrome.runtime.onStartup.addListener(() => void link.connect());
chrome.runtime.onInstalled.addListener(() => void watchOpenTabs());

let told = "";
state.onChange(() => {
  showSign();
  void openNotice();
  void reportPrivateWindows();
  const config = state.pageConfig();
  if (told !== JSON.stringify(config)) {
    told = JSON.stringify(config);
    void tellAll(config);
  }
});

/** Tabs that were open before the extension was installed have no content script in Chromium. */
async function watchOpenTabs() {
  const files = chrome.runtime.getManifest().content_scripts?.[0]?.js ?? [];
  for (const { id, incognito } of await chrome.tabs.query({ url: ["http://*/*", "https://*/*"] })) {
    if (id === undefined || incognito) continue;
    await chrome.scripting.executeScript({ target: { tabId: id, allFrames: true }, files }).catch(() => undefined);
  }
}

/** @param {ToPage} message */
async function tellAll(message) {
  for (const { id, incognito } of await chrome.tabs.query({})) if (!incognito) tell(id, message);
}

/**
 * @param {number | undefined} tabId
 * @param {ToPage} message
 * @param {number} [frameId] all frames when left out
 */
function tell(tabId, message, frameId) {
  if (tabId === undefined) return;
  // A tab without a content script (a browser page) does not answer, which is as it should be.
  chrome.tabs.sendMessage(tabId, message, frameId === undefined ? {} : { frameId }).catch(() => undefined);
}

void chrome.alarms.create(TICK_ALARM, { periodInMinutes: TICK_MINUTES });
showSign();
void link.connect();
