// A box one writes in. The text stands until it is stored; trying again with the same text is the same message.

import { Completion } from "./completion.js";
import { newKey, words } from "./dom.js";

export class Composer {
  /** `send(text, key, again)` throws a Problem where it was not stored. */
  constructor({ form, input, error, list, commands, send }) {
    Object.assign(this, { form, input, error, send, tried: null, sending: false });
    this.completion = new Completion(input, list, commands);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    input.addEventListener("keydown", (event) => this.key(event));
  }

  get text() {
    return this.input.value;
  }

  /** What somebody was writing here, when they come back to it. */
  set text(text) {
    this.input.value = text;
    this.tried = null;
    this.complain("");
    this.completion.hide();
  }

  key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.submit();
    }
  }

  async submit() {
    const text = this.text;
    if (this.sending || !text.trim()) return this.input.focus();
    const again = this.tried?.text === text;
    if (!again) this.tried = { text, key: newKey() };
    this.working(true);
    try {
      await this.send(text, this.tried.key, again);
      if (this.text === text) this.text = "";
      this.complain("");
    } catch (problem) {
      this.complain(`${words.not_sent} ${problem.message}`);
    } finally {
      this.working(false);
    }
  }

  working(on) {
    this.sending = on;
    this.input.readOnly = on; // keeps focus, which disabling would lose
    this.form.classList.toggle("sending", on);
  }

  complain(text) {
    this.error.textContent = text;
    this.error.hidden = !text;
  }
}
