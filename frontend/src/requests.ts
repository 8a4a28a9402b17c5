// htmx: how answers are taken. Nothing is evaluated; a form that comes back with its complaints (422) is shown.
import htmx from "htmx.org";

import { all, one, say, word } from "./dom";

interface ConfigRequest {
  parameters: FormData | Record<string, unknown>;
  verb: string;
}

export function start(): void {
  htmx.config.allowEval = false;
  htmx.config.includeIndicatorStyles = false;
  htmx.config.selfRequestsOnly = true;
  htmx.config.allowScriptTags = false;
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409|422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ];
  document.addEventListener("htmx:configRequest", leaveOutBlanks as EventListener);
  document.addEventListener("htmx:beforeRequest", () => document.documentElement.classList.add("asking"));
  document.addEventListener("htmx:afterRequest", () => document.documentElement.classList.remove("asking"));
  document.addEventListener("htmx:sendError", () => say(word("offline")));
  document.addEventListener("htmx:responseError", () => say(word("failed")));
  document.addEventListener("htmx:afterSwap", () => say(""));
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-prints]")) window.print();
  });
  shortenCombination();
}

// A URL that is sent to a colleague holds what was asked, not every empty field of the form.
function leaveOutBlanks(event: CustomEvent<ConfigRequest>): void {
  const { parameters, verb } = event.detail;
  if (verb !== "get" || !(parameters instanceof FormData)) return;
  for (const name of new Set(parameters.keys())) {
    const kept = parameters.getAll(name).filter((value) => value !== "");
    parameters.delete(name);
    for (const value of kept) parameters.append(name, value);
  }
}

function shortenCombination(): void {
  if (!/Mac|iPhone|iPad/.test(navigator.userAgent)) return;
  for (const key of all("kbd")) if (key.textContent === "Ctrl K") key.textContent = "⌘K";
  one("#keys")?.setAttribute("data-mac", "");
}
