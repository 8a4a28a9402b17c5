// Keys that work everywhere. Single letters are off while typing and while a window is open.
import { isTyping, one } from "./dom";
import * as palette from "./palette";

const PREFIX_MS = 1200;
let prefixedAt = -Infinity;

export function start(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.open();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event)) return;
    if (document.querySelector("dialog[open]")) return;
    if (single(event.key)) event.preventDefault();
  });
}

// The one thing to do next with what is open: in the side panel first, else on the page.
function nextStep(): HTMLElement | null {
  const step = ".page-actions .btn-primary";
  return one("#side:not([hidden]) " + step) ?? one("#page " + step) ?? one(step);
}

function single(key: string): boolean {
  if (performance.now() - prefixedAt < PREFIX_MS) {
    prefixedAt = -Infinity;
    const link = one<HTMLAnchorElement>(`.nav-link[data-go="${CSS.escape(key)}"]`);
    link?.click();
    return link !== null;
  }
  if (key === "g") prefixedAt = performance.now();
  else if (key === "?") one<HTMLDialogElement>("#keys")?.showModal();
  else if (key === "/") one("[data-focus='/']")?.focus();
  else if (key === "n") nextStep()?.click();
  else return false;
  return true;
}
