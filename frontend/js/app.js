import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  ExitThisPage,
  FileUpload,
  NotificationBanner,
  PasswordInput,
  Radios,
  ServiceNavigation,
  SkipLink,
} from "govuk-frontend";
import { Alert } from "@ministryofjustice/frontend/moj/components/alert/alert.mjs";
import { ButtonMenu } from "@ministryofjustice/frontend/moj/components/button-menu/button-menu.mjs";
import "htmx.org/dist/htmx.min.js";

import { Filters } from "./filters.js";
import { LiveTimeline, focusShown } from "./live-timeline.js";
import { SessionTimeout } from "./session-timeout.js";
import { submitOnce } from "./submit-once.js";
import { UnsavedGuard } from "./unsaved-guard.js";

const LIBRARY = [
  Alert, Button, ButtonMenu, CharacterCount, Checkboxes, ErrorSummary, ExitThisPage,
  FileUpload, NotificationBanner, PasswordInput, Radios, ServiceNavigation, SkipLink,
];
const OWN = [Filters, LiveTimeline, SessionTimeout, UnsavedGuard];

/** Start every component in `scope` (itself included) that is not running yet. */
function start(scope) {
  for (const Component of [...LIBRARY, ...OWN]) {
    const name = Component.moduleName;
    const selector = `[data-module~="${name}"]:not([data-${name}-init])`;
    const roots = [...scope.querySelectorAll(selector)];
    if (scope.matches?.(selector)) roots.unshift(scope);
    for (const root of roots) {
      try {
        new Component(root);
        if (OWN.includes(Component)) root.setAttribute(`data-${name}-init`, "");
      } catch (error) {
        console.warn(error); // one broken component must not stop the others
      }
    }
  }
}

/** After a jump within the page (the skip link) the address keeps its #, and the browser goes there again on load. */
function keepSummaryFocused() {
  const summary = document.querySelector(".govuk-error-summary");
  if (!summary || !window.location.hash) return;
  summary.tabIndex = -1;
  summary.focus();
}

/** htmx notes the page's address, with what was searched for, in the browser's storage: nothing may stay there. */
function forgetAddress() {
  try {
    window.sessionStorage.removeItem("htmx-current-path-for-history");
  } catch {
    // storage is switched off: nothing was kept
  }
}

submitOnce();
focusShown();
start(document.body);
forgetAddress();
window.addEventListener("load", () => setTimeout(keepSummaryFocused));
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
document.addEventListener("htmx:pushedIntoHistory", forgetAddress);
document.addEventListener("htmx:replacedInHistory", forgetAddress);
