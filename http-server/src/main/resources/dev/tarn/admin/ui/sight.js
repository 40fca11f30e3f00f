const listeners = new WeakMap();

const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting);
}, { rootMargin: "400px" });

/** Tells whenever an element comes into sight, or nearly, and whenever it goes. */
export function watchSight(element, listener) {
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    observer.unobserve(element);
    listeners.delete(element);
  };
}
