import { html, Component, useMemo, useState } from "../vendor/preact-htm.js";
import { say } from "../i18n.js";
import { ScrollRegion } from "./scroll-region.js";

const mostFirstRows = 100;
const rowsMore = 200;

/**
 * Rows of things. A column is {key, label, cell(row), sortBy(row), isNumber, isWide}; without sortBy it cannot be sorted by.
 * On a narrow screen each row is a card. The roles are written out because a card would lose them.
 */
export function Table({ label, columns, rows, rowKey, firstSort = null, firstRows = mostFirstRows, expanded = null, renderExpanded = null }) {
  const [sort, setSort] = useState(firstSort);
  const [limit, setLimit] = useState(firstRows);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, sort]);
  const shown = sorted.slice(0, limit);
  const sortBy = (column) =>
    setSort((before) => ({
      key: column.key,
      isDescending: before?.key === column.key ? !before.isDescending : Boolean(column.isNumber),
    }));
  return html`
    <${ScrollRegion} label=${label}>
      <table role="table" class="table" aria-label=${label}>
        <thead role="rowgroup" class=${columns.some((column) => column.sortBy) ? "" : "only-wide"}>
          <tr role="row">
            ${columns.map((column) => html`<${ColumnHead} key=${column.key} column=${column} sort=${sort} onSort=${sortBy} />`)}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${shown.map((row) => {
            const key = rowKey(row);
            const isOpen = expanded === key;
            return [
              html`<${Row} key=${key} row=${row} columns=${columns} isOpen=${isOpen} />`,
              isOpen && html`<tr role="row" class="row-detail" key=${`${key} detail`}>
                <td role="cell" colspan=${columns.length}>${renderExpanded(row)}</td>
              </tr>`,
            ];
          })}
        </tbody>
      </table>
    <//>
    ${sorted.length > limit && html`
      <p class="more">
        <button type="button" class="button" onClick=${() => setLimit(limit + rowsMore)}>${say("table.more", { count: sorted.length - limit })}</button>
      </p>`}`;
}

function ColumnHead({ column, sort, onSort }) {
  const isSorted = sort?.key === column.key;
  const order = isSorted ? (sort.isDescending ? "descending" : "ascending") : "none";
  const kind = column.isNumber ? "number" : "";
  if (!column.sortBy) return html`<th role="columnheader" scope="col" class=${`${kind} not-sorted`}>${column.label}</th>`;
  return html`
    <th role="columnheader" scope="col" class=${kind} aria-sort=${order}>
      <button type="button" class="sort" onClick=${() => onSort(column)}>
        ${column.label}<span class="sort-arrow" aria-hidden="true">${isSorted ? (sort.isDescending ? "↓" : "↑") : "↕"}</span>
      </button>
    </th>`;
}

/** Drawn again only when its row is another: the lists of the live data keep what has not changed. */
class Row extends Component {
  shouldComponentUpdate(next) {
    return next.row !== this.props.row || next.isOpen !== this.props.isOpen;
  }

  render({ row, columns, isOpen }) {
    return html`
      <tr role="row" class=${isOpen ? "row row-open" : "row"}>
        ${columns.map((column) => html`
          <td role="cell" key=${column.key} class=${`${column.isNumber ? "number" : ""} ${column.isWide ? "wide" : ""}`}>
            <span class="cell-label" aria-hidden="true">${column.label}</span>
            <span class="cell-value">${column.cell(row, isOpen)}</span>
          </td>`)}
      </tr>`;
  }
}

function sortRows(rows, columns, sort) {
  const column = columns.find((candidate) => candidate.key === sort?.key);
  if (!column?.sortBy) return rows;
  const direction = sort.isDescending ? -1 : 1;
  const collator = new Intl.Collator(undefined, { numeric: true });
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return direction * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
  };
  return rows
    .map((row, index) => ({ row, index, value: column.sortBy(row) }))
    .sort((a, b) => compare(a.value, b.value) || a.index - b.index)
    .map((entry) => entry.row);
}
