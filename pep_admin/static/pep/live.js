// What the typed cost of a request comes to is worked out by the server and said on the page while it is typed. No figure is made here;
// without this script the button “Work it out” does the same.
"use strict";

(() => {
  const PAUSE = 700; // after the last key
  const WATCHED = new Set(["target_id", "category", "quantity", "unit_cost_pence", "amount_pence"]);

  const workOut = (form) => {
    const byHand = form.querySelector("[data-by-hand]");
    const amount = form.elements.namedItem("amount_pence");
    let timer = 0;
    let asked = 0; // counts questions: only the answer to the last one is shown
    let filled = null; // the amount that was put in here, as long as nobody types another

    const show = (text) => {
      const pieces = new DOMParser().parseFromString(text, "text/html");
      for (const place of document.querySelectorAll("[data-live]")) {
        const piece = pieces.querySelector(`[data-live="${place.dataset.live}"]`);
        if (piece && place.innerHTML !== piece.innerHTML) place.replaceChildren(...piece.childNodes);
      }
      const sum = form.querySelector("[data-sum]");
      if (!sum || document.activeElement === amount || (amount.value !== "" && amount.value !== filled)) return;
      if (amount.value === sum.dataset.sum) return;
      filled = sum.dataset.sum;
      amount.value = filled;
      amount.dispatchEvent(new Event("input", { bubbles: true })); // so that it is kept with the rest of the draft
    };

    const ask = async () => {
      const mine = asked += 1;
      const fields = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
      if (amount.value === filled) fields.set("amount_pence", ""); // nobody typed it: it follows the sum
      try {
        const answer = await fetch(form.dataset.workOut, { method: "POST", body: fields, redirect: "manual" });
        const text = await answer.text();
        if (mine === asked && text.includes("data-live")) { show(text); byHand.hidden = true; return; }
      } catch { /* the server cannot be reached: the button is still there */ }
      if (mine === asked) byHand.hidden = false;
    };

    form.addEventListener("input", (event) => {
      if (!WATCHED.has(event.target.name)) return;
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); asked += 1; });
    byHand.hidden = true;
  };

  for (const form of document.querySelectorAll("form[data-work-out]")) workOut(form);
})();
