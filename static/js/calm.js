// New and changed tickets come into the list calmly.
//   <ul data-list data-rows="address" data-begins>   rows are <li id="row-42" data-place="…">; the address with ?ids=42,43 gives
//   those of them that stand in this list. Without data-begins it is a later page: nothing new belongs there.
// While the pointer, the focus or a selection is in the list, nothing moves: rows change where they are, new ones wait
// behind the pill, rows that left are dimmed. Otherwise every row goes where its place says.
import { Idiomorph } from "idiomorph";
import htmx from "./requests.js";
import { links, list, rove } from "./lists.js";
import { say } from "./speech.js";
import { countedWord, word } from "./words.js";

const gather = 150;
const pause = 3_000; // after a fetch that failed
const waiting = new Map(); // new rows behind the pill, by id
let asked = new Set(); // numbers of tickets to fetch
let clock = 0;
let fetching = false;

document.addEventListener("desk:ticket-changed", ({ detail }) => {
  if (!list()?.dataset.rows) return;
  asked.add(detail.ticket);
  clock ||= setTimeout(fetchRows, gather);
});

// Too much was missed to tell it ticket by ticket: ask about all rows that stand here.
document.addEventListener("desk:all-changed", () => {
  if (!list()?.dataset.rows) return;
  for (const row of list().children) asked.add(Number(row.id.replace("row-", "")));
  clock ||= setTimeout(fetchRows, gather);
});

async function fetchRows() {
  clock = 0;
  if (fetching) return;
  fetching = true;
  const numbers = [...asked];
  asked = new Set();
  let wait = gather;
  try {
    const address = new URL(list().dataset.rows, location.href);
    address.searchParams.set("ids", numbers.join(","));
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.status >= 500) throw new Error(`rows: ${answer.status}`);
    if (answer.ok && !answer.redirected) take(numbers, rowsIn(await answer.text()));
  } catch {
    // Without a connection the list stays as it is, and asks again: it was told of these only once.
    for (const number of numbers) asked.add(number);
    wait = pause;
  } finally {
    fetching = false;
    if (asked.size) clock ||= setTimeout(fetchRows, wait);
  }
}

function rowsIn(text) {
  const rows = new DOMParser().parseFromString(text, "text/html").querySelectorAll("li[id]");
  return new Map([...rows].map((row) => [row.id, row]));
}

function take(numbers, rows) {
  const held = isHeld();
  for (const number of numbers) if (!rows.has(`row-${number}`)) leave(`row-${number}`, held);
  for (const [id, row] of rows) if (document.getElementById(id)) update(document.getElementById(id), row);
  if (!list().hasAttribute("data-begins")) return;
  if (held) keepWaiting(rows);
  else place([...waiting.values(), ...rows.values()]);
}

function isHeld() {
  const box = list();
  const inUse = box.matches(":hover") || box.contains(document.activeElement);
  return inUse || box.querySelector(".ticket-row-select :checked") || box.closest(".pane-body")?.scrollTop > 8;
}

// ---- One row

function update(row, latest) {
  const before = row.textContent;
  Idiomorph.morph(row, latest, { callbacks: { beforeAttributeUpdated: isTheirs } });
  htmx.process(row);
  if (row.textContent === before) return;
  row.classList.add("is-changed");
  row.addEventListener("animationend", () => row.classList.remove("is-changed"), { once: true });
}

// The server does not know which row Tab reaches, which is selected, and which ticket is open beside the list.
function isTheirs(name) {
  return !["tabindex", "data-visited", "checked", "aria-current"].includes(name);
}

function leave(id, held) {
  waiting.delete(id);
  showPill();
  const row = document.getElementById(id);
  if (!row) return;
  if (!held) {
    row.remove();
    return;
  }
  row.classList.add("is-gone");
  row.querySelector(".ticket-row-due")?.replaceChildren(word("listGone"));
}

// ---- New rows

function keepWaiting(rows) {
  for (const [id, row] of rows) if (!document.getElementById(id)) waiting.set(id, row);
  showPill();
}

function place(rows) {
  for (const latest of rows) {
    const row = document.getElementById(latest.id) ?? document.importNode(latest, true);
    const after = [...list().children].find((other) => other !== row && placeOf(other) < placeOf(row));
    list().insertBefore(row, after ?? null);
    htmx.process(row);
  }
  list().parentElement.querySelector(".empty")?.toggleAttribute("hidden", list().childElementCount > 0);
  waiting.clear();
  showPill();
  rove(links().find((link) => link.dataset.visited));
}

// Microseconds and number, "1795291200000000-42": the first decides, and equal ones keep their order.
function placeOf(row) {
  return Number.parseInt(row.dataset.place ?? "0", 10);
}

function showPill() {
  const pill = document.querySelector("[data-new-pill]");
  if (!pill) return;
  const before = Number(pill.dataset.count ?? 0);
  const count = waiting.size;
  pill.hidden = count === 0;
  pill.dataset.count = count;
  pill.querySelector("[data-new-count]").textContent = countedWord("new", count);
  if (count > before) say(countedWord("new", count));
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-new-pill] button")) return;
  place([...waiting.values()]);
  list().closest(".pane-body")?.scrollTo({ top: 0 });
  links()[0]?.focus();
});
