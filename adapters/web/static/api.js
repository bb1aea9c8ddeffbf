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
    let response;
    try {
      response = await fetch(`/api/${act}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Fagtraad-Account": this.account },
        body: JSON.stringify(body),
      });
    } catch {
      throw new Problem(words.network_down, 0);
    }
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Problem(answer.message || words.network_down, response.status);
    return answer;
  }
}
