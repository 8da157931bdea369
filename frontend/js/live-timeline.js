const SETTLE_MS = 250;

/**
 * Says when there is something new on the timeline of this page, and fetches it when asked to.
 *
 * The root is `components/live_timeline.html`. The stream at `data-stream` names new entries by their keys alone;
 * how many of them there are for this reader answers `data-news`. In a tab that nobody looks at the stream is
 * closed, since a browser has few connections to spare; on return it tells what was missed.
 */
export class LiveTimeline {
  static moduleName = "live-timeline";

  constructor(root) {
    this.root = root;
    this.said = root.querySelector("[data-live-said]");
    this.show = root.querySelector("[data-live-show]");
    this.hinted = new Set();
    this.onChange = () => this.follow();
    document.addEventListener("visibilitychange", this.onChange);
    window.addEventListener("pageshow", this.onChange);
    window.addEventListener("pagehide", () => this.close());
    this.show.addEventListener("click", () => this.close());
    this.follow();
  }

  follow() {
    if (!this.root.isConnected) {
      document.removeEventListener("visibilitychange", this.onChange);
      window.removeEventListener("pageshow", this.onChange);
    }
    if (!this.root.isConnected || document.hidden) this.close();
    else if (!this.source && !this.ended) this.open();
  }

  open() {
    this.source = new EventSource(this.address(this.root.dataset.stream));
    this.source.addEventListener("entry", (event) => this.hint(event.data));
    this.source.addEventListener("end", () => this.end());
    // A browser tries again by itself after a lost connection, and gives up for good on any other answer.
    this.source.addEventListener("error", () => {
      if (this.source?.readyState === EventSource.CLOSED) this.end();
    });
  }

  close() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.waiting);
  }

  end() {
    this.ended = true;
    this.close();
  }

  hint(key) {
    if (!this.root.isConnected) this.close();
    this.hinted.add(key);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), SETTLE_MS);
  }

  async ask() {
    const keys = [...this.hinted].map((key) => ["entry", key]);
    const answer = await fetch(this.address(this.root.dataset.news, keys), { redirect: "error" }).catch(() => null);
    if (!answer?.ok) return;
    const text = (await answer.text()).trim();
    if (text === this.said.textContent) return;
    this.said.textContent = text;
    this.show.hidden = !text;
  }

  address(path, more = []) {
    return `${path}?${new URLSearchParams([["since", this.root.dataset.since], ...more])}`;
  }
}

/** After new entries were put in, what was read last is gone with the focus: go on at their headline. */
export function focusShown() {
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.requestConfig?.elt?.matches("[data-live-show]")) {
      document.querySelector(event.detail.requestConfig.elt.dataset.liveShow)?.focus();
    }
  });
}
