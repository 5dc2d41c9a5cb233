// Live refresh of the board: asks for the version every 5 s, fetches the page when it changed and swaps only what differs.

import "./alarm.js";
import { announce, correctClock } from "./clock.js";

const EVERY_MS = 5000;
const board = document.querySelector("[data-board]");
let etag = null;
let version = board?.dataset.version;

/** What *element* says apart from the running clocks and the form token, for comparison. */
function essence(element) {
  const copy = element.cloneNode(true);
  copy.classList.remove("fresh");
  if (copy.classList.length === 0) copy.removeAttribute("class");
  for (const count of copy.querySelectorAll("[data-due]")) count.replaceWith(count.dataset.due);
  for (const figure of copy.querySelectorAll("[data-figure]")) figure.textContent = "";
  for (const changing of copy.querySelectorAll("[name=csrf_token], [data-mute], [data-sound-off]")) changing.remove();
  return copy.outerHTML;
}

function isBeingTyped(element) {
  const active = document.activeElement;
  return element.contains(active) && active.matches("input, textarea, select");
}

/** A way back to the focused element after its surroundings were swapped. */
function focusPath(element) {
  const active = document.activeElement;
  if (!active || !element.contains(active) || active === element) return null;
  const keyed = active.closest("[id]");
  const inside = keyed && element.contains(keyed) && keyed !== element ? keyed : null;
  const selector = active.tagName.toLowerCase();
  const scope = inside ?? element;
  const place = [...scope.querySelectorAll(selector)].indexOf(active);
  return { id: inside?.id, selector, place };
}

function focusBack(path, element) {
  if (!path) return;
  const scope = path.id ? document.getElementById(path.id) : element;
  const target = path.place < 0 ? scope : scope?.querySelectorAll(path.selector)[path.place];
  target?.focus({ preventScroll: true });
}

function swap(old, fresh) {
  const path = focusPath(old);
  const imported = document.importNode(fresh, true);
  old.replaceWith(imported);
  focusBack(path, imported);
  return imported;
}

/** Bring the rows of *body* in line with *freshBody*, touching only rows that changed; a new row is tinted for 2 s. */
function swapRows(body, freshBody) {
  const present = new Map([...body.children].map((row) => [row.id, row]));
  let before = body.firstElementChild;
  for (const fresh of freshBody.children) {
    let row = present.get(fresh.id);
    present.delete(fresh.id);
    if (!row) {
      row = document.importNode(fresh, true);
      row.classList.add("fresh");
      setTimeout(() => row.classList.remove("fresh"), 2000);
      body.insertBefore(row, before);
      continue;
    }
    if (essence(row) !== essence(fresh) && !isBeingTyped(row)) {
      const wasNext = row === before;
      row = swap(row, fresh);
      if (wasNext) before = row;
    }
    if (row === before) before = row.nextElementSibling;
    else body.insertBefore(row, before);
  }
  for (const gone of present.values()) gone.remove();
}

function swapLive(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old || isBeingTyped(old)) return;
  const [rows, freshRows] = [old.querySelector("[data-live-rows]"), fresh.querySelector("[data-live-rows]")];
  if (rows && freshRows) {
    const [head, freshHead] = [old.querySelector(".head"), fresh.querySelector(".head")];
    if (head.innerHTML !== freshHead.innerHTML) swap(head, freshHead);
    swapRows(rows, freshRows);
  } else if (essence(old) !== essence(fresh)) {
    swap(old, fresh);
  }
}

function sayRung(document_) {
  const current = (root) => root.querySelector(".rungs [aria-current]")?.textContent.trim();
  const now = current(document_);
  if (now && now !== current(document)) announce(now);
}

async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (response.redirected && new URL(response.url).pathname !== location.pathname) return location.assign(response.url);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  sayRung(page);
  for (const fresh of page.querySelectorAll("[data-live]")) swapLive(fresh);
  const [strip, freshStrip] = [document.querySelector(".strip dl"), page.querySelector(".strip dl")];
  if (strip && freshStrip && strip.innerHTML !== freshStrip.innerHTML) strip.innerHTML = freshStrip.innerHTML;
  version = page.querySelector("[data-board]")?.dataset.version ?? version;
}

async function ask() {
  try {
    const response = await fetch(board.dataset.versionUrl, {
      headers: etag ? { "If-None-Match": etag } : {},
      cache: "no-store",
    });
    correctClock(response);
    document.body.classList.toggle("offline", !response.ok && response.status !== 304);
    if (response.status === 304 || !response.ok) return;
    const seen = (await response.json()).version;
    if (seen !== version) await refresh();
    etag = response.headers.get("ETag");
  } catch {
    document.body.classList.add("offline");
  }
}

async function run() {
  await ask();
  setTimeout(run, EVERY_MS);
}

if (board?.dataset.versionUrl) {
  setTimeout(run, EVERY_MS);
}
