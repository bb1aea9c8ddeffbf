// Acts, by POST: what somebody wrote never stands in an address.

import { words } from "./dom.js";

/** What went wrong, in words for the person. `status` is 0 where the server was not reached. */
export class Problem extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

// Pressed once more by hand, with a new key: a form that was lost on the way comes then.
const NOT_REPEATED = new Set(["clock", "press", "shortcut", "on-message"]);

export class Api {
  constructor() {
    this.account = "";
    this.signedOut = null; // called where the session has ended
  }

  /** Where the server is busy, what has a key is tried twice more; the answer then says `repeated`. */
  async post(act, body = {}) {
    let repeated = false;
    for (const pause of NOT_REPEATED.has(act) ? [] : [400, 1200]) {
      try {
        return { ...(await this.once(act, body)), repeated };
      } catch (problem) {
        if (problem.status !== 503) throw problem;
        await new Promise((resolve) => setTimeout(resolve, pause));
        repeated = true;
      }
    }
    return { ...(await this.once(act, body)), repeated };
  }

  async once(act, body) {
    const response = await this.asked(act, body);
    return response.json().catch(() => ({}));
  }

  /** A file that a message has, as a Blob. */
  async file(body) {
    return (await this.asked("download", body)).blob();
  }

  async asked(act, body) {
    let response;
    try {
      response = await fetch(act.startsWith("/") ? act : `/api/${act}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Fagtraad-Account": this.account },
        body: JSON.stringify(body),
      });
    } catch {
      throw new Problem(words.network_down, 0);
    }
    if (response.ok) return response;
    if (response.status === 401) this.signedOut?.();
    const answer = await response.json().catch(() => ({}));
    throw new Problem(answer.message || words.network_down, response.status);
  }
}
