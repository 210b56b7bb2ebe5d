import { type CellValues, state } from './state.ts'
import type { CommandFields } from './step.ts'

/**
 * Returns the label and display fields of a step inside a cell of a matrix; outside of one, its
 * fields unchanged.
 */
export function matrixFields(command: string, fields: CommandFields): CommandFields {
  const { cell } = state()
  if (cell === undefined) return fields
  const base = fields.label ?? [...command.slice(0, 80)].slice(0, 40).join('')
  const texts = Object.fromEntries(Object.entries(cell).map(([axis, value]) => [axis, String(value)]))
  const matrix = Object.freeze({ group: slug(base) || 'matrix', cell: Object.freeze(texts) })
  return Object.freeze({ ...fields, label: inCell(base, cell), matrix })
}

/** `test (go=1.24.0, race=true)` */
export function inCell(name: string, cell: CellValues): string {
  const values = Object.entries(cell).map(([axis, value]) => `${axis}=${value}`)
  return `${name} (${values.join(', ')})`
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
}
