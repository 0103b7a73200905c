// The conversation, [data-timeline]: opens at the first unread message, else at the newest; follows what comes in only for
// somebody who is at its end. For everybody else a pill waits, and a bar over the composer while one is writing.
// data-seen-url on [data-timeline] is told the newest event that was in sight: a page that was only prefetched is not read.
import { post } from "./csrf.js";
import { countedWord, word } from "./words.js";
import { say } from "./speech.js";

const near = 48; // pixels from the end that still count as being there
const pane = document.querySelector("[data-timeline]");
const observer = new ResizeObserver(resized);
let atEnd = true;
let size = "";
let unseen = 0;
let told = 0; // the event that the server knows to be seen
let known = new Set(); // the messages that stood there when somebody last looked

if (pane) {
  open();
  markSeen();
  document.addEventListener("visibilitychange", () => atEnd && markSeen());
  pane.addEventListener("scroll", scrolled, { passive: true });
  document.addEventListener("htmx:afterSettle", ({ detail }) => pane.contains(detail.target) && arrived());
  document.addEventListener("click", (event) => event.target.closest("[data-timeline-down]") && toEnd());
  observe();
}

function ids() {
  return new Set([...pane.querySelectorAll(".timeline-message")].map(({ id }) => id));
}

function open() {
  known = ids();
  const unread = pane.querySelector("[data-first-unread]");
  atEnd = !unread;
  if (unread) unread.scrollIntoView({ block: "start" });
  else pane.scrollTo({ top: pane.scrollHeight });
}

// The pane shrinks when the composer grows; its content grows when a picture has loaded.
function observe() {
  observer.observe(pane);
  observer.observe(pane.firstElementChild);
}

function resized() {
  if (atEnd) pane.scrollTo({ top: pane.scrollHeight });
  size = sizes();
}

function sizes() {
  return `${pane.scrollHeight} ${pane.clientHeight}`;
}

// What grew under a reader at the end has not moved them away from it: resized() takes them along.
function scrolled() {
  if (sizes() !== size) return;
  atEnd = pane.scrollHeight - pane.scrollTop - pane.clientHeight < near;
  if (atEnd) seen();
}

function arrived() {
  observe(); // a swap may have put another element there
  const news = [...ids()].filter((id) => !known.has(id));
  known = ids();
  if (!news.length) return;
  if (atEnd) {
    pane.scrollTo({ top: pane.scrollHeight });
    markSeen();
  } else {
    unseen += news.length;
    pill(true);
  }
  if (document.activeElement?.closest("[data-composer-set]") && news.some((id) => isTheirs(id))) bar(true);
}

function isTheirs(id) {
  return document.getElementById(id).classList.contains("message-customer");
}

function toEnd() {
  pane.scrollTo({ top: pane.scrollHeight, behavior: "smooth" });
  seen();
}

function markSeen() {
  const newest = Number(pane.querySelector("[data-last-event]")?.dataset.lastEvent ?? 0);
  if (document.hidden || newest <= told || !pane.dataset.seenUrl) return;
  const before = told;
  told = newest;
  post(pane.dataset.seenUrl, { event: newest }, { keepalive: true }).catch(() => (told = before)); // said again with the next
}

function seen() {
  markSeen();
  unseen = 0;
  pill(false);
  bar(false);
}

function pill(on) {
  const button = document.querySelector("[data-timeline-pill]");
  if (!button) return;
  button.hidden = !on;
  if (on) button.querySelector("[data-new-count]").textContent = countedWord("message", unseen);
}

function bar(on) {
  const notice = document.querySelector("[data-customer-replied]");
  if (!notice) return;
  notice.hidden = !on;
  if (on) say(word("customerReplied"));
}
