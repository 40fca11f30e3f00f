import { useEffect, useState } from "./vendor/preact-htm.js";
import { onTokenNeeded, requestJson } from "./api.js";
import { EventStream } from "./events.js";
import { keepAccessToken } from "./preferences.js";
import { RateMeter } from "./rates.js";

const mostEnded = 200;
const mostFailures = 500;

const values = {
  overview: null,
  running: [],
  ended: null,
  failures: null,
  connection: "connecting",
  access: "open",
  isPaused: false,
};
/** What came while the page was paused, or was not looked at. */
const held = {};
const listeners = new Map(Object.keys(values).map((topic) => [topic, new Set()]));
const rates = new RateMeter();

const isHeld = () => values.isPaused || document.hidden;

function set(topic, value) {
  if (values[topic] === value) return;
  values[topic] = value;
  for (const listener of [...listeners.get(topic)]) listener(value);
}

function show(topic, value) {
  if (isHeld()) held[topic] = value;
  else set(topic, value);
}

function release() {
  if (isHeld()) return;
  for (const topic of Object.keys(held)) {
    set(topic, held[topic]);
    delete held[topic];
  }
}

const latest = (topic) => (topic in held ? held[topic] : values[topic]);

function prepend(topic, item, most, key) {
  const others = (latest(topic) ?? []).filter((other) => key(other) !== key(item));
  show(topic, [item, ...others].slice(0, most));
}

export const failureKey = (failure) => `${failure.requestId} ${failure.at}`;

function receive(name, data) {
  if (name === "overview") show("overview", data);
  else if (name === "pulls") show("running", rates.measure(data.running));
  else if (name === "ended") prepend("ended", data, mostEnded, (pull) => pull.id);
  else if (name === "failure") prepend("failures", data, mostFailures, failureKey);
}

async function loadLists() {
  const [overview, pulls, failures] = await Promise.all([
    requestJson("overview"),
    requestJson(`pulls?limit=${mostEnded}`),
    requestJson("failures"),
  ]);
  show("overview", overview);
  show("running", rates.measure(pulls.running));
  show("ended", pulls.ended);
  show("failures", failures.failures.slice(0, mostFailures));
}

const stream = new EventStream({
  onEvent: receive,
  onOpen() {
    set("access", "open");
    set("connection", "open");
    // What ended while there was no connection was not told.
    loadLists().catch(() => {});
  },
  onLost(status) {
    if (status === 403) set("access", "forbidden");
    set("connection", "lost");
  },
});

export function startLiveData() {
  onTokenNeeded((wasWrong) => set("access", wasWrong ? "wrong-token" : "token"));
  document.addEventListener("visibilitychange", release);
  stream.start();
}

export function enterToken(token) {
  keepAccessToken(token);
  set("access", "open");
  set("connection", "connecting");
  stream.start();
}

export function pause(isPaused) {
  set("isPaused", isPaused);
  release();
}

export const isQuiet = isHeld;

export function useLive(topic) {
  const [, redraw] = useState(0);
  const seen = values[topic];
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    listeners.get(topic).add(listener);
    // It may have changed between the drawing and now.
    if (values[topic] !== seen) listener();
    return () => listeners.get(topic).delete(listener);
  }, [topic]);
  return values[topic];
}
