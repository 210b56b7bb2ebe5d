import type { WhenFull } from '@harmont/ir'
import type pg from 'pg'
import type { BuildHeader } from '../core/live-build.ts'
import type { Build, BuildState } from '../core/model.ts'
import { instant, storable, time } from './values.ts'

export interface BuildRow extends GroupRow {
  id: string
  queue: string
  pipeline: string
  state: BuildState
  cancel_requested: boolean
  held: boolean
  error_code: string | null
  error_message: string | null
  created_at: Date
  /** Null means the instant of creation. */
  queued_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  /** A bigint as text. */
  idle_ms: string
  deadline_at: Date | null
  timeout_seconds: number | null
  /** A bigint as text. */
  version: string
}

export interface LockedBuildRow extends BuildRow {
  queue_limit: number | null
  pipeline_limit: number | null
}

export function headerFromRow(row: BuildRow): BuildHeader {
  return {
    id: row.id,
    queue: row.queue,
    pipeline: row.pipeline,
    state: row.state,
    cancelRequested: row.cancel_requested,
    held: row.held,
    ...groupFromRow(row),
    errorCode: row.error_code,
    errorMessage: row.error_message,
    createdAt: row.created_at.getTime(),
    queuedAt: (row.queued_at ?? row.created_at).getTime(),
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    idleMs: Number(row.idle_ms),
    deadlineAt: instant(row.deadline_at),
    timeoutSeconds: row.timeout_seconds,
  }
}

/** Returns a build's changeable fields as parameters, in the order of the statements. */
export function headerValues(header: Omit<Build, 'steps' | 'jobs' | 'render'>): unknown[] {
  return [
    header.state,
    header.cancelRequested,
    storable(header.errorCode),
    storable(header.errorMessage),
    time(header.startedAt),
    time(header.finishedAt),
    time(header.deadlineAt),
    header.timeoutSeconds,
    header.held,
  ]
}

/** The columns of a build's row that describe its group. */
interface GroupRow {
  group_key: string | null
  group_name: string | null
  group_limit: number | null
  group_when_full: WhenFull | null
  group_turn: Date | null
  awaits_place: boolean
}

type Grouped = Pick<BuildHeader, 'group' | 'groupTurn' | 'awaitsPlace'>

function groupFromRow(row: GroupRow): Grouped {
  const { group_key: key, group_name: name, group_limit: limit, group_when_full: whenFull, group_turn: turn } = row
  const isNone = key === null || name === null || limit === null || whenFull === null
  const group = isNone ? null : { key, name, limit, whenFull }
  return { group, groupTurn: turn?.getTime() ?? null, awaitsPlace: row.awaits_place }
}

/** Returns parameters for the columns in the order of `GroupRow`. */
export function groupValues({ group, groupTurn, awaitsPlace }: Grouped): unknown[] {
  const name = storable(group?.name ?? null)
  return [group?.key ?? null, name, group?.limit ?? null, group?.whenFull ?? null, time(groupTurn), awaitsPlace]
}

/** Writes the group of a build if a change affects it, which is rare. */
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
