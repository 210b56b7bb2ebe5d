import type { WhenFull } from '@harmont/ir'
import type pg from 'pg'
import type { BuildHeader } from '../core/live-build.ts'
import { storable, time } from './rows.ts'

/** What a build's row says of its group. */
export interface GroupRow {
  group_key: string | null
  group_name: string | null
  group_limit: number | null
  group_when_full: WhenFull | null
  group_turn: Date | null
  awaits_place: boolean
}

type Grouped = Pick<BuildHeader, 'group' | 'groupTurn' | 'awaitsPlace'>

export function groupFromRow(row: GroupRow): Grouped {
  const { group_key: key, group_name: name, group_limit: limit, group_when_full: whenFull, group_turn: turn } = row
  const isNone = key === null || name === null || limit === null || whenFull === null
  const group = isNone ? null : { key, name, limit, whenFull }
  return { group, groupTurn: turn?.getTime() ?? null, awaitsPlace: row.awaits_place }
}

/** Parameters for the columns in the order of `GroupRow`. */
export function groupValues({ group, groupTurn, awaitsPlace }: Grouped): unknown[] {
  const name = storable(group?.name ?? null)
  return [group?.key ?? null, name, group?.limit ?? null, group?.whenFull ?? null, time(groupTurn), awaitsPlace]
}

/** Writes what a change has made of a build's group, which most leave alone. The build's row is locked. */
export async function writeGroup(client: pg.ClientBase, before: Grouped, header: BuildHeader): Promise<void> {
  const { group, groupTurn, awaitsPlace } = header
  if (before.group === group && before.groupTurn === groupTurn && before.awaitsPlace === awaitsPlace) return
  await client.query({
    name: 'engine-write-group',
    text: `update engine.builds set group_key = $2, group_name = $3, group_limit = $4, group_when_full = $5, group_turn = $6, awaits_place = $7
      where id = $1`,
    values: [header.id, ...groupValues(header)],
  })
}
