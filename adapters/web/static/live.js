// The live stream. On every connection we say what we have, so that nothing is missed and nothing comes twice.

const SHORTEST = 400; // ms between tries, doubled each time
const LONGEST = 8000;
const REFUSED = 4401; // nobody whom the server knows
const CROWDED_OUT = 4429; // too many tabs: the oldest waits until somebody looks at it

export class Live {
  /** `hello` gives the first message of a connection; `hear` gets the server's; `status` gets true and false;
   * `refused` says whether to give up where the server does not know us. */
  constructor({ hello, hear, status, refused }) {
    Object.assign(this, { hello, hear, status, refused, socket: null, pause: SHORTEST, timer: 0, crowded: false });
    addEventListener("online", () => this.timer && this.connect());
    addEventListener("focus", () => this.crowded && this.connect());
  }

  connect() {
    this.disconnect();
    const address = new URL("/live", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.hello()));
    socket.onmessage = (event) => {
      this.pause = SHORTEST;
      this.status(true);
      this.hear(JSON.parse(event.data));
    };
    socket.onclose = ({ code }) => {
      this.status(false);
      if (code === REFUSED && this.refused()) return;
      this.crowded = code === CROWDED_OUT;
      if (this.crowded) return; // would it come back by itself, it would crowd out another
      this.timer = setTimeout(() => this.connect(), this.pause * (0.75 + Math.random() / 2));
      this.pause = Math.min(this.pause * 2, LONGEST);
    };
  }

  disconnect() {
    clearTimeout(this.timer);
    this.crowded = false;
    this.timer = 0;
    if (!this.socket) return;
    this.socket.onclose = this.socket.onmessage = this.socket.onopen = null;
    this.socket.close();
    this.socket = null;
  }
}
