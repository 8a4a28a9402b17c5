// A figure opens its definition, scope, source and date over the page. Without scripts the same link is a page of its own.
import htmx from "htmx.org";

import { closest, isPlainClick, one } from "./dom";

export function start(): void {
  const dialog = one<HTMLDialogElement>("#explain");
  if (!dialog) return;
  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const link = closest<HTMLAnchorElement>(event, "a[data-explain]");
    if (!link || !isPlainClick(event)) return;
    event.preventDefault();
    event.stopPropagation();
    void htmx.ajax("get", link.href, { target: "#explain-body", swap: "innerHTML" }).then(() => {
      if (!dialog.open && one("#explain-body")?.childElementCount) dialog.showModal();
    });
  });
}
