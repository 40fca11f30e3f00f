import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";

/** What may be wider than the page scrolls in here. It takes a place in the tab order only where there is something to scroll. */
export function ScrollRegion({ label, className = "", children }) {
  const element = useRef(null);
  const [isWide, setWide] = useState(false);
  useEffect(() => {
    const look = () => setWide(element.current.scrollWidth > element.current.clientWidth + 1);
    const observer = new ResizeObserver(look);
    observer.observe(element.current);
    if (element.current.firstElementChild) observer.observe(element.current.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return html`
    <div
      ref=${element}
      class=${`scroll-region ${className}`}
      role="region"
      aria-label=${label}
      tabindex=${isWide ? "0" : undefined}
    >${children}</div>`;
}
