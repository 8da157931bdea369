const AFTER_TYPING_MS = 1_500;

/**
 * Keeps what is typed as a draft on the server, shortly after each pause.
 *
 * `data-url` takes the form by POST and answers `{draft, version, message}`; the hidden inputs `draft` and
 * `draft_version` carry on from there. What could not be saved stays on the page and is tried again.
 */
export class Autosave {
  static moduleName = "autosave";

  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-autosave-status]");
    this.last = this.typed();
    for (const type of ["input", "change"]) form.addEventListener(type, () => this.soon());
    form.addEventListener("submit", () => { clearTimeout(this.timer); this.sent = true; });
    window.addEventListener("pageshow", () => { this.sent = false; });
    window.addEventListener("focus", () => { if (this.failed) this.save(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
  }

  /** What a draft consists of, without what belongs to this sending alone. */
  typed() {
    const own = ["csrfmiddlewaretoken", "idempotency_key", "draft", "draft_version"];
    return JSON.stringify([...new FormData(this.form)].filter(([name]) => !own.includes(name)));
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AFTER_TYPING_MS);
  }

  async save() {
    const typed = this.typed();
    if (this.sent || typed === this.last) return;
    if (this.saving) { this.soon(); return; }
    this.saving = true;
    try {
      const response = await fetch(this.form.dataset.url, {
        method: "POST", body: new FormData(this.form), headers: { Accept: "application/json" }, redirect: "error",
      });
      await this.answered(response, typed);
    } catch {
      this.say(this.form.dataset.unreachable, true);
    } finally {
      this.saving = false;
    }
  }

  async answered(response, typed) {
    if ([401, 403].includes(response.status)) { this.say(this.form.dataset.signedOut, true); return; }
    const { draft, version, message } = await response.json();
    if (!response.ok) { this.say(message, true); return; }
    this.last = typed;
    this.form.elements.draft.value = draft;
    this.form.elements.draft_version.value = version;
    this.say(message, false);
  }

  say(message, failed) {
    this.failed = failed;
    this.status.textContent = message;
    if (failed) this.timer = setTimeout(() => this.save(), 15_000);
  }
}
