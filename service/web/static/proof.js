// Solves the proof of work that a form asks for while its letter is under attack, and does nothing else.
"use strict";

(() => {
  const place = document.getElementById("proof");
  const form = place && place.closest("form");
  if (!form || !window.crypto || !crypto.subtle) return;

  const challenge = JSON.parse(place.dataset.challenge);
  const field = place.querySelector("input");
  const status = place.querySelector("[role=status]");
  const wanted = challenge.parameters;
  place.querySelector(".note").hidden = true;
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (found) => Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function solve() {
    const salt = bytes(wanted.salt);
    const nonce = bytes(wanted.nonce);
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    for (let counter = 0; ; counter += 1) {
      new DataView(password.buffer).setUint32(nonce.length, counter);
      const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
      const rule = { name: "PBKDF2", hash: "SHA-256", salt, iterations: wanted.cost };
      const found = hex(new Uint8Array(await crypto.subtle.deriveBits(rule, key, wanted.keyLength * 8)));
      if (found.startsWith(wanted.keyPrefix)) return { counter, derivedKey: found };
    }
  }

  let isSolved = false;
  let button = null;
  const solved = solve().then(
    (solution) => { field.value = btoa(JSON.stringify({ challenge, solution })); },
    () => {}, // Without a proof a person looks at the sign-on first; it is never lost.
  ).finally(() => { isSolved = true; });

  form.addEventListener("submit", (event) => {
    if (isSolved) return;
    event.preventDefault();
    if (button) return;
    button = event.submitter || form.querySelector("button[type=submit]");
    status.textContent = place.dataset.waiting;
    solved.then(() => form.requestSubmit(button));
  });
})();
