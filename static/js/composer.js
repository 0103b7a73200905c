// Reply and note: two forms, two drafts, one in view. Plain text areas until the editor has loaded, and if it never does.
// Sending waits for uploads and for a draft on its way; only a 2xx answer empties the form. No swap ever touches it.
import { copies, DraftKeeper } from "./drafts.js";
import { Tray } from "./uploads.js";
import { register } from "./shortcuts.js";
import { word } from "./words.js";

function start(set) {
  const forms = new Map([...set.querySelectorAll("form[data-composer]")].map((form) => [form.dataset.composer, new Composer(form, set)]));
  const tabs = [...set.querySelectorAll("[data-composer-tab]")];

  const show = (mode, { focus = true } = {}) => {
    for (const tab of tabs) {
      const chosen = tab.dataset.composerTab === mode;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      if (panel) panel.hidden = !chosen;
    }
    set.dataset.mode = mode;
    forms.get(mode)?.drafts.showState();
    if (!focus) return;
    set.classList.add("is-open");
    forms.get(mode)?.focus();
  };

  const leave = () => {
    set.classList.remove("is-open");
    document.querySelector("[data-timeline]")?.focus();
  };

  document.addEventListener("desk:undone", async ({ detail }) => {
    if (String(detail.ticket) !== set.dataset.ticket) {
      location.assign(detail.url);
      return;
    }
    await forms.get(detail.mode)?.takeBack();
    show(detail.mode);
  });

  set.classList.add("is-live");
  show(set.dataset.mode, { focus: false });
  tabs.forEach((tab) => tab.addEventListener("click", () => show(tab.dataset.composerTab)));
  set.querySelector("[data-composer-close]")?.addEventListener("click", leave);
  const escape = (event) => {
    if (event.key !== "Escape" || event.isComposing || document.querySelector(":popover-open")) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  };
  set.addEventListener("keydown", escape, true); // before the editor, which has a use of its own for Escape
  register({ keys: ["r"], text: word("keyReply"), group: "ticket", run: () => show("reply") });
  register({ keys: ["n"], text: word("keyNote"), group: "ticket", run: () => show("note") });
}

class Composer {
  constructor(form, set) {
    this.form = form;
    this.text = form.querySelector("[data-composer-text]");
    this.html = form.querySelector("[data-composer-html]");
    this.editor = null;
    this.sending = false;
    this.drafts = new DraftKeeper(this, set);
    this.tray = new Tray(this);
    this.text.addEventListener("focus", () => this.loadEditor(), { once: true });
    this.text.addEventListener("input", () => this.changed());
    form.addEventListener("input", ({ target }) => copies.includes(target.name) && this.changed());
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("htmx:confirm", (event) => this.holdBack(event));
    form.addEventListener("htmx:configRequest", ({ detail }) => this.sayHow(detail.formData));
    form.addEventListener("htmx:afterRequest", (event) => event.target === form && this.answered(event.detail));
    form.addEventListener("click", ({ target }) => this.sendAnyway(target.closest("[data-send-anyway]")));
    if (this.drafts.restore()) this.loadEditor();
  }

  get isEmpty() {
    return !this.text.value.trim() && this.tray.isEmpty && !/<img/i.test(this.html.disabled ? "" : this.html.value);
  }

  focus() {
    if (this.editor) this.editor.focus();
    else this.text.focus();
  }

  // The first words freeze what the writer has seen: whatever is newer when they send is shown to them first.
  changed() {
    if (!this.started) this.freeze();
    this.started = !this.isEmpty;
    this.drafts.changed();
  }

  freeze() {
    const newest = document.querySelector("[data-last-event]")?.dataset.lastEvent;
    if (newest) this.form.elements.last_seen_event.value = newest;
  }

  async loadEditor() {
    if (this.loading) return;
    this.loading = true;
    try {
      const { mount } = await import("./editor.js");
      this.editor = mount(this);
    } catch {
      this.loading = false; // the plain text area goes on working
    }
  }

  write(html, text) {
    if (this.editor) this.editor.write(html);
    else {
      this.text.defaultValue = text; // the editor begins with the HTML unless somebody types before it is there
      this.text.value = text;
      this.html.value = html;
    }
    if (html) this.loadEditor();
  }

  // ---- Sending

  key(event) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const solve = event.shiftKey && this.form.querySelector("[data-send='solved']");
    this.form.requestSubmit(solve || this.form.querySelector("[data-send]"));
  }

  async holdBack(event) {
    if (event.target !== this.form) return;
    event.preventDefault();
    if (this.sending) return;
    this.sending = true;
    this.pressed = event.detail.triggeringEvent?.submitter;
    if (!this.tray.isReady) this.drafts.say(word("uploadWait"));
    await this.tray.ready();
    if (this.tray.hasFailed) {
      this.sending = false;
      this.tray.askAboutFailed();
      return;
    }
    await this.drafts.pause();
    if (!this.started) this.freeze();
    this.tray.forgetRemovedImages();
    event.detail.issueRequest(true);
  }

  // Which button was pressed says how to send. htmx forgets it when the menu it stood in closes and takes the focus along.
  sayHow(fields) {
    if (this.pressed?.name) fields.set(this.pressed.name, this.pressed.value);
    this.pressed = null;
  }

  answered({ successful, xhr }) {
    this.sending = false;
    if (!successful || xhr.status >= 400) {
      this.drafts.resume();
      return;
    }
    this.empty();
    const { ticket } = this.form.closest("[data-composer-set]").dataset;
    document.dispatchEvent(new CustomEvent("desk:sent", { detail: { ticket, mode: this.form.dataset.composer } }));
  }

  empty() {
    this.text.value = "";
    this.html.value = "";
    this.editor?.write("");
    this.tray.empty();
    this.drafts.takeCopies({ bcc: "" }); // the next answer begins without them
    this.started = false;
    this.form.querySelector(".composer-guards").replaceChildren();
    this.form.elements.client_key.value = freshKey();
    this.drafts.forget();
    this.form.closest("[data-composer-set]").classList.remove("is-open");
  }

  // A message that was taken back is a draft again on the server. What was begun since then stays behind it.
  async takeBack() {
    const answer = await fetch(this.form.dataset.draftUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const draft = await answer.json();
    const begun = this.drafts.unsaved();
    this.write(draft.html + begun, `${draft.text}\n${this.text.value}`);
    this.drafts.takeCopies(draft);
    draft.files.forEach((file) => this.tray.show(file));
    this.drafts.revision = draft.revision;
    this.started = true;
    if (begun) this.drafts.changed();
  }

  sendAnyway(button) {
    if (!button) return;
    this.form.elements.last_seen_event.value = button.dataset.sendAnyway;
    this.form.requestSubmit(this.form.querySelector("[data-send]"));
  }
}

// Not crypto.randomUUID: a desk on a plain http address of an office network does not have it.
function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

document.querySelectorAll("[data-composer-set]").forEach(start);
