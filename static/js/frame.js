// A mail in its sandboxed frame is as high as its words: no second scroll bar in the conversation.
const watched = new WeakSet();

export function fitFrames(root = document) {
  for (const frame of root.querySelectorAll("iframe[data-auto-height]")) {
    if (watched.has(frame)) continue;
    watched.add(frame);
    frame.addEventListener("load", () => follow(frame));
    if (frame.contentDocument?.readyState === "complete") follow(frame);
  }
}

function follow(frame) {
  const page = frame.contentDocument?.documentElement;
  if (!page?.ownerDocument.body) return; // another origin: it keeps the height of the style sheet
  const fit = () => (frame.style.blockSize = `${Math.ceil(page.ownerDocument.body.getBoundingClientRect().height) + 16}px`);
  new ResizeObserver(fit).observe(page.ownerDocument.body);
  fit();
}

fitFrames();
document.addEventListener("htmx:afterSettle", () => fitFrames());
