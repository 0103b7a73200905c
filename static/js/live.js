// The live bell. The server rings with {"cursor": 7, "ticket": 42, "kinds": ["message.received"]}; whoever shows ticket 42
// fetches it again. A socket gives no replay, so after every gap one asks for what came since the last cursor.
//   data-live-ticket="42"  hears about that ticket        data-live="list"  hears about any
// Both get the htmx event "live"; scripts hear "desk:ticket-changed" {ticket, kinds} on the document, and after a gap that
// was too long to be told event by event "desk:all-changed".
import htmx from "./requests.js";
import { openDialog } from "./dialogs.js";
import { word } from "./words.js";

const gather = 200; // several bells at once are one fetch
const grace = 5_000; // a shorter gap is nobody's business
const poll = 30_000;
const notAllowed = 4003; // signed out, or no agent any more: asking again is of no use before signing in
const wait = { first: 1_000, most: 30_000 };

const { liveUrl, liveSince, liveCursor } = document.body.dataset;
let cursor = Number(liveCursor || 0);
let socket = null;
let attempts = 0;
let retry = 0;
let downSince = 0;
let polling = 0;
const changed = new Map(); // ticket → kinds, gathered
let gathering = 0;

if (liveUrl) {
  connect();
  document.addEventListener("visibilitychange", () => !document.hidden && catchUp());
  window.addEventListener("online", reconnectNow);
  document.addEventListener("desk:signed-in", reconnectNow);
}

// ---- The socket

function connect() {
  const address = new URL(liveUrl, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.addEventListener("open", opened);
  socket.addEventListener("message", ({ data }) => heard(JSON.parse(data)));
  socket.addEventListener("close", closed);
}

async function opened() {
  attempts = 0;
  clearInterval(polling);
  const wasTold = isTold();
  downSince = 0;
  if ((await catchUp()) && wasTold) tell("back");
  document.body.dataset.hears = "yes";
  document.dispatchEvent(new CustomEvent("desk:live"));
}

function closed({ code }) {
  delete document.body.dataset.hears;
  if (code === notAllowed) {
    openDialog("signed-out");
    return;
  }
  downSince ||= Date.now();
  setTimeout(tellIfLong, grace + 50);
  // Full jitter: a thousand browsers do not come back in the same second.
  const longest = Math.min(wait.most, wait.first * 2 ** attempts);
  attempts += 1;
  retry = setTimeout(connect, Math.random() * longest);
}

function reconnectNow() {
  if (socket.readyState !== WebSocket.CLOSED) return;
  clearTimeout(retry);
  connect();
}

function tellIfLong() {
  if (!downSince || Date.now() - downSince < grace || isTold()) return;
  tell("paused");
  clearInterval(polling);
  polling = setInterval(catchUp, poll);
}

// Says something to the server, if the socket is open. What is lost is said again with the next heartbeat.
export function speak(words) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(words));
}

// ---- What happened

function heard(frame) {
  if (frame.presence) document.dispatchEvent(new CustomEvent("desk:presence", { detail: frame }));
  if (frame.catch_up) catchUp(); // the server itself missed some
  if (!frame.ticket) return;
  cursor = Math.max(cursor, frame.cursor);
  changed.set(frame.ticket, [...(changed.get(frame.ticket) ?? []), ...frame.kinds]);
  gathering ||= setTimeout(ring, gather);
}

async function catchUp() {
  try {
    const answer = await fetch(`${liveSince}?cursor=${cursor}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return false;
    const missed = await answer.json();
    missed.events.forEach(heard);
    if (missed.reset) ringAll(); // the gap was too long to tell it event by event
    cursor = Math.max(cursor, missed.cursor);
    return true;
  } catch {
    return false; // still without a connection; the next poll or bell tries again
  }
}

function ring() {
  gathering = 0;
  for (const [ticket, kinds] of changed) {
    document.dispatchEvent(new CustomEvent("desk:ticket-changed", { detail: { ticket, kinds } }));
    trigger(`[data-live-ticket="${ticket}"]`);
  }
  changed.clear();
  trigger('[data-live="list"]');
}

function ringAll() {
  document.dispatchEvent(new CustomEvent("desk:all-changed"));
  trigger("[data-live-ticket], [data-live]");
}

function trigger(selector) {
  for (const element of document.querySelectorAll(selector)) htmx.trigger(element, "live");
}

// ---- The slim banner

function isTold() {
  return document.getElementById("live-banner")?.dataset.state === "paused";
}

function tell(state) {
  const banner = document.getElementById("live-banner");
  if (!banner) return;
  banner.dataset.state = state;
  banner.classList.toggle("banner-ok", state === "back");
  banner.textContent = word(state === "back" ? "liveBack" : "livePaused");
  banner.hidden = false;
  if (state === "back") setTimeout(() => banner.dataset.state === "back" && (banner.hidden = true), 4_000);
}
