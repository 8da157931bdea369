/** A part of a form that may stay empty comes open, for pages without scripts; it closes unless it holds something. */
export class Fold {
  static moduleName = "fold";

  constructor(root) {
    const inputs = [...root.querySelectorAll("input:not([type=hidden]), textarea, select")];
    const holds = (input) => (["radio", "checkbox"].includes(input.type) ? input.checked && input.value !== "usual" : input.value.trim() !== "");
    root.open = inputs.some(holds) || root.querySelector(".govuk-form-group--error") !== null;
  }
}
