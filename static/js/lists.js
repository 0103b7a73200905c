// Moving and selecting in a list of tickets, [data-list]: j and k move one focus, x selects, Back finds the same place.
import { register } from "./shortcuts.js";
import { say } from "./speech.js";
import { countedWord, word } from "./words.js";

export const list = () => document.querySelector("[data-list]");
export const links = () => [...document.querySelectorAll("[data-list] .ticket-row-link")];
const boxOf = (link) => link?.closest("li").querySelector(".ticket-row-select input");

// ---- Moving

function current() {
  const all = links();
  const here = all.indexOf(document.activeElement?.closest("li")?.querySelector(".ticket-row-link"));
  return here >= 0 ? here : all.findIndex((link) => link.dataset.visited);
}

function move(step, { extend = false } = {}) {
  const all = links();
  if (!all.length) return;
  const here = current();
  if (extend && here >= 0) select(boxOf(all[here]), true);
  const next = all[Math.min(all.length - 1, Math.max(0, here + step))];
  rove(next);
  next.focus();
  next.closest("li").scrollIntoView({ block: "nearest" });
  if (extend) select(boxOf(next), true);
}

// Exactly one row can be reached with Tab: the one that had the focus last, the open one, or else the first.
export function rove(chosen = links().find((link) => link.getAttribute("aria-current"))) {
  for (const link of links()) {
    link.tabIndex = -1;
    delete link.dataset.visited;
  }
  if (chosen) chosen.dataset.visited = "yes";
  const reached = chosen ?? links()[0];
  if (reached) reached.tabIndex = 0;
}

document.addEventListener("focusin", ({ target }) => target.matches?.("[data-list] .ticket-row-link") && rove(target));

const canSelect = () => Boolean(document.querySelector("[data-list] .ticket-row-select"));

for (const [keys, text, run, when = () => Boolean(list())] of [
  [["j"], "listNext", () => move(1)],
  [["k"], "listPrevious", () => move(-1)],
  [["o"], "listOpen", () => links()[current()]?.click()],
  [["x"], "listSelect", () => toggle(boxOf(links()[current()])), canSelect],
  [["J"], "listExtendDown", () => move(1, { extend: true }), canSelect],
  [["K"], "listExtendUp", () => move(-1, { extend: true }), canSelect],
]) {
  register({ keys, text: word(text), group: "list", run, when });
}

// ---- Selecting

function toggle(box) {
  if (box) select(box, !box.checked);
}

function select(box, on) {
  if (!box || box.checked === on) return;
  box.checked = on;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("change", ({ target }) => target.matches("[data-list] .ticket-row-select input") && count());

function count() {
  const selected = document.querySelectorAll("[data-list] .ticket-row-select :checked").length;
  for (const bar of document.querySelectorAll("[data-bulk-bar]")) bar.hidden = selected === 0;
  const words = countedWord("selected", selected);
  for (const place of document.querySelectorAll("[data-selection-count]")) place.textContent = words;
  say(words);
}

document.addEventListener("keydown", (event) => {
  const selected = document.querySelectorAll("[data-list] .ticket-row-select :checked");
  if (event.key !== "Escape" || !selected.length || document.querySelector("dialog[open], :popover-open")) return;
  event.preventDefault();
  selected.forEach((box) => (box.checked = false));
  count();
});

// ---- Coming back: the same place in the list

const place = `place:${location.pathname}${location.search}`;

// Beside a ticket the same list is another page: there it stands as it stood beside the ticket before.
const beside = `beside:${list()?.dataset.rows}`;

window.addEventListener("pagehide", () => {
  const body = list()?.closest(".pane-body");
  if (body) sessionStorage.setItem(beside, String(body.scrollTop));
  if (body) sessionStorage.setItem(place, JSON.stringify({ top: body.scrollTop, row: links()[current()]?.closest("li").id }));
});

rove();
const opened = document.querySelector("[data-list] [aria-current]")?.closest("li");
if (opened) {
  list().closest(".pane-body").scrollTop = Number(sessionStorage.getItem(beside) ?? 0);
  opened.scrollIntoView({ block: "nearest" });
}
const left = JSON.parse(sessionStorage.getItem(place) ?? "null");
if (left && list() && performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
  list().closest(".pane-body").scrollTop = left.top;
  const link = left.row && document.getElementById(left.row)?.querySelector(".ticket-row-link");
  if (link) {
    rove(link);
    link.focus({ preventScroll: true });
  }
}
