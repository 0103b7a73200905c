// Single keys. An element says its own: data-shortcut="r" (a link or button is pressed, a field gets the focus), with
// data-shortcut-group and, where its label does not do, data-shortcut-text. Scripts use register(). Matched on the
// character, so every layout works; silent while one writes, composes, holds Ctrl, Alt or AltGr, or a menu or dialog is open.
import { openDialog } from "./dialogs.js";
import { word } from "./words.js";
import { post } from "./csrf.js";

const patience = 1_200; // between the two keys of "g i"
const registry = [];
let first = ""; // the key of a chord that was pressed
let clock = 0;

export function register({ keys, text, group, run, when = () => true }) {
  registry.push({ keys, text, group, run, when });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || isWriting(event) || isCovered() || !isOn()) return;
  const key = keyOf(event);
  if (!key) return;
  const pressed = first ? `${first} ${key}` : key;
  const shortcut = all().find(({ keys, when }) => keys.includes(pressed) && when());
  const opens = !first && all().some(({ keys }) => keys.some((one) => one.startsWith(`${key} `)));
  forget();
  if (shortcut) {
    event.preventDefault();
    shortcut.run(event);
  } else if (opens) {
    first = key;
    clock = setTimeout(forget, patience);
  }
});

function forget() {
  clearTimeout(clock);
  first = "";
}

// "?" comes with Shift on some layouts and without on others; letters are told apart by Shift, whatever Caps Lock says.
function keyOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.getModifierState("AltGraph")) return "";
  if (event.isComposing || event.keyCode === 229 || event.key === "Dead") return "";
  const { key } = event;
  if (key.length > 1) return key;
  return event.shiftKey ? key.toUpperCase() : key.toLowerCase();
}

function isWriting({ target }) {
  if (!(target instanceof Element)) return false;
  if (target.closest("textarea, select, [contenteditable='true'], [role='menu'], [role='listbox']")) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit)$/.test(target.type);
}

function isCovered() {
  return Boolean(document.querySelector("dialog[open], [role='menu']:popover-open"));
}

function isOn() {
  return document.body.dataset.shortcuts !== "off";
}

function all() {
  return [...registry, ...declared()];
}

function declared() {
  return [...document.querySelectorAll("[data-shortcut]")]
    .filter((element) => element.offsetParent !== null || element.closest("[data-shortcut-list]"))
    .map((element) => ({
      keys: [element.dataset.shortcut],
      text: element.dataset.shortcutText || element.getAttribute("aria-label") || element.textContent.trim(),
      group: element.dataset.shortcutGroup || "everywhere",
      when: () => true,
      run: () => (element.matches("input, textarea, select") ? element.select?.() ?? element.focus() : element.click()),
    }));
}

// ---- The sheet, written from the registry each time it opens

export function showSheet() {
  const sheet = document.querySelector("[data-shortcut-sheet]");
  const groups = Map.groupBy(all().filter(({ when }) => when()), ({ group }) => group);
  sheet.replaceChildren(...[...groups].map(([group, shortcuts]) => section(group, shortcuts)));
  document.querySelector("[data-shortcut-switch]").checked = isOn();
  openDialog("shortcuts");
}

function section(group, shortcuts) {
  const box = document.createElement("section");
  box.className = "shortcut-group";
  const title = document.createElement("h3");
  title.className = "section-title";
  title.textContent = word(`group${group[0].toUpperCase()}${group.slice(1)}`);
  const list = document.createElement("dl");
  for (const { keys, text } of shortcuts) list.append(caps(keys[0]), meaning(text));
  box.append(title, list);
  return box;
}

function caps(keys) {
  const term = document.createElement("dt");
  for (const key of keys.split(" ")) {
    const shifted = key.length === 1 && key !== key.toLowerCase();
    for (const name of shifted ? ["Shift", key] : [key]) {
      const cap = document.createElement("kbd");
      cap.className = "keycap";
      cap.textContent = name;
      term.append(cap, " ");
    }
  }
  return term;
}

function meaning(text) {
  const description = document.createElement("dd");
  description.textContent = text;
  return description;
}

document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-shortcut-switch]")) return;
  document.body.dataset.shortcuts = target.checked ? "on" : "off";
  const address = document.body.dataset.preferencesUrl;
  if (address) post(address, { shortcuts_on: target.checked });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-shortcuts]")) showSheet();
});
