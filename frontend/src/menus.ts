// Menus are <details>: they work without scripts; with them they also close on a click outside and on Escape.
import { all, closest, one } from "./dom";

export function start(): void {
  document.documentElement.classList.add("scripted");
  document.addEventListener("click", (event) => {
    for (const menu of all<HTMLDetailsElement>("details.menu[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
    const opener = closest<HTMLElement>(event, "[data-opens=nav]");
    if (opener) toggleNav(!document.body.classList.contains("nav-open"));
    else if (!closest(event, "#nav")) toggleNav(false);
    const unfold = closest(event, "[data-opens=filters]");
    if (unfold) unfold.setAttribute("aria-expanded", String(unfold.closest(".search")?.classList.toggle("unfolded")));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    toggleNav(false);
    const open = all<HTMLDetailsElement>("details.menu[open]").at(-1);
    if (!open) return;
    open.open = false;
    one("summary", open)?.focus();
    event.stopPropagation();
  });
}

function toggleNav(isOpen: boolean): void {
  document.body.classList.toggle("nav-open", isOpen);
  one("[data-opens=nav]")?.setAttribute("aria-expanded", String(isOpen));
}
