// What a fragment that comes in by itself leaves alone: what is in somebody's hand, what the reader has opened, what fetches
// itself, and what a script keeps up to date. The parts come back for what they left out.
import { Idiomorph } from "idiomorph/htmx";
import { holdsAnything, isInHand } from "./hands.js";
import { comeBackFor, live } from "./parts.js";

let swap = {}; // the one underway: it is over before another event is heard

document.addEventListener("htmx:beforeSwap", ({ detail }) => (swap = { target: detail.target, asker: detail.requestConfig.elt }));

Object.assign(Idiomorph.defaults.callbacks, {
  beforeNodeMorphed: (old, latest) => !(old instanceof Element && isLeftAlone(old, latest)),
  beforeNodeRemoved: (node) => !(node instanceof Element && holdsAnything(node) && isHeld()),
  beforeAttributeUpdated: (name, node) => !isReaders(name, node),
});

function isLeftAlone(old, latest) {
  if (old.matches("[data-presence]")) return true;
  if (old !== swap.target && old.matches(live)) return true;
  if (isUnfolded(old) && !isUnfolded(latest)) return true;
  return isInHand(old) && !isAnswer(old) && isHeld();
}

// What the server made of a choice is shown in the form that sent it; words that were refused stay to be mended.
function isAnswer(form) {
  return form === swap.asker && form.matches("[data-property]");
}

function isHeld() {
  comeBackFor(swap.target);
  return true;
}

// A message that was shown in full, whoever unfolded it.
function isUnfolded(entry) {
  return entry.matches(".timeline-message:has(> .message-box)");
}

// Whether something is open is the reader's, and so is the height of a mail.
function isReaders(name, node) {
  if (name === "open") return node.matches("details");
  if (name === "style") return node.matches("iframe");
  return name === "aria-expanded";
}
