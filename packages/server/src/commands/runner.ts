import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type pg from 'pg'
import { createLog } from '../platform/create-log.ts'
import { withDatabase } from '../platform/database/visit-database.ts'
import { type Environment, readSettings, type Settings, SettingsError } from '../platform/settings/read-settings.ts'
import {
  drainRunner,
  findRunners,
  type ListedRunner,
  listRunners,
  resumeRunner,
  revokeRunner,
  stateOfRunner,
} from '../runners/index.ts'
import { ownKeyName } from '../runners/own-key.ts'

const changes = {
  drain: {
    run: drainRunner,
    said: 'takes no new jobs until `runner resume` or its next start. `runner list` shows the jobs that it still has.',
  },
  resume: { run: resumeRunner, said: 'takes work again.' },
  revoke: {
    run: revokeRunner,
    said: 'is refused from now on. Jobs that it had start again elsewhere when their leases end.',
  },
} as const

/**
 * Runs `harmont runner list`, and `drain`, `resume` and `revoke` with the name or id of a runner, on
 * the server; `harmont runner rotate-key` on a runner.
 */
export async function runner(args: readonly string[], environment: Environment): Promise<void> {
  const [verb = '', wanted, ...more] = args
  if (verb === 'rotate-key' && wanted === undefined) return rotateKey(readSettings(environment))
  const isList = verb === 'list' && wanted === undefined
  const isChange = Object.hasOwn(changes, verb) && wanted !== undefined && more.length === 0
  if (!isList && !isChange)
    throw new SettingsError(
      `runner: expected \`list\`, \`drain RUNNER\`, \`resume RUNNER\`, \`revoke RUNNER\` or \`rotate-key\`, got \`${args.join(' ')}\`.`,
    )
  const work = (pool: pg.Pool) =>
    wanted === undefined ? list(pool) : change(pool, verb as keyof typeof changes, wanted)
  process.stdout.write(await withDatabase(readSettings(environment), createLog('error'), work))
}

/** Makes the key pair of this machine's runner look old, so that the runner replaces it. */
async function rotateKey({ dataDirectory }: Settings): Promise<void> {
  try {
    await utimes(join(dataDirectory, 'secrets', ownKeyName), 0, 0)
  } catch (cause) {
    throw new SettingsError(
      `HARMONT_DATA_DIR: expected the data directory of a runner that has joined, got ${dataDirectory} (${cause}).`,
    )
  }
  process.stdout.write(
    'The runner takes a new key pair within seconds, or at its next start. Its log reports the change.\n',
  )
}

async function list(pool: pg.Pool): Promise<string> {
  return describeRunners((await listRunners(pool, null)).filter(({ kind }) => kind === 'joined'))
}

async function change(pool: pg.Pool, verb: keyof typeof changes, wanted: string): Promise<string> {
  const [id, ...more] = await findRunners(pool, wanted)
  if (id === undefined || more.length > 0)
    throw new SettingsError(
      `runner ${verb}: expected the id or the name of one runner, as \`runner list\` shows it, got \`${wanted}\`.`,
    )
  const { run, said } = changes[verb]
  await run(pool, id)
  return `${id} ${said}\n`
}

/** Formats one line per runner. */
export function describeRunners(runners: readonly ListedRunner[]): string {
  if (runners.length === 0) return 'No runner has joined. `runner-key create --pool default` creates a key for one.\n'
  const rows = runners.map((each) => [
    each.id.slice(0, 8),
    each.name,
    `pool ${each.pool}`,
    each.labels.join(',') || '-',
    stateOf(each),
    `${each.leases.length} of ${each.slots ?? '?'} jobs`,
    each.version ?? '-',
  ])
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function stateOf(runner: ListedRunner): string {
  const { silentSeconds, drainsAt } = runner
  const state = stateOfRunner(runner)
  if (state === 'revoked') return state
  const away = silentSeconds === null ? 'never seen' : `away for ${silentSeconds} s`
  const isThere = state !== 'away' && silentSeconds !== null
  return [isThere ? 'connected' : away, ...(drainsAt === null ? [] : ['draining'])].join(', ')
}
