// What helps and is not needed: every page works without it.
"use strict";

const box = document.getElementById("q");
const hits = [...document.querySelectorAll("[data-walk] h3 a")];

function isTyping(target) {
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

// The next result, or the one before; from the box down to the first, from the first up to the box.
function walk(step) {
  const place = hits.indexOf(document.activeElement);
  const next = place + step;
  if (place < 0 && step < 0) return false;
  if (next < 0) box?.focus();
  else if (next < hits.length) {
    hits[next].focus();
    hits[next].closest("li").scrollIntoView({ block: "nearest" });
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = isTyping(event.target);
  if (event.key === "/" && !typing && box) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "/" && !typing) {
    window.location.assign("/");
  } else if (hits.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    if (typing && event.target !== box) return;
    if (walk(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
  }
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text);
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 1600);
  });
}
