// Acts that cannot be taken back ask first; those that need a reason do not go without one.
import { closest, one } from "./dom";

const agreed = new WeakSet<HTMLElement>();

export function start(): void {
  const dialog = one<HTMLDialogElement>("#confirm");
  if (!dialog) return;
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLElement) || !(event.target instanceof HTMLFormElement)) return;
    const { confirm, reason } = button.dataset;
    if ((!confirm && !reason) || agreed.has(button) || closest(event, "dialog")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(dialog, { question: confirm ?? "", wantsReason: reason !== undefined, form: event.target, button });
  }, true);
}

interface Question {
  question: string;
  wantsReason: boolean;
  form: HTMLFormElement;
  button: HTMLElement;
}

function ask(dialog: HTMLDialogElement, { question, wantsReason, form, button }: Question): void {
  const text = one("[data-says=question]", dialog);
  const place = one("[data-says=reason]", dialog);
  const reason = one<HTMLTextAreaElement>("#confirm-reason", dialog);
  if (!text || !place || !reason) return;
  text.textContent = question;
  place.hidden = !wantsReason;
  reason.required = wantsReason;
  reason.value = "";
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    const field = one<HTMLInputElement>("input[name=reason]", form);
    if (field && wantsReason) field.value = reason.value;
    agreed.add(button);
    form.requestSubmit(button);
    agreed.delete(button);
  }, { once: true });
  dialog.showModal();
}
