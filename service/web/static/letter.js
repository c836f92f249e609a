/* Makes the letter's page, and those that stand beside it, handier; whoever has no JavaScript misses nothing. Talks to this site alone, keeps nothing. */
"use strict";

(() => {
  const share = document.querySelector(".share");
  if (share) {
    const said = share.querySelector(".said");
    const { address, title } = share.dataset;
    const offer = (name, act) => {
      const button = share.querySelector(`[data-${name}]`);
      button.hidden = false;
      button.addEventListener("click", act);
    };
    const copied = () => { said.textContent = share.dataset.copied; };
    const byHand = () => { said.textContent = address; };
    if (navigator.share) offer("share", () => navigator.share({ title, url: address }).catch(() => {}));
    offer("copy", () => navigator.clipboard ? navigator.clipboard.writeText(address).then(copied, byHand) : byHand());
    offer("print", () => window.print());
    share.hidden = false;
  }

  document.querySelectorAll(".part").forEach((part) => {
    const field = part.querySelector("textarea");
    const said = part.querySelector(".said");
    const done = () => { said.textContent = part.dataset.copied; };
    // Where nothing may be put on the clipboard the text is at least marked, to be copied by hand.
    const mark = () => { field.focus(); field.select(); };
    part.querySelector("button").addEventListener("click", () => {
      if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, mark);
      else mark();
    });
    part.querySelector(".copy").hidden = false;
  });

  // A code is pasted with whatever stood around it, and only its six digits are meant. The button stays the reader's to press.
  const code = document.querySelector("input[autocomplete=one-time-code]");
  if (code) {
    const tidy = (text) => text.replace(/[\s\p{Pd}\p{Cf}]/gu, "");
    code.addEventListener("paste", (event) => {
      const found = tidy(event.clipboardData.getData("text")).match(/(?<!\p{Nd})\p{Nd}{6}(?!\p{Nd})/gu);
      if (!found || found.length > 1) return;
      event.preventDefault();
      code.value = found[0];
    });
    code.addEventListener("input", (event) => {
      const bare = tidy(code.value);
      if (!event.isComposing && bare !== code.value) code.value = bare;
    });
  }

  const tally = document.querySelector("[data-live]");
  if (tally) {
    const read = (address, how) =>
      fetch(address, { credentials: "omit" }).then((answer) => (answer.ok ? answer[how]() : null)).catch(() => null);
    const refresh = async () => {
      if (document.hidden) return;
      const count = await read(tally.dataset.count, "json");
      if (!count || String(count.signatories) === tally.dataset.signatories) return;
      // The page knows how its language says it.
      const page = await read(location.href, "text");
      const fresh = page && new DOMParser().parseFromString(page, "text/html").querySelector("[data-live]");
      if (!fresh) return;
      tally.replaceChildren(...fresh.childNodes);
      tally.dataset.signatories = fresh.dataset.signatories;
    };
    setInterval(refresh, 60000);
  }

  // What stands behind the # of an address is sent to no server, so no log has the code that a picture of dots opens.
  const check = document.querySelector("[data-check]");
  const fill = () => {
    const code = location.hash.slice(1);
    if (!/^[0-9a-f]{64}$/i.test(code)) return;
    check.value = code.match(/.{8}/g).join(" ");
    history.replaceState(null, "", location.pathname + location.search);
  };
  if (check) {
    fill();
    addEventListener("hashchange", fill);
  }
})();
