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

// Where nothing is known of a coordinator's clock, the browser knows it; the field can be changed as ever.
const zone = document.querySelector('form[action="/desk/letters/new"] select[name="time_zone"]');
if (zone?.value === "UTC" && !document.querySelector(".summary")) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((option) => option.value === here)) zone.value = here;
}

// The letter editor: what is typed is kept every few seconds, and the first page beside it follows.
const writing = document.getElementById("letter-text");
if (writing && window.fetch) {
  let typed = 0, kept = 0, waiting = 0, busy = false;
  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("text-beside");
    const old = document.getElementById("text-beside");
    if (!fresh || !old) return;
    const image = fresh.querySelector("img");
    const put = () => old.isConnected && old.replaceWith(fresh);
    // The page before stays until the next one is there.
    if (image && image.getAttribute("src") !== old.querySelector("img")?.getAttribute("src")) {
      const ahead = new Image();
      ahead.onload = ahead.onerror = put;
      ahead.src = image.getAttribute("src");
    } else put();
  };
  const keep = async () => {
    if (busy || kept === typed) return;
    busy = true;
    const at = typed;
    const form = new FormData(writing);
    form.delete("word");
    try {
      const answer = await fetch(writing.dataset.keep, { method: "POST", body: form, redirect: "error" });
      if (!answer.ok) throw new Error();
      kept = at;
      show(await answer.text());
    } catch {
      const said = document.querySelector("#text-beside [role=status]");
      if (said) said.textContent = writing.dataset.lost;
      clearTimeout(waiting);
      waiting = setTimeout(keep, 10000);
    }
    busy = false;
    if (kept !== typed) { clearTimeout(waiting); waiting = setTimeout(keep, kept === at ? 400 : 10000); }
  };
  writing.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    typed += 1;
    clearTimeout(waiting);
    waiting = setTimeout(keep, 400);
  });
  // A Word file that is pasted or dropped goes where one that is chosen goes.
  const take = (files, event) => {
    const word = [...(files ?? [])].find((file) => file.name.toLowerCase().endsWith(".docx"));
    if (!word) return;
    event.preventDefault();
    const carried = new DataTransfer();
    carried.items.add(word);
    writing.elements.word.files = carried.files;
    writing.querySelector('button[value="word"]').focus();
  };
  writing.addEventListener("paste", (event) => take(event.clipboardData?.files, event));
  writing.addEventListener("drop", (event) => take(event.dataTransfer?.files, event));
}

/* Whoever presses a button twice means it once: the second press would only be told that all is done already. */
const presses = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  const isBeside = (button?.formTarget || form.target) === "_blank";
  if (event.defaultPrevented || isBeside || form.getAttribute("method") !== "post") return;
  // The button and all that is filled in: with other words it is no second press.
  const fields = [...new FormData(form)].map(([name, value]) => [name, value.name ?? value]);
  const press = JSON.stringify([button?.name, button?.value, fields]);
  if (presses.get(form) === press) event.preventDefault();
  presses.set(form, press);
  setTimeout(() => presses.delete(form), 3000);
});

/* What goes on part by part goes on by itself; without this it has a button. */
for (const form of document.querySelectorAll("form[data-goes-on]")) form.requestSubmit();

/* Passkeys: the browser asks the device, and the form takes the answer along as it takes everything else. */
if (window.PublicKeyCredential) {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const options = (asked) => ({
    ...asked,
    challenge: bytes(asked.challenge),
    ...(asked.user && { user: { ...asked.user, id: bytes(asked.user.id) } }),
    ...(asked.excludeCredentials && { excludeCredentials: known(asked.excludeCredentials) }),
    ...(asked.allowCredentials && { allowCredentials: known(asked.allowCredentials) }),
  });
  const written = (made) => {
    const response = { clientDataJSON: text(made.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (made.response[part]) response[part] = text(made.response[part]);
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-failed]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        const mark = new URLSearchParams({ csrf: form.elements.csrf?.value ?? "" });
        const answer = await fetch(form.dataset.ask, { method: "POST", body: mark });
        const asked = await answer.json();
        const publicKey = options(asked.options);
        const made = form.dataset.passkey === "make"
          ? await navigator.credentials.create({ publicKey })
          : await navigator.credentials.get({ publicKey });
        form.elements.step.value = asked.step;
        form.elements.credential.value = written(made);
        form.submit();
      } catch {
        failed.textContent = failed.dataset.failed;
        failed.hidden = false;
      }
    });
  }
}

/* What says how far a sending has come is fetched again by itself, until it is over or the page is not looked at. */
const moving = [...document.querySelectorAll("[data-refreshes]")];
if (moving.length) {
  const again = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.pathname, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of moving) old.replaceChildren(...(page.getElementById(old.id)?.childNodes ?? []));
      if (page.querySelector("[data-refreshes]")) return;
      clearInterval(timer);
      // A button for what is over would only be refused.
      for (const over of document.querySelectorAll("[data-while-moving]")) over.hidden = true;
    } catch { /* The connection is lost: the next try may find it. */ }
  };
  const timer = setInterval(again, Number(moving[0].dataset.refreshes) * 1000);
}
