// Single-key shortcuts: an element carries its key in data-key. Switched off by the account (data-shortcuts="off" on the body).
// Also small comforts of every page: switching the theme without losing what is being typed, focus on the first error.

const TYPING = "input, textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.shortcuts === "off") return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (event.target.closest(TYPING)) return;
  const target = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === event.key && element.checkVisibility(),
  );
  if (!target) return;
  event.preventDefault();
  if (target.matches("input")) target.focus();
  else target.click();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.rail-account[open], details.tabs-more[open]")) {
    open.open = false;
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.rail-account[open], details.tabs-more[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

document.querySelector("[data-errors]") && document.querySelector("[aria-invalid=true]")?.focus();
