// The tab tells that something came in while it was in the background: "(2) All open".
const plain = document.title;
const icon = document.querySelector("[data-favicon]");
let waiting = 0;

document.addEventListener("desk:ticket-changed", ({ detail }) => {
  if (!document.hidden || !detail.kinds.includes("message.received")) return;
  waiting += 1;
  paint();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  waiting = 0;
  paint();
});

function paint() {
  document.title = waiting ? `(${waiting}) ${plain}` : plain;
  if (icon) icon.href = waiting ? icon.dataset.unread : icon.dataset.favicon;
}
