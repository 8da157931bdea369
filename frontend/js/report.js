// The pages for people without an account: leaving without a trace, sending, and keeping until there is a signal.
import { delete_, keep, kept } from "./report-store.js";

const TRIES_MS = 30_000, LONGEST_WAIT_MS = 30 * 60_000;

/** Go somewhere in the place of this page: neither it nor what was typed stays in the history. */
function leaveFor(address) {
  document.querySelectorAll("form").forEach((form) => form.reset());
  document.body.hidden = true;
  window.location.replace(address);
}

function watchExits() {
  const exit = document.querySelector('[data-module~="safe-exit"]');
  document.addEventListener("click", (event) => {
    const link = event.target.closest('[data-module~="safe-exit"], a[data-replace]');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    leaveFor(link.href);
  });
  let escapes = 0;
  document.addEventListener("keydown", (event) => {
    escapes = event.key === "Escape" ? escapes + 1 : 0;
    if (escapes === 3 && exit) leaveFor(exit.href);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach((form) => form.reset());
  });
}

/** Sends a form in the place of the browser, so that no further page comes into the history. */
class Report {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-report-status]");
    this.keepButton = form.querySelector("[data-report-keep]");
    this.deleteButton = document.querySelector("[data-report-delete]");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    if (!("keeps" in form.dataset) || !window.crypto?.subtle) return;
    this.keepButton.addEventListener("click", () => this.keep());
    this.deleteButton.addEventListener("click", () => this.forget());
    window.addEventListener("online", () => { this.notBefore = 0; this.sendKept(); });
    setInterval(() => this.sendKept(), TRIES_MS);
    this.sendKept();
  }

  fields() {
    return [...new FormData(this.form)];
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    try {
      this.show((await this.post(window.location.pathname, this.fields())).answer);
    } catch (error) {
      this.say(error.isFault ? this.form.dataset.fault : this.form.dataset.unsent);
      const waiting = this.keepButton && window.crypto?.subtle ? await kept() : undefined;
      if (waiting !== undefined) this.keepButton.hidden = Boolean(waiting && !waiting.expired);
    } finally {
      this.sending = false;
    }
  }

  async post(address, fields) {
    const body = new URLSearchParams(fields);
    const response = await fetch(address, { method: "POST", body, credentials: "same-origin", redirect: "error" });
    if (response.status >= 500) throw Object.assign(new Error(String(response.status)), { isFault: true });
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    return { answer, refused: response.status >= 400, tooOften: response.status === 429 };
  }

  show(answer) {
    document.title = answer.title;
    const main = document.querySelector("main");
    main.replaceWith(document.adoptNode(answer.querySelector("main")));
    document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: document.querySelector("main") } }));
    (document.querySelector(".govuk-error-summary") ?? document.querySelector("main")).focus();
    start();
  }

  async keep() {
    await keep({ address: window.location.pathname, fields: this.fields() });
    this.form.reset();
    this.form.elements.idempotency_key.value = crypto.randomUUID(); // the next report is another one
    this.keepButton.hidden = true;
    this.shown();
    this.sendKept();
  }

  shown() {
    this.say(this.form.dataset.kept);
    this.deleteButton.hidden = false;
  }

  async forget() {
    await delete_();
    this.deleteButton.hidden = true;
    this.say("");
  }

  /** Send what waits. Its key is the form's own: sent twice, it arrives once. */
  async sendKept() {
    const waiting = this.form.isConnected ? await kept() : null;
    if (!waiting) return;
    if (waiting.expired) { this.deleteButton.hidden = true; this.say(this.form.dataset.expired); return; }
    this.shown();
    if (this.sending || !navigator.onLine || Date.now() < (this.notBefore ?? 0)) return;
    this.sending = true;
    try {
      const { answer, refused, tooOften } = await this.post(waiting.address, waiting.fields);
      const receipt = answer.querySelector("[data-report-receipt]");
      if (receipt) await this.received(receipt);
      this.wait(refused);
      if (refused && !tooOften && !this.form.elements.facts.value) { await this.forget(); this.show(answer); }
      else if (refused) this.say(this.form.dataset.refused);
    } catch {
      this.wait(true);
      this.shown(); // no signal after all: it waits on
    } finally {
      this.sending = false;
    }
  }

  /** Try later and later what was not taken: a server that cannot cope is not helped by every phone at once. */
  wait(failed) {
    this.pause = failed ? Math.min((this.pause ?? TRIES_MS) * 2, LONGEST_WAIT_MS) : undefined;
    this.notBefore = failed ? Date.now() + this.pause : 0;
  }

  /** Show the receipt above the form, which may hold another report by now. */
  async received(receipt) {
    await this.forget();
    this.form.before(document.adoptNode(receipt));
    receipt.tabIndex = -1;
    receipt.focus();
  }

  say(message) {
    this.status.textContent = message;
  }
}

function start() {
  const form = document.querySelector('form[data-module~="report"]');
  if (form) new Report(form);
}

watchExits();
start();
