// Who gets a copy of an answer, [data-copies-of="id of the field"]: each address with a way off. They stand there while the
// field itself is folded away; it is what counts, and without scripts it is all there is.
import { word } from "./words.js";

class Copies {
  constructor(line) {
    this.line = line;
    this.list = line.querySelector("ul");
    this.field = document.getElementById(line.dataset.copiesOf);
    this.folded = this.field.closest("[id]:not(input)");
    this.list.addEventListener("click", (event) => this.remove(event.target.closest("button")));
    this.field.addEventListener("input", () => this.show());
    new MutationObserver(() => this.show()).observe(this.folded, { attributeFilter: ["hidden"] });
    this.show();
  }

  get addresses() {
    return this.field.value.split(/[\s,;]+/).filter(Boolean);
  }

  show() {
    this.list.replaceChildren(...this.addresses.map(chip));
    this.line.hidden = !this.folded.hidden || !this.addresses.length;
  }

  remove(button) {
    if (!button) return;
    const at = [...this.list.querySelectorAll("button")].indexOf(button);
    this.field.value = this.addresses.toSpliced(at, 1).join(", ");
    this.field.dispatchEvent(new Event("input", { bubbles: true })); // the draft follows
    const left = this.list.querySelectorAll("button");
    (left[at] ?? left[at - 1] ?? document.querySelector(`[data-reveal="${this.folded.id}"]`)).focus();
  }
}

function chip(address) {
  const item = document.createElement("li");
  item.className = "tag";
  const name = document.createElement("span");
  name.dir = "auto";
  name.textContent = address;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tag-remove";
  button.setAttribute("aria-label", word("recipientRemove", { name: address }));
  button.textContent = "×";
  item.append(name, button);
  return item;
}

for (const line of document.querySelectorAll("[data-copies-of]")) new Copies(line);
