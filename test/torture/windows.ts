/** Windows: points between two lines of code at which the death of a process must do no harm. */

/**
 * Work that is running when the server dies: a small build, or a build with services, with uploads,
 * with a generator, with a long command, canceled, rendered, or left by an earlier server process.
 */
export type Scene = 'build' | 'serve' | 'upload' | 'append' | 'long' | 'cancel' | 'render' | 'left'

export interface Window {
  readonly name: string
  /** Path below `packages/`. */
  readonly file: string
  /** The process dies just before the line with this text, which occurs once in the file. */
  readonly before: string
  /** Restricts the window to this condition. */
  readonly when?: string
  /** Minimum number of times that the scene reaches the window. The process dies at one of them. */
  readonly times: number
  readonly scene: Scene
  /**
   * Whether a build can be held here while others continue, so that one death covers several
   * windows.
   */
  readonly holds?: true
  /** Whether a held build occupies the runner's only upload turn, and so blocks later uploads. */
  readonly holdsTurn?: true
  /**
   * Whether it is unknown after a death here if the command has started. The command may then
   * restart or, with a secret, fail.
   */
  readonly mayLose?: true
}

/** Window within a change of a build, while its row is locked. */
export const inChange = 'a change and what must follow it are written, not committed'

export const windows: readonly Window[] = [
  {
    name: 'a build is committed, nobody is woken or answered',
    file: 'server/src/builds/submit/submit-build.ts',
    before: 'made.announce?.()',
    times: 1,
    scene: 'build',
  },
  {
    name: 'a lease is given, the runner has not heard of it',
    file: 'engine/src/scheduler/local-port.ts',
    before: 'const asked = await Promise.allSettled(',
    when: 'leases.length > 0',
    times: 2,
    scene: 'build',
  },
  {
    name: 'a sandbox is made, its command is not begun',
    file: 'engine/src/runner/follow-command.ts',
    before: 'await lease.lasts(leaseToStartMs)',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a command is written down, its launcher not let go',
    file: 'sandbox/src/driver/begin-command.ts',
    before: 'await launcher[way]()',
    times: 3,
    scene: 'build',
    holds: true,
    mayLose: true,
  },
  {
    name: 'a launcher is let go, its command not heard of',
    file: 'sandbox/src/driver/begin-command.ts',
    before: 'await begun(sandbox, watching)',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a command runs, its start is not told',
    file: 'engine/src/runner/follow-command.ts',
    before: 'const tellStart = async () => {',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a start is committed, the runner has no answer',
    file: 'engine/src/scheduler/local-port.ts',
    before: 'return isHolding ? new Date(at.getTime() + leaseMs) : null',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'output is read, not stored',
    file: 'engine/src/postgres/logs/log-writer.ts',
    before: 'const { rows } = await this.#pool.query<{ job_id: string; last_seq: number }>({',
    times: 4,
    scene: 'build',
  },
  {
    name: 'output is stored with its position, the reader does not know',
    file: 'engine/src/postgres/logs/log-writer.ts',
    before: 'const before = new Map(rows.map((row) => [row.job_id, row.last_seq]))',
    times: 4,
    scene: 'build',
  },
  {
    name: 'leases are renewed, the watchdogs not put off',
    file: 'engine/src/runner/renewals.ts',
    before: 'for (const [id, lease] of asked) {',
    when: 'asked.length > 0',
    times: 1,
    scene: 'long',
  },
  {
    name: 'a command has ended, its end is not told',
    file: 'engine/src/runner/run-step.ts',
    before: 'const { output, ...lacks } = promised.isIdle',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a snapshot is put together, not in its place',
    file: 'sandbox/src/snapshots/snapshots.ts',
    before: 'await rename(staging.directory, snapshotFiles(layout, id).directory)',
    times: 2,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a snapshot is in its place, the cache does not know it',
    file: 'sandbox/src/snapshots/snapshots.ts',
    before: 'if (record.meta.cache !== null) cache.put(record.meta.cache, id)',
    times: 2,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a snapshot is kept and in the cache, its job has not passed',
    file: 'engine/src/runner/run-step.ts',
    before: 'await finish(context, { ...asOutcome(exit), ...kept, ...lacks, ...blame }, exit.endedAt, output)',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'the services of a step are ready, its command is not begun',
    file: 'engine/src/runner/prepare-step.ts',
    before: 'const { values } = secrets',
    times: 2,
    scene: 'serve',
    holds: true,
  },
  {
    name: 'a service has begun, its log is not opened',
    file: 'engine/src/runner/services/service-run.ts',
    before: 'const log = await this.#openLog(service.name, tail)',
    times: 2,
    scene: 'serve',
    holds: true,
  },
  {
    name: 'the services that must stop have ended, nothing is read or kept',
    file: 'engine/src/runner/run-step.ts',
    before: 'await services.end()',
    times: 2,
    scene: 'serve',
    holds: true,
  },
  {
    name: 'the files of services are kept, those of their step are not',
    file: 'engine/src/runner/run-step.ts',
    before: "if ('snapshotError' in left) return { snapshot: null, ...left }",
    times: 1,
    scene: 'serve',
    holds: true,
  },
  {
    name: 'a layer of inputs is in its place, its sandbox does not know it',
    file: 'sandbox/src/snapshots/input-layer.ts',
    before: 'return plan?.paths ?? []',
    times: 1,
    scene: 'upload',
    holds: true,
  },
  {
    name: 'the parts to send are known, none is sent',
    file: 'engine/src/artifacts/store-parts.ts',
    before: 'await transfers.during(() =>',
    times: 1,
    scene: 'upload',
    holds: true,
  },
  {
    name: 'a part is read, not sent',
    file: 'engine/src/artifacts/store-parts.ts',
    before: 'held(await persist(() => port.putPart(job, digest, part), retrying))',
    times: 2,
    scene: 'upload',
    holds: true,
    holdsTurn: true,
  },
  {
    name: 'a blob is on the disk, its name is not final',
    file: 'server/src/platform/blobs/blob-store.ts',
    before: 'await rename(draft, place)',
    times: 1,
    scene: 'upload',
    holds: true,
    holdsTurn: true,
  },
  {
    name: 'a blob is complete, its part is not written down',
    file: 'server/src/builds/artifacts/part-store.ts',
    before: 'if (!(await keepPart(database, { digest, bytes: bytes.length, blob, small: null })))',
    times: 1,
    scene: 'upload',
    holds: true,
    holdsTurn: true,
  },
  {
    name: 'all parts are stored, no artifact is recorded',
    file: 'engine/src/artifacts/keep-artifacts.ts',
    before: 'if (refusal !== null) return refused(context, asked, refusal)',
    times: 1,
    scene: 'upload',
    holds: true,
  },
  {
    name: 'the steps of a generator are read, nothing of it is kept',
    file: 'engine/src/runner/run-step.ts',
    before: 'const { artifacts, tests, error } = await artifactsAfter(context, work, sandbox, exit)',
    when: 'isGenerator',
    times: 1,
    scene: 'append',
    holds: true,
  },
  {
    name: 'the steps of a generator are planned, its end is not written',
    file: 'engine/src/scheduler/local-port.ts',
    before: "const ended: BuildEvent = { type: 'ended', ...reported(lease, at), ...phased(phases), outcome, appends }",
    when: 'appends !== undefined',
    times: 1,
    scene: 'append',
    holds: true,
  },
  {
    name: 'steps are appended, not committed',
    file: 'engine/src/postgres/build-work.ts',
    before: 'await writeGroup(client, before, live.header)',
    when: 'played.appended.length > 0',
    times: 1,
    scene: 'append',
    holds: true,
  },
  {
    name: 'steps are appended and committed, nobody is told',
    file: 'engine/src/postgres/build-turns.ts',
    before: 'if (changed.length > 0 || effects.length > 0) await this.#tell(build, effects)',
    when: "effects.some(({ text = '' }) => text.startsWith('appended'))",
    times: 1,
    scene: 'append',
    holds: true,
  },
  {
    name: inChange,
    file: 'engine/src/postgres/transaction.ts',
    before: "await client.query('commit')",
    // The server's other transactions pass this line too.
    when: "begin === 'begin' && pool.options.application_name?.startsWith('harmont-engine')",
    times: 5,
    scene: 'build',
  },
  {
    name: 'a change is committed, nobody is told',
    file: 'engine/src/postgres/build-turns.ts',
    before: 'if (changed.length > 0 || effects.length > 0) await this.#tell(build, effects)',
    times: 7,
    scene: 'build',
  },
  {
    name: 'a cancel is committed, the runner is not told',
    file: 'engine/src/postgres/build-turns.ts',
    before: 'if (changed.length > 0 || effects.length > 0) await this.#tell(build, effects)',
    // The start of the command passes this line too, and may still be on its way there.
    when: "effects.some(({ type }) => type === 'stop')",
    times: 1,
    scene: 'cancel',
  },
  {
    name: 'a sandbox is half removed: its groups are gone, its files are there',
    file: 'sandbox/src/driver/cleanup.ts',
    before: 'const removed = context.trash.remove(',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a sandbox is no more, what it had in memory is there',
    file: 'sandbox/src/driver/cleanup.ts',
    before: 'removeMemory(layout, id)',
    times: 3,
    scene: 'build',
    holds: true,
  },
  {
    name: 'use is charged, its task is not done',
    file: 'server/src/billing/tasks.ts',
    before: '},\n    audit_money: async () => {',
    times: 1,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a log is packed, nothing refers to it',
    file: 'server/src/builds/logs/pack-logs.ts',
    before: 'if (jobIds.length > 0) await keepPacked(',
    // All logs of the build may be packed together.
    times: 1,
    scene: 'build',
    holds: true,
  },
  {
    name: 'a pipeline is rendered, its steps are not stored',
    file: 'engine/src/scheduler/local-port.ts',
    before: 'const event = await this.#renderEvent(lease, at, parsed)',
    times: 1,
    scene: 'render',
    holds: true,
  },
  {
    name: 'the leases of an earlier life are taken up, and this one ends too',
    file: 'engine/src/runner/create-runner.ts',
    before: 'if (jobs.length > 0) this.#renewals.soon()',
    when: 'jobs.length > 0',
    times: 1,
    scene: 'left',
  },
]

/**
 * Returns the source with a call before the line of each window. Throws if a line is missing or not
 * unique.
 */
export function withWindows(source: string, own: readonly Window[]): string {
  const places = own.map(({ name, file, before, when = 'true', holds = false }) => {
    const count = source.split(before).length - 1
    if (count !== 1)
      throw new Error(`window "${name}": expected its text once in packages/${file}, got it ${count} times: ${before}`)
    return {
      at: source.lastIndexOf('\n', source.indexOf(before)) + 1,
      call: `if (${when}) ${holds ? 'await ' : ''}globalThis.reachWindow(${JSON.stringify(name)});\n`,
    }
  })
  // Works from the end, so that earlier offsets stay valid.
  return places
    .toSorted((a, b) => b.at - a.at)
    .reduce((text, { at, call }) => text.slice(0, at) + call + text.slice(at), source)
}
