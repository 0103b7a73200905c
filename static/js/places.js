// The keys that work everywhere and belong to no element of their own.
import { flip } from "./panels.js";
import { register, showSheet } from "./shortcuts.js";
import { focusToast } from "./toasts.js";
import { say } from "./speech.js";
import { word } from "./words.js";

register({ keys: ["?"], text: word("keySheet"), group: "everywhere", run: showSheet });
register({ keys: ["v"], text: word("keySide"), group: "everywhere", run: () => flip("side") });
register({ keys: ["d"], text: word("keyDetails"), group: "everywhere", run: () => flip("details"), when: () => Boolean(document.getElementById("details")) });
register({ keys: ["Z"], text: word("keyToast"), group: "everywhere", run: focusToast });
register({ keys: ["."], text: word("keyCopy"), group: "ticket", run: copyReference, when: () => Boolean(reference()) });

// Once for the reference, twice for its subject too, three times for the link as well.
let copies = 0;
let clock = 0;

function copyReference() {
  const { copyRef, copySubject } = reference().dataset;
  copies = (copies % 3) + 1;
  clearTimeout(clock);
  clock = setTimeout(() => (copies = 0), 1_500);
  const parts = [copyRef, copySubject, location.href.split("?")[0]].slice(0, copies);
  navigator.clipboard?.writeText(parts.join(" ")).then(() => say(word("copied")));
}

function reference() {
  return document.querySelector("[data-copy-ref]");
}
