// Keeps what is being written: a copy in this browser at once, and the server's half a second after typing stops, at most
// every two seconds. One save at a time, so that none overtakes another. The local copy goes when the server has it.
//   POST data-draft-url  body, body_html, cc, bcc, attachments, revision  →  200 {"revision": 4}
//   409 {"revision": 5, "html": "…"}: written elsewhere meanwhile. Ours, the newer one, is kept; theirs is offered.
import { csrfToken } from "./csrf.js";
import { word } from "./words.js";

const pause = 500;
const least = 2_000; // between two saves
const longest = 5_000; // without a save while one types on
const patience = 15_000; // for one save
const outlives = 60_000; // bytes that a browser still sends when the page is gone
const month = 30 * 24 * 3_600_000;

// The fields that say who gets a copy.
export const copies = ["cc", "bcc"];

export class DraftKeeper {
  constructor(composer, set) {
    this.composer = composer;
    this.form = composer.form;
    this.place = `draft:${document.body.dataset.agent ?? ""}:${set.dataset.ticket}:${this.form.dataset.composer}`;
    this.sign = set.querySelector("[data-draft-state]");
    this.revision = Number(this.form.dataset.revision);
    this.dirty = false;
    this.held = false;
    this.lastSaved = 0;
    this.since = 0;
    this.saving = Promise.resolve();
    this.underway = false;
    document.addEventListener("visibilitychange", () => document.hidden && this.flush());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("pageshow", () => (this.leaving = false));
  }

  changed() {
    this.dirty = true;
    this.since ||= Date.now();
    this.keepHere();
    this.schedule();
  }

  schedule() {
    if (this.held) return;
    clearTimeout(this.clock);
    const now = Date.now();
    const soon = Math.min(now + pause, this.since + longest);
    this.clock = setTimeout(() => this.save(), Math.max(soon, this.lastSaved + least) - now);
  }

  save() {
    this.saving = this.saving.then(() => this.write());
    return this.saving;
  }

  async write() {
    if (!this.dirty || this.held) return;
    this.dirty = false;
    this.since = 0;
    this.lastSaved = Date.now();
    this.underway = true;
    this.say(word("draftSaving"));
    try {
      const answer = await this.send();
      if (answer.status === 409) this.outrun(await answer.json());
      else if (answer.ok) await this.acknowledged(answer);
      else throw new Error(`draft: ${answer.status}`);
    } catch {
      this.dirty = true;
      this.say(word("draftFailed"), "failed");
      this.clock = setTimeout(() => this.save(), longest);
    } finally {
      this.underway = false;
    }
  }

  send() {
    const body = this.fields();
    return fetch(this.form.dataset.draftUrl, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken() },
      body,
      keepalive: body.toString().length < outlives,
      signal: AbortSignal.timeout(patience),
    });
  }

  fields() {
    const fields = new URLSearchParams({ revision: this.revision });
    for (const [name, value] of new FormData(this.form)) {
      if (["body", "body_html", ...copies, "attachments"].includes(name)) fields.append(name, value);
    }
    return fields;
  }

  async acknowledged(answer) {
    this.revision = (await answer.json()).revision;
    if (!this.dirty && !this.leaving) localStorage.removeItem(this.place);
    const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date());
    this.say(word("draftSaved", { time }));
  }

  // The next page may be made before the server has these words: until it has looked, the local copy stays.
  leave() {
    this.leaving = true;
    this.flush();
  }

  // The tab closes or goes to the background: whatever is not saved goes now. Where a save is already on its way the local
  // copy stands in: a second one could overtake it.
  flush() {
    clearTimeout(this.clock);
    if (!this.underway) this.write();
    else this.schedule();
  }

  // ---- Around sending

  async pause() {
    clearTimeout(this.clock);
    this.held = true;
    await this.saving;
  }

  // What the server does not have yet, as HTML.
  unsaved() {
    return this.dirty ? this.composer.html.value : "";
  }

  resume() {
    this.held = false;
    if (this.dirty) this.schedule();
  }

  forget() {
    this.held = false;
    this.dirty = false;
    this.since = 0;
    this.revision = 0;
    localStorage.removeItem(this.place);
    this.say("");
  }

  // ---- The copy in this browser

  keepHere() {
    const { text, html } = this.composer;
    const people = Object.fromEntries(copies.map((name) => [name, this.form.elements[name]?.value ?? ""]));
    const copy = { revision: this.revision, text: text.value, html: html.disabled ? "" : html.value, ...people, at: Date.now() };
    try {
      localStorage.setItem(this.place, JSON.stringify(copy));
    } catch {
      // the browser keeps nothing (private window, full): the server's copy is the one
    }
  }

  // What never reached the server comes back. Where the server has a later one, that is shown and ours is offered.
  restore() {
    forgetOldCopies();
    const { composer } = this;
    const copy = JSON.parse(localStorage.getItem(this.place) ?? "null");
    const ours = copy && (copy.text || copy.html);
    if (ours && copy.revision >= this.revision) this.take(copy);
    else if (ours && plain(copy.text) !== plain(composer.text.value)) this.offer(copy);
    else localStorage.removeItem(this.place);
    const has = Boolean(composer.text.value || composer.html.value);
    if (has) {
      composer.started = true;
      this.say(word("draftRestored"));
    }
    return has;
  }

  // Written elsewhere meanwhile: what stands here is the newer, and is saved over it.
  outrun(theirs) {
    this.revision = theirs.revision;
    if (plain(theirs.text ?? "") !== plain(this.composer.text.value)) this.offer(theirs);
    this.dirty = true;
    this.schedule();
  }

  offer(other) {
    const notice = document.getElementById("draft-elsewhere").content.firstElementChild.cloneNode(true);
    notice.querySelector("button").addEventListener("click", () => {
      this.take(other);
      notice.remove();
    });
    this.form.querySelector(".composer-guards").replaceChildren(notice);
  }

  take({ html, text, ...people }) {
    this.composer.write(html, text);
    for (const name of copies) if (!people[name]) delete people[name]; // what stands there stays
    this.takeCopies(people);
    this.composer.changed();
  }

  // Who gets a copy comes back with the words, and is seen.
  takeCopies(people) {
    for (const name of copies) {
      const field = this.form.elements[name];
      if (!field || people[name] === undefined) continue;
      field.value = people[name];
      if (!field.value) continue;
      const line = field.closest("[id]:not(input)");
      line.hidden = false;
      this.form.querySelector(`[data-reveal="${line.id}"]`)?.setAttribute("aria-expanded", "true");
    }
  }

  // ---- What the writer sees

  say(text, state = "") {
    this.words = { text, state };
    if (!this.form.closest("[role='tabpanel']").hidden) this.showState();
  }

  showState() {
    if (!this.sign) return;
    this.sign.textContent = this.words?.text ?? "";
    this.sign.dataset.state = this.words?.state ?? "";
  }
}

function plain(text) {
  return text.replace(/\s+/g, " ").trim();
}

// Words that were never fetched again do not lie in a browser for ever.
function forgetOldCopies() {
  for (const place of Object.keys(localStorage).filter((key) => key.startsWith("draft:"))) {
    const { at = 0 } = JSON.parse(localStorage.getItem(place));
    if (Date.now() - at > month) localStorage.removeItem(place);
  }
}
