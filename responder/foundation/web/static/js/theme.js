// Day and night without reloading: the form still posts the choice to the account, the page keeps what is being typed.

const OTHER = { light: "dark", dark: "light" };

async function post(form, button) {
  const body = new FormData(form);
  body.set(button.name, button.value);
  const response = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  return response.ok || response.type === "opaqueredirect";
}

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (button?.name !== "theme" || !button.dataset.other) return;
  event.preventDefault();
  const chosen = button.value;
  if (!(await post(event.target, button))) return event.target.requestSubmit();
  document.documentElement.dataset.bsTheme = chosen;
  for (const twin of document.querySelectorAll("button[name=theme]")) {
    twin.value = OTHER[chosen];
    [twin.textContent, twin.dataset.other] = [twin.dataset.other, twin.textContent];
  }
});
