const longestBuffer = 64 * 1024 * 1024;

/** Takes a stream of server-sent events in pieces of text, and hands out each event once it is whole. */
export class EventParser {
  #rest = "";
  #name = "";
  #data = [];
  #deliver;

  constructor(deliver) {
    this.#deliver = deliver;
  }

  push(text) {
    this.#rest += text;
    if (this.#rest.length > longestBuffer) throw new Error("an event without an end");
    let start = 0;
    for (;;) {
      const end = this.#rest.indexOf("\n", start);
      if (end < 0) break;
      const stop = end > start && this.#rest[end - 1] === "\r" ? end - 1 : end;
      this.#takeLine(this.#rest.slice(start, stop));
      start = end + 1;
    }
    this.#rest = this.#rest.slice(start);
  }

  #takeLine(line) {
    if (line === "") {
      this.#finishEvent();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
  }

  #finishEvent() {
    if (this.#data.length > 0) this.#deliver(this.#name || "message", this.#data.join("\n"));
    this.#name = "";
    this.#data = [];
  }
}
