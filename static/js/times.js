// "4 min" grows while one looks at it. Only <time data-ago> of the last day, each half minute.
import { word } from "./words.js";

const minute = 60_000;

setInterval(grow, minute / 2);
document.addEventListener("visibilitychange", grow);

function grow() {
  if (document.hidden) return;
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / minute);
    if (minutes < 1) time.textContent = word("now");
    else if (minutes < 60) time.textContent = word("minutes", { count: minutes });
    else if (minutes < 24 * 60) time.textContent = word("hours", { count: Math.floor(minutes / 60) });
  }
}
