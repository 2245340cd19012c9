// What scripts add to pages that work without them: choosing all rows, one press one save, a warning before typed text is lost, unfolding.
"use strict";

// The check box that chooses every row of the page, and how many are chosen.
for (const form of document.querySelectorAll("form[data-choose]")) {
  const rows = [...form.querySelectorAll('input[name="rowid"]')];
  const place = form.querySelector("[data-all]");
  const said = form.querySelector("#actions-what");
  const all = Object.assign(document.createElement("input"), { type: "checkbox" });
  all.setAttribute("aria-label", "Choose all rows on this page");
  if (place) place.append(all);
  const show = () => {
    const count = rows.filter((row) => row.checked).length;
    all.checked = count > 0 && count === rows.length;
    all.indeterminate = count > 0 && count < rows.length;
    if (said) said.textContent = count ? `With the ${count} chosen row${count === 1 ? "" : "s"}:` : "With the chosen rows:";
  };
  all.addEventListener("change", () => { rows.forEach((row) => { row.checked = all.checked; }); show(); });
  rows.forEach((row) => row.addEventListener("change", show));
  show();
}

// A second press on the same button sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 5000); // an answer that is a file leaves the page where it is
  typed.delete(form);
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Text that was typed and not sent is not left without a question.
const typed = new Set();
for (const form of document.querySelectorAll("form[data-typed]")) {
  form.addEventListener("input", () => typed.add(form));
  form.addEventListener("pep:kept", () => typed.delete(form)); // drafts.js: it is on the server
}
window.addEventListener("beforeunload", (event) => {
  if (typed.size) event.preventDefault();
});

// A question that a link leads to is not left folded away.
const unfold = () => {
  const aim = location.hash && document.getElementById(location.hash.slice(1));
  const fold = aim && aim.closest("details");
  if (fold) { fold.open = true; aim.scrollIntoView(); }
};
window.addEventListener("hashchange", unfold);
unfold();

// The page's problem is read first.
const first = document.querySelector("[data-focus]");
if (first) first.focus();
