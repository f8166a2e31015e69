import { CaretDownIcon, CaretUpIcon, SelectIcon } from '@shopify/polaris-icons';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { Icon } from './icon.tsx';
import { LoadingNote, SkeletonText } from './skeleton.tsx';
import { useUiTexts } from './texts.tsx';

export type SortOrder = 'asc' | 'desc';

export type Column<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  isNumeric?: boolean;
  /** Where a press on the header leads, and how the rows stand now if they stand by this column. */
  sort?: { to: string; order: SortOrder | null };
};

type DataTableProps<Row> = {
  /** What the table holds, for those who cannot see what is around it. */
  caption: string;
  /** The first names the row; on a phone it becomes the head of the row's card. */
  columns: readonly Column<Row>[];
  /** `undefined` while the first rows load. */
  rows: readonly Row[] | undefined;
  keyOf: (row: Row) => string | number;
  linkOf?: (row: Row) => string | null;
  /** Stands in place of rows when there are none. */
  empty: ReactNode;
  /** The rows are those of the page before, while the next ones load. */
  isStale?: boolean;
  skeletonRows?: number;
};

/**
 * One table for both widths: on a phone the same cells lie below each other. Because `display` other than a table's takes
 * away what a screen reader knows of it, every part states its role.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rows, keyOf, linkOf, empty, isStale = false, skeletonRows = 8 } = props;
  if (rows?.length === 0) return <>{empty}</>;
  return (
    <div className="sm:overflow-x-auto">
      {!rows && <LoadingNote />}
      <table
        role="table"
        aria-label={caption}
        aria-busy={!rows || isStale}
        className={`block w-full border-collapse text-start sm:table ${isStale ? 'opacity-60' : ''}`}
      >
        <Head columns={columns} />
        <tbody role="rowgroup" className="block sm:table-row-group">
          {rows
            ? rows.map((row) => <Row key={keyOf(row)} row={row} columns={columns} link={linkOf?.(row) ?? null} />)
            : Array.from({ length: skeletonRows }, (_, index) => <SkeletonRow key={index} columns={columns} />)}
        </tbody>
      </table>
    </div>
  );
}

function Head<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  const texts = useUiTexts();
  const isSortable = columns.some((column) => column.sort);
  return (
    <thead
      role="rowgroup"
      className={`border-b border-line-secondary bg-surface-secondary text-sm text-ink-secondary max-sm:px-4 max-sm:py-2 sm:table-header-group ${isSortable ? 'block' : 'max-sm:sr-only'}`}
    >
      <tr role="row" className="flex flex-wrap items-center gap-x-3 gap-y-1 sm:table-row">
        {columns.map((column) => (
          <th
            key={column.id}
            role="columnheader"
            scope="col"
            aria-sort={ariaSort(column)}
            className={`font-medium sm:px-3 sm:py-2 sm:first:ps-4 sm:last:pe-4 ${column.isNumeric ? 'text-end' : 'text-start'} ${column.sort ? '' : 'max-sm:sr-only'}`}
          >
            {column.sort ? (
              <Link
                to={column.sort.to}
                preventScrollReset
                aria-label={`${texts.sortBy} ${column.header}`}
                className={`inline-flex items-center gap-0.5 rounded-sm text-ink-secondary no-underline hover:text-ink ${column.sort.order ? 'font-semibold text-ink' : ''}`}
              >
                {column.header}
                <Icon source={sortIcon(column.sort.order)} size="small" />
              </Link>
            ) : (
              column.header
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row<Item>({ row, columns, link }: { row: Item; columns: readonly Column<Item>[]; link: string | null }) {
  return (
    <tr role="row" className={`${rowClass} ${link ? 'hover:bg-surface-hover' : ''}`}>
      {columns.map((column, index) => (
        <td
          key={column.id}
          role={index === 0 ? 'rowheader' : 'cell'}
          className={cellClass({ isFirst: index === 0, isNumeric: column.isNumeric ?? false })}
        >
          {index > 0 && (
            <span aria-hidden className="block text-sm text-ink-secondary sm:hidden">
              {column.header}
            </span>
          )}
          {index === 0 && link ? (
            <Link
              to={link}
              className="rounded-sm font-semibold text-ink no-underline after:absolute after:inset-0 hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-line-focus"
            >
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

function SkeletonRow<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  return (
    <tr role="row" className={rowClass}>
      {columns.map((column, index) => (
        <td key={column.id} role="cell" className={cellClass({ isFirst: index === 0, isNumeric: false })}>
          <SkeletonText width={index === 0 ? 'w-40' : 'w-16'} />
          {index > 0 && (
            <span className="block sm:hidden">
              <SkeletonText width="w-10" size="sm" />
            </span>
          )}
        </td>
      ))}
    </tr>
  );
}

/** On a phone a row is a card: its head, and below it the other cells side by side under their names. */
const rowClass =
  'relative grid grid-cols-3 gap-x-3 gap-y-2 border-b border-line-secondary px-4 py-3 last:border-b-0 sm:table-row sm:p-0';

function cellClass({ isFirst, isNumeric }: { isFirst: boolean; isNumeric: boolean }): string {
  return [
    'block min-w-0 sm:table-cell sm:px-3 sm:py-2.5 sm:align-middle sm:first:ps-4 sm:last:pe-4',
    isNumeric ? 'tabular-nums sm:text-end' : 'sm:text-start',
    isFirst ? 'col-span-3 font-semibold' : '',
  ].join(' ');
}

function ariaSort<Row>(column: Column<Row>): 'ascending' | 'descending' | 'none' | undefined {
  if (!column.sort) return undefined;
  if (column.sort.order === null) return 'none';
  return column.sort.order === 'asc' ? 'ascending' : 'descending';
}

function sortIcon(order: SortOrder | null) {
  if (order === null) return SelectIcon;
  return order === 'asc' ? CaretUpIcon : CaretDownIcon;
}
