/** The connection to a live run: it comes back by itself, and loses no event and no request. */

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
const SILENCE_MS = 15000;
const PATIENCE_MS = 10000;
const STAY_AWAY = 1008;

/**
 * A client of the live protocol.
 *
 * It looks first which run there is, and comes back at once for all of the day so far. `hooks`:
 * - `phase(phase, reason)`: `"connecting"`, `"live"`, `"lost"`, `"token"` (one is wanted) or
 *   `"refused"` (until `open` is called again)
 * - `run(welcome)`: a run that was not seen before, or not by this page
 * - `event(event)`: `started`, `measurement`, `status`, `decision` or `analysis`, each once
 * - `alarm(reason)`: what is wrong with the server
 */
export class Link {
  #url;
  #hooks;
  #socket = null;
  #client = `dashboard-${[...crypto.getRandomValues(new Uint8Array(6))].map(hex).join("")}`;
  #run = null;
  #after = 0;
  #n = 0;
  #pending = new Map();
  #wait = FIRST_WAIT_MS;
  #timer = null;
  #heard = 0;
  #isLive = false;
  token = null;

  constructor(url, hooks) {
    this.#url = url;
    this.#hooks = hooks;
    setInterval(() => this.#watch(), 5000);
    addEventListener("online", () => this.#socket || this.open());
  }

  /** Connect, now. */
  open() {
    clearTimeout(this.#timer);
    this.#drop();
    this.#hooks.phase("connecting", "");
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heard = Date.now();
    const isMine = (act) => (event) => socket === this.#socket && act(event);
    socket.onopen = isMine(() => this.#sayHello());
    socket.onmessage = isMine(({ data }) => this.#take(JSON.parse(data)));
    socket.onclose = isMine(({ code, reason }) => this.#closed(code, reason));
  }

  /**
   * Ask for something, now or as soon as there is a connection.
   *
   * @returns {Promise<object>} the server's `ack` or `answer`.
   */
  request(type, fields) {
    this.#n += 1;
    const text = JSON.stringify({ type, n: this.#n, ...fields });
    return new Promise((resolve) => {
      this.#pending.set(this.#n, { text, resolve });
      if (this.#isLive) this.#socket.send(text);
    });
  }

  #sayHello() {
    const hello = { type: "hello", protocol: 1, client: this.#client };
    if (this.token !== null) hello.token = this.token;
    if (this.#run !== null) Object.assign(hello, { run: this.#run, after: this.#after });
    this.#socket.send(JSON.stringify(hello));
  }

  #take(message) {
    this.#heard = Date.now();
    const { type } = message;
    if (type === "welcome") this.#welcome(message);
    else if (type === "ack" || type === "answer") this.#settle(message);
    else if (type === "alarm") this.#hooks.alarm(message.reason);
    else if (message.seq > this.#after) {
      this.#after = message.seq;
      this.#hooks.event(message);
    }
  }

  #welcome(message) {
    this.#n = Math.max(this.#n, message.n);
    if (this.#run === null) {
      this.#run = message.run;
      this.#after = message.began - 1;
      this.#hooks.run(message);
      this.open();
      return;
    }
    this.#isLive = true;
    this.#wait = FIRST_WAIT_MS;
    this.#hooks.phase("live", "");
    for (const { text } of this.#pending.values()) this.#socket.send(text);
  }

  #settle(answer) {
    const n = answer.n ?? this.#pending.keys().next().value;
    this.#pending.get(n)?.resolve(answer);
    this.#pending.delete(n);
  }

  #closed(code, reason) {
    this.#drop();
    if (code !== STAY_AWAY) {
      this.#hooks.phase("lost", reason);
      this.#timer = setTimeout(() => this.open(), this.#wait);
      this.#wait = Math.min(LONGEST_WAIT_MS, 1.6 * this.#wait);
    } else if (reason.startsWith("hello token")) {
      this.#hooks.phase("token", reason);
    } else if (reason.startsWith("hello run")) {
      this.#forget();
      this.open();
    } else {
      this.#hooks.phase("refused", reason);
    }
  }

  /** The run is over: another one begins. What was asked of the old one is not asked again. */
  #forget() {
    this.#run = null;
    const fix = "another run has begun: look, and ask again";
    for (const { resolve } of this.#pending.values()) {
      resolve({ type: "ack", status: "refused", field: "run", value: "over", fix });
    }
    this.#pending.clear();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#isLive = false;
    socket?.close();
  }

  /** A server that vanished says nothing; so ask it when it has been silent for long. */
  #watch() {
    const silence = Date.now() - this.#heard;
    if (!this.#socket || silence < SILENCE_MS) return;
    if (silence > SILENCE_MS + PATIENCE_MS) this.#closed(1006, "the server is silent");
    else if (this.#isLive && !this.#pending.size) this.request("ask", { what: "view" });
  }
}

function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}
