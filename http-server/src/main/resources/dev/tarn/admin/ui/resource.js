import { useCallback, useEffect, useRef, useState } from "./vendor/preact-htm.js";
import { requestJson } from "./api.js";
import { isQuiet } from "./live-data.js";

/** What a path of the API answers, asked again every so many milliseconds while somebody looks. */
export function useResource(path, everyMillis = null) {
  const [state, setState] = useState({ data: null, error: null });
  const reload = useRef(() => {});
  useEffect(() => {
    const ending = new AbortController();
    let timer = null;
    const load = async (isAsked) => {
      clearTimeout(timer);
      if (isAsked || !isQuiet()) {
        try {
          const data = await requestJson(path, { signal: ending.signal });
          if (!ending.signal.aborted) setState({ data, error: null });
        } catch (error) {
          if (ending.signal.aborted) return;
          setState((before) => ({ ...before, error }));
        }
      }
      if (everyMillis !== null && !ending.signal.aborted) timer = setTimeout(() => load(false), everyMillis);
    };
    reload.current = () => load(true);
    load(true);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [path, everyMillis]);
  return { ...state, reload: useCallback(() => reload.current(), []) };
}
