/** Filters come open, for pages without scripts; on a narrow screen they would push the list away. */
export class Filters {
  static moduleName = "filters";

  constructor(root) {
    const narrow = window.matchMedia("(max-width: 48rem)");
    if (narrow.matches && !root.querySelector(".govuk-form-group--error")) root.open = false;
    narrow.addEventListener("change", () => {
      if (!narrow.matches) root.open = true;
    });
  }
}
