// The clock of the page: wall clock in the strip, countdowns, time unsigned. Runs on the server's time, not the computer's.

const HALF_HOUR = 30 * 60;
const QUARTER = 15 * 60;
const DATED_FROM = 6 * 3600;

const strip = document.querySelector("[data-now]");
let offset = strip ? Date.parse(strip.dataset.now) - Date.now() : 0;
const announced = new Set();

/** Milliseconds since the epoch by the server's clock. */
export function serverNow() {
  return Date.now() + offset;
}

/** Correct the clock from the Date header of an answer (whole seconds; only a difference of two or more counts). */
export function correctClock(response) {
  const header = response.headers.get("Date");
  if (!header) return;
  const difference = Date.parse(header) - serverNow();
  if (Math.abs(difference) > 2000) offset += difference;
}

function hoursMinutes(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

function minutesSeconds(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function words() {
  return document.getElementById("clock-words")?.dataset ?? {};
}

/** Say *text* once, politely, to a screen reader. */
export function announce(text) {
  const place = document.querySelector("[data-announce]");
  if (place) place.textContent = text;
}

function announceOnce(count, kind, sentence) {
  const item = count.closest("li, tr");
  const title = item?.querySelector(".what, .t-title")?.textContent.trim();
  const key = `${kind}|${count.dataset.due}|${title}`;
  if (!title || announced.has(key)) return;
  announced.add(key);
  announce(sentence.replace("%s", title));
}

function drawCount(count, firstTime) {
  const left = Math.round((Date.parse(count.dataset.due) - serverNow()) / 1000);
  const said = words();
  const small = count.querySelector("small");
  const figure = count.querySelector("[data-figure]");
  if ("dated" in count.dataset && left >= DATED_FROM) return;
  if (!figure) return;
  const atOnce = "atOnce" in count.dataset;
  const late = atOnce ? left <= -HALF_HOUR : left < 0;
  const soon = !late && (atOnce ? left <= -QUARTER : left <= HALF_HOUR);
  if (!firstTime && !atOnce) {
    if (late && !count.classList.contains("late")) announceOnce(count, "limit", said.limit ?? "%s");
    else if (soon && !count.classList.contains("soon")) announceOnce(count, "soon", said.halfHour ?? "%s");
  }
  count.classList.toggle("late", late);
  count.classList.toggle("soon", soon);
  if (!atOnce) setText(small, late ? said.late : said.left);
  setText(figure, hoursMinutes(atOnce ? Math.max(0, -left) : left));
}

function drawAll(firstTime) {
  const now = new Date(serverNow());
  if (strip) {
    const [clock, seconds] = [
      now.toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" }),
      String(now.getSeconds()).padStart(2, "0"),
    ];
    const small = strip.querySelector("small") ?? strip.appendChild(document.createElement("small"));
    if (strip.firstChild.nodeType === Node.TEXT_NODE) strip.firstChild.data = clock;
    setText(small, `:${seconds}`);
  }
  for (const count of document.querySelectorAll("[data-due]")) drawCount(count, firstTime);
  for (const until of document.querySelectorAll("[data-until]")) {
    setText(until.querySelector("[data-figure]"), hoursMinutes(Math.max(0, Date.parse(until.dataset.until) - serverNow()) / 1000));
  }
  for (const alarm of document.querySelectorAll("[data-since]")) {
    setText(alarm.querySelector("[data-minutes]"), minutesSeconds((serverNow() - Date.parse(alarm.dataset.since)) / 1000));
  }
}

drawAll(true);
setInterval(() => drawAll(false), 1000);
