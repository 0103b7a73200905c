// Who else is here. The ticket's page says that it is open and when somebody writes in it; [data-presence] shows the others.
// A hint, never a lock.
import { speak } from "./live.js";
import { word } from "./words.js";

const heartbeat = 10_000;
const pause = 5_000; // without a key that long one is only looking again

const place = document.querySelector("[data-presence]");
let state = "viewing";
let clock = 0;

if (place) {
  setInterval(tell, heartbeat);
  document.addEventListener("desk:live", tell);
  document.addEventListener("visibilitychange", tell);
  document.addEventListener("input", ({ target }) => target.closest("[data-composer='reply']") && writing());
  document.addEventListener("desk:sent", () => become("viewing"));
  document.addEventListener("desk:presence", ({ detail }) => detail.presence === Number(place.dataset.presence) && show(detail.people));
}

function tell() {
  speak({ ticket: Number(place.dataset.presence), state: document.hidden ? "gone" : state });
}

function writing() {
  clearTimeout(clock);
  clock = setTimeout(() => become("viewing"), pause);
  become("replying");
}

function become(wanted) {
  if (state === wanted) return;
  state = wanted;
  tell();
}

function show(people) {
  const replying = people.some((person) => person.state === "replying");
  const names = people.filter((person) => !replying || person.state === "replying").map(({ name }) => name);
  place.replaceChildren();
  if (!names.length) return;
  const pill = document.getElementById(replying ? "presence-replying" : "presence-viewing").content.firstElementChild.cloneNode(true);
  const key = `${replying ? "replying" : "viewing"}${names.length > 1 ? "Many" : "One"}`;
  pill.append(word(key, { name: names[0], count: names.length }));
  pill.title = people.map(({ name }) => name).join(", ");
  place.append(pill);
}
