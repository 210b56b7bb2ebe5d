import type { IrSplit } from '@harmont/ir'
import { type CellValues, state } from './state.ts'
import type { CommandFields } from './step.ts'

/**
 * Returns the fields of a step with the additions of the matrix cell and the split's shard in
 * which it is made; outside of both, the fields are unchanged.
 */
export function scopeFields(command: string, fields: CommandFields): CommandFields {
  const { shard } = state()
  const inside = cellFields(command, fields)
  if (shard === undefined) return inside
  const { split } = shard
  return Object.freeze({ ...inside, label: inShard(inside.label ?? nameOf(command), split), split })
}

function cellFields(command: string, fields: CommandFields): CommandFields {
  const { cell } = state()
  if (cell === undefined) return fields
  const base = fields.label ?? nameOf(command)
  const texts = Object.fromEntries(Object.entries(cell).map(([axis, value]) => [axis, String(value)]))
  const matrix = Object.freeze({ group: slug(base) || 'matrix', cell: Object.freeze(texts) })
  return Object.freeze({ ...fields, label: inCell(base, cell), matrix })
}

/** Returns a substitute for a missing label: the beginning of the command. */
function nameOf(command: string): string {
  return [...command.slice(0, 80)].slice(0, 40).join('')
}

/** `test 1/4` */
export function inShard(name: string, { index, total }: Pick<IrSplit, 'index' | 'total'>): string {
  return `${name} ${index}/${total}`
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
