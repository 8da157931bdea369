// What only the page that logs a concern needs: a file of its own, so that no other page waits for it.
import { Autosave } from "./autosave.js";
import { BodyMap } from "./body-map.js";
import { EnterStays } from "./enter.js";
import { Fold } from "./fold.js";

for (const Component of [Autosave, BodyMap, EnterStays, Fold]) {
  for (const root of document.querySelectorAll(`[data-module~="${Component.moduleName}"]`)) new Component(root);
}
