// Short notices that come and go. From a script: toast({text, tone, action}). From the server: an HX-Trigger "desk:toast"
// {text, level, action, action_url}; the action posts to its address. Errors stay until they are closed.
import htmx, { repeat } from "./requests.js";
import { say } from "./speech.js";
import { word } from "./words.js";

const most = 3;
const stay = { plain: 6_000, withAction: 12_000 };
const tones = { success: "ok", error: "bad", warning: "warn" };

export function toast({ text, tone = "ok", action = null }) {
  const shelf = document.getElementById("toasts");
  const card = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  card.classList.add(`toast-${tone}`);
  card.querySelector(".toast-words").textContent = text;
  if (action) addAction(card, action);
  card.querySelector("[data-toast-close]").addEventListener("click", () => card.remove());
  shelf.append(card);
  while (shelf.children.length > most) shelf.firstElementChild.remove();
  say(text, { atOnce: tone === "bad" });
  if (tone !== "bad") leaveLater(card, action ? stay.withAction : stay.plain);
  return card;
}

function addAction(card, { text, run }) {
  const button = card.querySelector("[data-toast-action]");
  button.textContent = text;
  button.hidden = false;
  button.addEventListener("click", () => {
    card.remove();
    run();
  });
}

// The clock stands while the pointer or the focus is on the toast.
function leaveLater(card, time) {
  let clock = setTimeout(() => card.remove(), time);
  const hold = () => clearTimeout(clock);
  const release = () => (clock = setTimeout(() => card.remove(), time));
  for (const name of ["pointerenter", "focusin"]) card.addEventListener(name, hold);
  for (const name of ["pointerleave", "focusout"]) card.addEventListener(name, release);
}

export function focusToast() {
  document.querySelector("#toasts .toast:last-child button:not([hidden])")?.focus();
}

// ---- From the server

document.addEventListener("desk:toast", ({ detail }) => {
  const { text, level = "ok", action, action_url: address } = detail;
  const run = () => htmx.ajax("POST", address, { swap: "none" }).catch(() => {}); // said below
  toast({ text, tone: tones[level] ?? level, action: address ? { text: action, run } : null });
});

// ---- What went wrong on the way

document.addEventListener("htmx:responseError", ({ detail }) => {
  const answered = detail.xhr.getResponseHeader("HX-Trigger")?.includes("desk:toast");
  if (!answered) failed(word("failed"), detail.requestConfig);
});
document.addEventListener("htmx:sendError", ({ detail }) => failed(word("offline"), detail.requestConfig));
document.addEventListener("htmx:timeout", ({ detail }) => failed(word("failed"), detail.requestConfig));

function failed(text, request) {
  const byItself = request.triggeringEvent?.type === "live"; // parts.js tries again
  if (!byItself) toast({ text, tone: "bad", action: { text: word("retry"), run: () => repeat(request) } });
}
