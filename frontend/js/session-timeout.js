const PING_EVERY_MS = 60_000;
const ACTIVITY = ["keydown", "pointerdown", "input"];

/**
 * Warns before the session ends for lack of activity, and keeps what was typed when it has ended.
 *
 * The root is `components/session_timeout.html`. `data-keepalive-url` answers GET with
 * `{"csrf_token", "viewer"}` while signed in and with 401 afterwards: a new sign-in (in another tab)
 * changes the CSRF token, so the forms of this page are given the new one and can still be sent.
 */
export class SessionTimeout {
  static moduleName = "session-timeout";

  constructor(root) {
    this.dialog = root.querySelector("dialog");
    this.idle = Number(root.dataset.idleSeconds) * 1000;
    this.warn = Number(root.dataset.warnSeconds) * 1000;
    this.url = root.dataset.keepaliveUrl;
    this.viewer = root.dataset.viewer || "";
    this.ended = false;
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel("safeguard-session") : null;
    this.listen();
    this.alive();
    this.channel?.postMessage("alive");
    window.setInterval(() => this.tick(), 1000);
  }

  listen() {
    for (const type of ACTIVITY) document.addEventListener(type, () => this.active(), { passive: true });
    this.channel?.addEventListener("message", () => this.alive());
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.stay(); });
    this.dialog.querySelectorAll("[data-session-stay]").forEach((b) => b.addEventListener("click", () => this.stay()));
    window.addEventListener("focus", () => { if (this.ended) this.ping(); });
  }

  /** The server has just heard of this person: start counting again. */
  alive() {
    this.lastPing = Date.now();
    if (this.dialog.open && !this.ended) this.close();
  }

  /** Typing counts as activity, but the server hears of it once a minute at most. */
  active() {
    if (!this.dialog.open && Date.now() - this.lastPing > PING_EVERY_MS) this.ping();
  }

  tick() {
    const left = this.lastPing + this.idle - Date.now();
    if (this.ended) return;
    if (left <= 0) this.ping({ touch: false });
    else if (left <= this.warn) this.show("warning", left);
  }

  stay() {
    this.ping();
  }

  async ping({ touch = true } = {}) {
    if (this.asking) return;
    this.asking = true;
    if (touch) this.lastPing = Date.now(); // no storm of requests while the answer is under way
    try {
      const address = touch ? this.url : `${this.url}?peek=1`;
      const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
      if (response.ok) this.signedIn(await response.json());
      else if (response.status === 401) this.end("ended");
      else this.show("unreachable");
    } catch {
      if (!this.ended) this.show("unreachable");
    } finally {
      this.asking = false;
    }
  }

  signedIn({ csrf_token: token, viewer = "" }) {
    if (this.viewer && viewer && viewer !== this.viewer) {
      this.end("other");
      return;
    }
    if (token) document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token; });
    this.ended = false;
    this.alive();
    this.close();
    this.channel?.postMessage("alive");
  }

  end(state) {
    this.ended = true;
    this.show(state);
  }

  show(state, left) {
    this.dialog.classList.toggle("sg-session--ended", this.ended);
    for (const part of this.dialog.querySelectorAll("[data-session-state]")) {
      part.hidden = part.dataset.sessionState !== state;
    }
    const minutes = this.dialog.querySelector("[data-session-minutes]");
    if (left) minutes.textContent = String(Math.max(1, Math.ceil(left / 60_000)));
    const heading = this.dialog.querySelector(`[data-session-state="${state}"] h2`);
    this.dialog.setAttribute("aria-labelledby", heading.id);
    if (!this.dialog.open) this.open();
  }

  open() {
    this.before = document.activeElement;
    this.dialog.showModal();
  }

  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.dialog.classList.remove("sg-session--ended");
    this.before?.focus?.();
  }
}
