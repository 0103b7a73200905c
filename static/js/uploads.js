// The files of a composer: pasted, dropped or picked, sent up at once, with a bar and a way to stop each.
//   POST data-upload-url  file  →  201 {"id": 7, "name", "size", "content_type", "url"}     4xx {"error": "a sentence"}
// A pasted image stands in the text where the caret is; every other file is a tile.
import { csrfToken } from "./csrf.js";
import { say } from "./speech.js";
import { word } from "./words.js";

export class Tray {
  constructor(composer) {
    this.composer = composer;
    this.form = composer.form;
    this.box = this.form.querySelector("[data-attachment-tray]");
    this.underway = new Set();
    this.form.querySelector("[data-composer-files]").addEventListener("change", ({ target }) => this.pick(target));
    this.form.addEventListener("paste", (event) => this.paste(event), true);
    this.box.addEventListener("click", ({ target }) => this.remove(target.closest("[data-attachment-remove]")));
    this.watchDrops();
  }

  get isEmpty() {
    return this.box.childElementCount === 0;
  }

  get isReady() {
    return this.underway.size === 0;
  }

  get hasFailed() {
    return Boolean(this.box.querySelector(".attachment-failed"));
  }

  // A message never leaves without a file that its writer believes to be in it.
  askAboutFailed() {
    this.box.querySelector(".attachment-failed button").focus();
    say(word("uploadMissing"), { atOnce: true });
    this.composer.drafts.say(word("uploadMissing"), "failed");
  }

  async ready() {
    while (this.underway.size) await Promise.allSettled([...this.underway]);
  }

  pick(input) {
    for (const file of input.files) this.add(file);
    input.value = ""; // sent already: the form must not carry them a second time
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    // Office programs put a picture of the copied text beside the text: then the text is meant.
    if (!files.length || event.clipboardData.types.includes("text/html")) return;
    event.preventDefault();
    event.stopPropagation();
    files.forEach((file) => this.add(file, { inline: file.type.startsWith("image/") && Boolean(this.composer.editor) }));
  }

  watchDrops() {
    const veil = this.form.querySelector("[data-composer-drop]");
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    const hide = () => (veil.hidden = true);
    this.form.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      veil.hidden = false;
    });
    this.form.addEventListener("dragleave", (event) => !this.form.contains(event.relatedTarget) && hide());
    this.form.addEventListener("drop", (event) => {
      hide();
      if (!carries(event)) return;
      event.preventDefault();
      event.stopPropagation();
      for (const file of event.dataTransfer.files) this.add(file);
    }, true);
    document.addEventListener("dragend", hide);
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  }

  // ---- One file

  add(file, { inline = false } = {}) {
    const tile = this.tile(file.name);
    const request = new XMLHttpRequest();
    tile.addEventListener("desk:removed", () => request.abort());
    say(word("uploading", { name: file.name }));
    const done = this.send(request, file, tile).then(
      (stored) => this.stored(tile, stored, inline),
      (reason) => this.failed(tile, file, reason, inline),
    );
    this.underway.add(done);
    done.finally(() => this.underway.delete(done));
  }

  send(request, file, tile) {
    const bar = tile.querySelector("progress");
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = loaded / total));
    return new Promise((resolve, reject) => {
      request.addEventListener("load", () => {
        const answer = parsed(request.responseText);
        if (request.status < 300 && answer.id) resolve(answer);
        else reject(answer.error ?? word("uploadFailed"));
      });
      request.addEventListener("error", () => reject(word("uploadFailed")));
      request.addEventListener("abort", () => reject(null));
      request.open("POST", this.form.dataset.uploadUrl);
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.setRequestHeader("Accept", "application/json");
      const fields = new FormData();
      fields.append("file", file);
      request.send(fields);
    });
  }

  // A file that the server has already, in the tray of a message that was taken back.
  show(file) {
    if (this.box.querySelector(`[data-attachment="${CSS.escape(file.id)}"]`)) return;
    this.finish(this.tile(file.name), file);
  }

  tile(name) {
    const tile = document.getElementById("upload-tile").content.firstElementChild.cloneNode(true);
    tile.querySelector(".attachment-name").textContent = name;
    tile.querySelector("[data-attachment-remove]").setAttribute("aria-label", word("uploadRemove", { name }));
    this.box.append(tile);
    return tile;
  }

  finish(tile, file) {
    tile.dataset.attachment = file.id;
    tile.querySelector("progress").remove();
    tile.querySelector(".attachment-size").textContent = sizeOf(file.size);
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: "attachments", value: file.id });
    tile.append(field);
  }

  stored(tile, stored, inline) {
    this.finish(tile, stored);
    if (inline) {
      tile.hidden = true; // it is seen in the text
      tile.dataset.inline = stored.url;
      this.composer.editor.insertImage(stored.url, stored.name);
    }
    this.composer.changed();
  }

  failed(tile, file, reason, inline) {
    if (reason === null) return; // stopped by the writer
    tile.classList.add("attachment-failed");
    tile.querySelector("progress").remove();
    tile.querySelector(".attachment-size").textContent = reason;
    say(`${file.name}: ${reason}`, { atOnce: true });
    const retry = document.createElement("button");
    Object.assign(retry, { type: "button", className: "btn btn-link", textContent: word("retry") });
    retry.addEventListener("click", () => {
      tile.remove();
      this.add(file, { inline });
    });
    tile.append(retry);
  }

  remove(button) {
    const tile = button?.closest(".attachment");
    if (!tile) return;
    tile.dispatchEvent(new CustomEvent("desk:removed"));
    tile.remove();
    this.composer.changed();
    this.composer.focus();
  }

  // An image that was deleted from the text does not go along as a file.
  forgetRemovedImages() {
    for (const tile of this.box.querySelectorAll("[data-inline]")) {
      if (!this.composer.html.value.includes(tile.dataset.inline)) tile.remove();
    }
  }

  empty() {
    this.box.replaceChildren();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a proxy's error page
  }
}

function sizeOf(bytes) {
  const [unit, amount] = bytes < 1e3 ? ["byte", bytes] : bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  const maximumFractionDigits = unit === "megabyte" && amount < 10 ? 1 : 0;
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits }).format(amount);
}
