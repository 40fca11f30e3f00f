import { html, useEffect, useRef, useState } from "../vendor/preact-htm.js";
import Plot from "../vendor/uplot.js";
import { language } from "../i18n.js";
import { formatClock } from "../format.js";

const height = 220;
const dashes = { solid: [], dashed: [7, 4], dotted: [2, 3] };

/** Changes whenever the colours of the page do, by the system's theme or by the switch. */
function useTheme() {
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const change = () => setTheme((count) => count + 1);
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const observer = new MutationObserver(change);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    system.addEventListener("change", change);
    return () => {
      observer.disconnect();
      system.removeEventListener("change", change);
    };
  }, []);
  return theme;
}

const colourOf = (figure, className) => getComputedStyle(figure.querySelector(`.${className}`)).color;

const leastSeconds = 600;
const atLeastMinutes = (plot, first, last) => [Math.min(first, last - leastSeconds), last];

/** A value between two gaps is no line, so it gets a dot. */
function findLonePoints(plot, seriesIndex) {
  const values = plot.data[seriesIndex];
  const isKnown = (index) => values[index] !== null && values[index] !== undefined;
  return values.flatMap((value, index) => (isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1) ? [index] : []));
}

function makeOptions({ figure, width, series, formatValue, range, onCursor }) {
  const text = colourOf(figure, "chart-text-colour");
  const grid = { stroke: colourOf(figure, "chart-grid-colour"), width: 1 };
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: text, font, grid, ticks: { show: false } };
  return {
    width,
    height,
    padding: [12, 12, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { range: atLeastMinutes }, y: { range } },
    axes: [
      { ...axis, size: 28, space: 72, values: (plot, ticks) => ticks.map(formatClock) },
      { ...axis, size: 74, space: 38, values: (plot, ticks) => ticks.map((tick) => formatValue(tick)) },
    ],
    series: [
      {},
      ...series.map((line, index) => ({
        stroke: colourOf(figure, `series-${index}-colour`),
        width: 2,
        dash: dashes[line.dash],
        points: { show: true, size: 5, filter: findLonePoints },
        spanGaps: false,
      })),
    ],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)] },
  };
}

/**
 * Lines over time. `times` are seconds; a series is {label, dash, colour, values}. The summary says in words what the picture
 * shows, and the children are the same as a table.
 */
export function Chart({ title, times, series, formatValue, range, summary, children }) {
  const figure = useRef(null);
  const place = useRef(null);
  const plot = useRef(null);
  const [cursor, setCursor] = useState(null);
  const theme = useTheme();
  const data = [times, ...series.map((line) => line.values)];

  useEffect(() => {
    const width = () => Math.max(200, Math.floor(place.current.clientWidth));
    plot.current = new Plot(
      makeOptions({ figure: figure.current, width: width(), series, formatValue, range, onCursor: setCursor }), data, place.current,
    );
    const observer = new ResizeObserver(() => {
      if (plot.current.width !== width()) plot.current.setSize({ width: width(), height });
    });
    observer.observe(place.current);
    return () => {
      observer.disconnect();
      plot.current.destroy();
    };
  }, [theme, language()]);

  useEffect(() => plot.current.setData(data), [times, series]);

  const at = cursor ?? times.length - 1;
  return html`
    <figure class="panel chart" ref=${figure}>
      <figcaption class="chart-head">
        <h2>${title}</h2>
        <ul class="legend chart-legend">
          ${series.map((line, index) => html`
            <li key=${line.label}>
              <span class=${`series-sample series-${line.dash} series-${index}-colour series-${line.colour}`}></span>
              ${line.label} <strong>${formatValue(line.values[at] ?? null)}</strong>
            </li>`)}
          <li class="muted">${times.length > 0 ? formatClock(times[at]) : ""}</li>
        </ul>
      </figcaption>
      <span class="chart-text-colour" hidden></span><span class="chart-grid-colour" hidden></span>
      <div class="chart-place" ref=${place} role="img" aria-label=${summary}></div>
      ${children}
    </figure>`;
}
