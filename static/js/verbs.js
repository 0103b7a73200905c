// What one does with a ticket from its row: i takes it, e solves it. And Esc leaves a ticket for the list it came from.
import htmx from "./requests.js";
import { list } from "./lists.js";
import { register } from "./shortcuts.js";
import { word } from "./words.js";

const isAlone = () => Boolean(list()) && !document.querySelector("[data-timeline]");
const row = () => document.activeElement?.closest?.("[data-list] > li");

for (const [key, text, path, fields] of [
  ["i", "listTake", "take", ({ assignee }) => ({ was: assignee })],
  ["e", "listSolve", "status", ({ status }) => ({ was: status, status: list().dataset.solvedAs })],
]) {
  register({ keys: [key], text: word(text), group: "list", when: isAlone, run: () => row() && send(row(), path, fields) });
}

const underway = new Set();

// Once: the row says who has the ticket only after the answer, and a second press would be refused.
async function send(element, path, fields) {
  const address = `/t/${element.dataset.ticket}/${path}/`;
  if (underway.has(address)) return;
  underway.add(address);
  try {
    await htmx.ajax("POST", address, { source: element, swap: "none", values: fields(element.dataset) });
  } catch {
    // toasts.js says so
  } finally {
    underway.delete(address);
  }
}

document.addEventListener("keydown", (event) => {
  const back = document.querySelector("[data-back]");
  if (event.key !== "Escape" || event.defaultPrevented || !back) return;
  if (document.querySelector("dialog[open], :popover-open, [data-details='open'], [data-side='open']")) return;
  if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
  back.click();
});
