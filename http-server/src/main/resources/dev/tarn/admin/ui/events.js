import { request } from "./api.js";
import { EventParser } from "./event-parser.js";

const firstDelay = 500;
const longestDelay = 15_000;
/** The server speaks twice a second; a connection that says nothing for so long is dead. */
const longestSilence = 10_000;

/**
 * Reads the events for as long as the page is there. It is read with fetch, and not with EventSource, because that one
 * cannot send a token.
 */
export class EventStream {
  #handlers;
  #delay = firstDelay;
  #timer = null;
  #connection = null;

  constructor(handlers) {
    this.#handlers = handlers;
  }

  start() {
    this.stop();
    this.#delay = firstDelay;
    this.#connect();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#connection?.abort();
    this.#connection = null;
  }

  async #connect() {
    const connection = new AbortController();
    this.#connection = connection;
    let status = null;
    try {
      await this.#read(connection);
    } catch (error) {
      status = error.status ?? null;
    }
    if (this.#connection !== connection) return;
    connection.abort();
    this.#handlers.onLost(status);
    if (status === 401) return;
    this.#timer = setTimeout(() => this.#connect(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(longestDelay, this.#delay * 2);
  }

  async #read(connection) {
    let watchdog;
    const awaitMore = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => connection.abort(), longestSilence);
    };
    awaitMore();
    try {
      const response = await request("events", { signal: connection.signal, accept: "text/event-stream" });
      const parser = new EventParser((name, data) => this.#handlers.onEvent(name, JSON.parse(data)));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      this.#handlers.onOpen();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        awaitMore();
        this.#delay = firstDelay;
        parser.push(value);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }
}
