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

/* What goes on part by part goes on by itself; without this it has a button. */
for (const form of document.querySelectorAll("form[data-goes-on]")) form.requestSubmit();
