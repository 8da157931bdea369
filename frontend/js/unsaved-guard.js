/** Serialise what was typed; files count by name. Kept in memory only, never in the browser's storage. */
function typed(form) {
  return JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])
    .filter(([name]) => name !== "csrfmiddlewaretoken"));
}

/** Ask before leaving a page whose form holds text that was not saved. */
export class UnsavedGuard {
  static moduleName = "unsaved-guard";

  constructor(form) {
    const hasErrors = document.querySelector(".govuk-error-summary") !== null;
    let saved = hasErrors ? null : typed(form); // a form that came back with errors was not saved
    form.addEventListener("submit", () => { saved = typed(form); });
    window.addEventListener("beforeunload", (event) => {
      if (form.isConnected && typed(form) !== saved) event.preventDefault();
    });
  }
}
