/** Enter in a field finds a child only in the search for one: elsewhere it would send a form that is not finished. */
export class EnterStays {
  static moduleName = "enter-stays";

  constructor(form) {
    form.addEventListener("keydown", (event) => {
      const input = event.target;
      if (event.key !== "Enter" || input.tagName !== "INPUT" || input.type === "submit") return;
      if (input.name !== "child_search") event.preventDefault();
    });
  }
}
