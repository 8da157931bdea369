/**
 * Marks on a drawing of the body. A touch fills the next free row of the list below the drawing (region and place);
 * a row that is changed by hand moves its mark. Without scripts, and by keyboard, the list alone does it all.
 */
export class BodyMap {
  static moduleName = "body-map";

  constructor(root) {
    this.root = root;
    this.rows = [...root.querySelectorAll("[data-mark]")].map((row) => ({
      row,
      number: row.dataset.mark,
      region: row.querySelector("select[name$=_region]"),
      words: row.querySelector("input[name$=_words]"),
      at: root.closest("form").elements[`mark${row.dataset.mark}_at`],
    }));
    this.status = root.querySelector("[data-body-map-status]");
    for (const svg of root.querySelectorAll("svg[data-view]")) svg.addEventListener("click", (event) => this.touched(svg, event));
    for (const row of this.rows) row.region.addEventListener("change", () => { row.at.value = ""; this.draw(); });
    this.draw();
  }

  touched(svg, event) {
    const region = event.target.closest("[data-region]")?.dataset.region;
    if (!region) return;
    const free = this.rows.find((row) => !row.region.value);
    if (!free) { this.status.textContent = this.root.dataset.full; return; }
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    free.region.value = region;
    free.at.value = `${Math.max(0, Math.round(point.x))},${Math.max(0, Math.round(point.y))}`;
    free.region.dispatchEvent(new Event("input", { bubbles: true }));
    this.draw();
    this.status.textContent = this.root.dataset.marked.replace("{0}", free.number).replace("{1}", free.region.selectedOptions[0].text);
    free.words.focus();
  }

  /** Draw each row's mark, and show the rows that hold one and the next free one. */
  draw() {
    for (const pin of this.root.querySelectorAll("[data-pin]")) pin.remove();
    let isFree = true;
    for (const row of this.rows) {
      const shape = row.region.value && this.root.querySelector(`[data-region="${row.region.value}"]`);
      row.row.hidden = !shape && !isFree;
      if (!shape) { isFree = false; continue; }
      this.pin(shape, row);
    }
  }

  pin(shape, row) {
    const box = shape.getBBox();
    const [x, y] = row.at.value ? row.at.value.split(",") : [box.x + box.width / 2, box.y + box.height / 2];
    const make = (name, attributes) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      return element;
    };
    const group = make("g", { "data-pin": "", "pointer-events": "none" });
    const text = make("text", { x, y, dy: 4, "text-anchor": "middle", "font-size": 12, "font-weight": 700, fill: "#ffffff" });
    text.textContent = row.number;
    group.append(make("circle", { cx: x, cy: y, r: 9, fill: "#d4351c", stroke: "#ffffff", "stroke-width": 2 }), text);
    shape.ownerSVGElement.append(group);
  }
}
