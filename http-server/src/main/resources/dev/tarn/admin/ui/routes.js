import { useEffect, useState } from "./vendor/preact-htm.js";

export const viewNames = ["live", "overview", "images", "upstreams", "store", "failures", "setup", "configuration"];

export const viewAddress = (name) => `#/${name}`;
export const pullAddress = (id) => `#/pull/${encodeURIComponent(String(id))}`;

function parseRoute(hash) {
  const [name, argument] = hash.replace(/^#\/?/, "").split("/");
  if (name === "pull" && /^\d{1,18}$/.test(argument ?? "")) return { view: "pull", id: Number(argument) };
  return { view: viewNames.includes(name) ? name : "live" };
}

export function useRoute() {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return route;
}
