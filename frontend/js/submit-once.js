const LOCK_MS = 10_000;

/**
 * Ignore a second submission of the same form while the first is under way. The lock ends by itself,
 * and when the page is shown again, so that a failed connection never leaves a dead button.
 */
export function submitOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const last = Number(form.dataset.submittedAt || 0);
    if (Date.now() - last < LOCK_MS) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.submittedAt = String(Date.now());
  }, true);
  const unlock = (form) => delete form.dataset.submittedAt;
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-submitted-at]").forEach(unlock));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest("form");
    if (form) unlock(form);
  });
}
