import type { ReactNode, TdHTMLAttributes } from 'react'

type Column =
  | string
  | {
      readonly name: string
      /** For amounts, durations and counts. */
      readonly numeric?: boolean
      readonly className?: string
      /** Hides the name visually. */
      readonly isSpokenOnly?: boolean
    }

interface TableProps {
  /** The caption for screen readers. */
  readonly caption: string
  readonly columns: readonly Column[]
  /** The table body, or several. */
  readonly children: ReactNode
}

/**
 * On narrow screens the first and last cell of a row share one line, and the others share the next.
 * Column heads are then only for screen readers (web T4).
 */
const stacked = [
  'max-sm:block max-sm:[&_tbody]:block max-sm:[&_thead]:sr-only',
  'max-sm:[&_tbody_tr]:flex max-sm:[&_tbody_tr]:flex-wrap max-sm:[&_tbody_tr]:items-center max-sm:[&_tbody_tr]:gap-x-4',
  'max-sm:[&_tbody_tr]:border-b max-sm:[&_tbody_tr]:border-hairline max-sm:[&_tbody_tr]:px-4 max-sm:[&_tbody_tr]:py-1.5',
  // Starts a new line after the first one.
  "max-sm:[&_tbody_tr]:after:order-2 max-sm:[&_tbody_tr]:after:basis-full max-sm:[&_tbody_tr]:after:content-['']",
].join(' ')

/** Shows rows with hairlines. A table that is too wide scrolls on its own, without the page. */
export function Table({ caption, columns, children }: TableProps) {
  return (
    <div className="relative w-full overflow-x-auto">
      <table className={`tabular w-full border-collapse text-left ${stacked}`}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <ColumnHead key={typeof column === 'string' ? column : column.name} column={column} />
            ))}
          </tr>
        </thead>
        {children}
      </table>
    </div>
  )
}

function ColumnHead({ column }: { readonly column: Column }) {
  const {
    name,
    numeric = false,
    className = '',
    isSpokenOnly = false,
  } = typeof column === 'string' ? { name: column } : column
  return (
    <th
      scope="col"
      className={`border-b border-hairline px-4 py-2 text-13 font-semibold whitespace-nowrap text-muted ${numeric ? 'text-right' : ''} ${className}`}
    >
      {isSpokenOnly ? <span className="sr-only">{name}</span> : name}
    </th>
  )
}

interface TdProps extends TdHTMLAttributes<HTMLTableCellElement> {
  /** For amounts, durations and counts. */
  readonly numeric?: boolean
  /** Precedes the value where heads are hidden, unless the value explains itself. */
  readonly label?: string
}

export function Td({ numeric = false, label, className = '', ...rest }: TdProps) {
  return (
    <td
      {...rest}
      data-label={label}
      className={`h-row border-b border-hairline px-4 py-1 ${numeric ? 'whitespace-nowrap sm:text-right' : ''} ${cell} ${label === undefined ? '' : named} ${className}`}
    />
  )
}

const cell = [
  'max-sm:order-3 max-sm:h-auto max-sm:min-w-0 max-sm:border-0 max-sm:p-0 max-sm:py-0.5 max-sm:empty:hidden',
  'max-sm:first:order-0 max-sm:first:flex-[1_1_40%]',
  'max-sm:last:order-1 max-sm:last:ml-auto',
].join(' ')
const named =
  'max-sm:before:mr-1.5 max-sm:before:text-13 max-sm:before:text-muted max-sm:before:content-[attr(data-label)]'
