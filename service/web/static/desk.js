/* The desk works without this; with it, what may be copied gets a button that copies it. */
"use strict";

for (const button of document.querySelectorAll("button[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  if (!field || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value ?? field.textContent);
    const said = document.getElementById(button.dataset.says);
    if (said) said.textContent = button.dataset.done;
  });
}

/* What says how far a sending has come is fetched again by itself, until it is over or the page is not looked at. */
const moving = document.querySelector("[data-refreshes]");
if (moving) {
  const again = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(moving.id);
      if (!fresh) return;
      moving.replaceChildren(...fresh.childNodes);
      if (!fresh.dataset.refreshes) clearInterval(timer);
    } catch { /* The connection is lost: the next try may find it. */ }
  };
  const timer = setInterval(again, Number(moving.dataset.refreshes) * 1000);
}
