// Logging an incident: recognition and grade while typing (htmx posts the form to /incidents/preview), fields filled from the words
// unless a person has touched them, and a draft kept on every change.

const DRAFT_AFTER_MS = 600;
const form = document.getElementById("intake");
const edited = new Set();
let filling = false;

/** Mark as touched what was there and did not come from recognition. */
function rememberEdited() {
  for (const field of form.querySelectorAll(".form-control")) {
    if (field.name !== "text" && field.value && !field.classList.contains("from-text")) edited.add(field.name);
  }
}

function fill(name, value) {
  const field = form.elements.namedItem(name);
  if (!field || edited.has(name) || field.value === value) return false;
  field.value = value;
  field.classList?.toggle("from-text", value !== "");
  return true;
}

/** Put what was recognised into the fields; what is recognised no longer is taken out again. */
function fillFromWords() {
  const found = new Map();
  for (const piece of document.querySelectorAll("#recognised [data-fill]")) found.set(piece.dataset.fill, piece.dataset.value);
  filling = true;
  let changed = false;
  for (const [name, value] of found) changed = fill(name, value) || changed;
  for (const field of form.querySelectorAll(".from-text")) {
    if (!found.has(field.name)) changed = fill(field.name, "") || changed;
  }
  filling = false;
  return changed;
}

let draftTimer = 0;
const status = document.querySelector("[data-draft-words]");

async function keepDraft() {
  try {
    const response = await fetch(form.dataset.draftUrl, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      keepalive: true,
    });
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    form.elements.namedItem("draft_id").value = answer.draft_id ?? "";
    status.textContent = status.dataset.draftWords.replace("%s", answer.saved_at);
    status.classList.remove("warn");
  } catch {
    status.textContent = status.dataset.draftFailed;
    status.classList.add("warn");
  }
}

form.addEventListener("input", (event) => {
  if (!filling && event.target.name && event.target.name !== "text") {
    edited.add(event.target.name);
    event.target.classList.remove("from-text");
    if (event.target.name === "place") {
      edited.add("jurisdiction");
      form.elements.namedItem("jurisdiction").value = "";
    }
  }
  clearTimeout(draftTimer);
  draftTimer = setTimeout(keepDraft, DRAFT_AFTER_MS);
});

document.addEventListener("change", (event) => {
  if (event.target.name === "jurisdiction_choice") {
    form.elements.namedItem("jurisdiction").value = event.target.value;
    edited.add("jurisdiction");
    window.htmx.trigger(form, "recheck");
  }
});

document.addEventListener("click", (event) => {
  const twin = event.target.closest("[data-not-twin]");
  if (!twin) return;
  event.preventDefault();
  const dismissed = document.createElement("input");
  Object.assign(dismissed, { type: "hidden", name: "not_duplicate_of", value: twin.value });
  form.append(dismissed);
  window.htmx.trigger(form, "recheck");
});

document.addEventListener("htmx:afterRequest", () => {
  if (fillFromWords()) window.htmx.trigger(form, "recheck");
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(form.querySelector(".savebar .btn-primary"));
});

form.addEventListener("submit", () => clearTimeout(draftTimer));
rememberEdited();
if (form.elements.namedItem("text").value && !document.querySelector("#recognised .read")) window.htmx.trigger(form, "recheck");
