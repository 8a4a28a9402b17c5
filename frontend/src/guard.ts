// A form with unsaved work asks before the page is left.
import { closest, one } from "./dom";

const changed = new Set<HTMLFormElement>();

export function start(): void {
  document.addEventListener("input", (event) => {
    const form = closest<HTMLFormElement>(event, "form[data-guards]");
    if (form) changed.add(form);
  });
  document.addEventListener("submit", (event) => {
    if (event.target instanceof HTMLFormElement) changed.delete(event.target);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (form.isConnected) event.preventDefault();
  });
  // After a refused form the first complaint is where the work goes on.
  const wrong = one<HTMLElement>(".field-wrong input, .field-wrong select, .field-wrong textarea");
  wrong?.focus();
}
