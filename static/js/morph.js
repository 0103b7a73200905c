// What a fragment that comes in by itself leaves alone: what the reader has opened, the height of a mail's frame, and a
// form in which somebody types. A form says so with data-typing.
import { Idiomorph } from "idiomorph/htmx";

Object.assign(Idiomorph.defaults.callbacks, {
  beforeNodeMorphed: (old) => !isTheirs(old),
  beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details")) && !(name === "style" && node.matches("iframe")),
});

// What a script keeps up to date by itself, and a form in use.
function isTheirs(node) {
  if (!(node instanceof Element)) return false;
  return node.matches("[data-presence]") || (node.matches("form[data-typing]") && isInUse(node));
}

function isInUse(form) {
  return form.contains(document.activeElement) || [...form.elements].some((field) => field.type === "text" && field.value !== field.defaultValue);
}
