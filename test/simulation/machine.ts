/**
 * Simulates a runner's machine: sandboxes, commands and snapshots that outlive the runner's
 * process, and the watchdog that ends commands. The engine's runner uses it as its driver.
 */
import { randomUUID } from 'node:crypto'
import type { RunnerOptions } from '@harmont/engine'
import {
  type Command,
  type Exit,
  now,
  type OutputPiece,
  type Running,
  type Sandbox,
  SandboxError,
  type SandboxHandle,
  type SandboxSpec,
  type Snapshot,
  type SnapshotMeta,
} from '@harmont/sandbox'
import type { Chance } from '@harmont/test-kit/effort'
import { after, currentHost, Host, type Machine, pause, runOn } from './virtual-time.ts'

/** Receives events of machines, to check them. */
export interface Witness {
  started(command: RunningCommand): void
  ended(command: RunningCommand): void
  /** Reports a broken guarantee. */
  broke(promise: string): void
  /** Reports an error logged by the product. */
  failed(message: string, error: unknown): void
}

/** The work of a step, encoded in the text of its command. */
export interface Deed {
  readonly lines: number
  readonly everyMs: number
  readonly exitCode: number
}

export const commandOf = (deed: Deed): string => JSON.stringify(deed)

/** A started command. */
export interface RunningCommand {
  readonly buildId: string
  readonly jobId: string
  readonly fence: number
  /** The snapshot that the command started from. */
  readonly parent: string | null
  readonly machine: SimulatedMachine
  readonly startedAt: Date
  readonly pieces: OutputPiece[]
  exit: Exit | null
}

interface Kept {
  readonly handle: SandboxHandle
  readonly spec: SandboxSpec
  command: (RunningCommand & { deadline: Date; memo: string | undefined; wake: (() => void)[] }) | null
}

type DriverOfSchedules = Pick<
  RunnerOptions['driver'],
  'create' | 'mayHaveBegun' | 'clearUnbegun' | 'adopt' | 'list' | 'resolveImage' | 'close'
>

const pollMs = 500

export class SimulatedMachine {
  readonly name: string
  readonly machine: Machine
  readonly snapshots = new Map<string, Snapshot>()
  readonly sandboxes = new Map<string, Kept>()
  /** The host of events outside the product's processes. */
  readonly #kernel: Host
  readonly #dice: Chance
  readonly #witness: Witness

  constructor(name: string, machine: Machine, dice: Chance, witness: Witness) {
    this.name = name
    this.machine = machine
    this.#kernel = new Host(machine)
    this.#dice = dice
    this.#witness = witness
  }

  /** Returns the driver for a process on this machine. */
  driver(process: Host): RunnerOptions['driver'] {
    const call = async <T>(work: () => T): Promise<T> => {
      await pause(this.#dice.between(0, 30))
      if (process.isDead) return new Promise(() => {})
      return work()
    }
    const sandboxOf = (kept: Kept) => this.#sandbox(kept, call)
    const driver: DriverOfSchedules = {
      create: (spec) => call(() => sandboxOf(this.#create(spec))),
      mayHaveBegun: ({ id }) => call(() => (this.sandboxes.get(id)?.command ?? null) !== null),
      clearUnbegun: ({ id }) => call(() => void this.sandboxes.delete(id)),
      adopt: ({ id }) =>
        call(() => {
          const kept = this.sandboxes.get(id)
          return kept && sandboxOf(kept)
        }),
      list: () => call(() => [...this.sandboxes.values()].map(({ handle }) => handle)),
      resolveImage: (name) => call(() => ({ name, digest: `sha256:${'0'.repeat(64)}`, rootfs: '/', env: {} })),
      close: async () => {},
    }
    // Schedules need only these two functions of `snapshots`.
    const snapshots = {
      get: (id: string) => call(() => this.snapshots.get(id)),
      count: () => call(() => this.snapshots.size),
    }
    return { ...driver, snapshots } as unknown as RunnerOptions['driver']
  }

  #create(spec: SandboxSpec): Kept {
    if ('snapshot' in spec.base && !this.snapshots.has(spec.base.snapshot))
      throw new SandboxError('snapshot_unavailable', `machine ${this.name} does not have ${spec.base.snapshot}`)
    if (this.sandboxes.has(spec.id)) throw new Error(`the sandbox ${spec.id} exists`)
    const kept = { handle: { id: spec.id, label: spec.label }, spec, command: null }
    this.sandboxes.set(spec.id, kept)
    return kept
  }

  #sandbox(kept: Kept, call: <T>(work: () => T) => Promise<T>): Sandbox {
    const running = () => (kept.command === null ? undefined : this.#running(kept.command, call))
    return {
      handle: kept.handle,
      services: [],
      syncSource: () => call(() => {}),
      start: (command: Command) => call(() => this.#start(kept, command)).then(() => running()),
      running: () => call(running),
      memo: () => call(() => kept.command?.memo || undefined),
      snapshot: (meta: SnapshotMeta) => call(() => this.#snapshot(kept, meta)),
      egressNames: () => call(() => undefined),
      outputFiles: () => call(() => ({ complete: true, list: async () => [], read: async () => undefined })),
      destroy: () =>
        call(() => {
          if (kept.command !== null) this.#end(kept.command, { code: 137, signal: 'SIGKILL' })
          if (this.sandboxes.get(kept.handle.id) === kept) this.sandboxes.delete(kept.handle.id)
        }),
    } as unknown as Sandbox
  }

  #snapshot({ spec: { base } }: Kept, meta: SnapshotMeta): Snapshot {
    const parent = 'snapshot' in base ? base.snapshot : null
    const snapshot = { id: randomUUID(), parent, imageDigest: '', createdAt: new Date(now()), meta }
    this.snapshots.set(snapshot.id, snapshot)
    return snapshot
  }

  #start(kept: Kept, { script, deadline, memo }: Command): void {
    if (kept.command !== null) throw new Error(`the sandbox ${kept.handle.id} has a command`)
    const { buildId = '', jobId = '', fence = '' } = kept.handle.label
    const parent = 'snapshot' in kept.spec.base ? kept.spec.base.snapshot : null
    const command: Kept['command'] = {
      ...{ buildId, jobId, fence: Number(fence), parent, machine: this, startedAt: new Date(now()) },
      ...{ pieces: [], exit: null, deadline, memo, wake: [] },
    }
    kept.command = command
    this.#witness.started(command)
    const { lines, everyMs, exitCode } = JSON.parse(script) as Deed
    runOn(this.#kernel, () => {
      for (let line = 0; line < lines; line++)
        after(line * everyMs + this.#dice.between(0, 20), () => this.#say(command, line))
      after(lines * everyMs + 25, () => this.#end(command, { code: exitCode, signal: null }))
      this.#watch(command)
    })
  }

  /** Ends overdue commands. The watchdog checks twice a second. */
  #watch(command: NonNullable<Kept['command']>): void {
    after(
      pollMs,
      () => {
        if (command.exit !== null) return
        if (now() >= command.deadline.getTime()) this.#end(command, { code: 137, signal: 'SIGKILL', overdue: true })
        else this.#watch(command)
      },
      this.#kernel,
    )
  }

  #say(command: NonNullable<Kept['command']>, line: number): void {
    if (command.exit !== null) return
    const bytes = Buffer.from(`${command.jobId} ${command.fence} ${line}\n`)
    const from = command.pieces.at(-1)?.nextOffset ?? 0
    command.pieces.push({ stream: 'stdout', bytes, ts: BigInt(now()) * 1_000_000n, nextOffset: from + bytes.length })
    wake(command)
  }

  #end(
    command: NonNullable<Kept['command']>,
    end: Pick<Exit, 'code' | 'signal'> & { readonly overdue?: boolean },
  ): void {
    if (command.exit !== null) return
    const endedAt = runOn(this.#kernel, () => new Date(now()))
    command.exit = { limit: null, overdue: false, output: 'whole', ...end, endedAt }
    this.#witness.ended(command)
    wake(command)
  }

  #running(command: NonNullable<Kept['command']>, call: <T>(work: () => T) => Promise<T>): Running {
    const changed = (signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const host = currentHost()
        // The process learns of the change in a separate event, unless it is killed.
        command.wake.push(() => after(0, resolve, host))
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        if (signal?.aborted) reject(signal.reason)
      })
    const end = this.#end.bind(this)
    const dice = this.#dice
    const kernel = this.#kernel
    return {
      startedAt: command.startedAt,
      async *output(offset, signal) {
        for (let at = offset; ; ) {
          signal?.throwIfAborted()
          const next = command.pieces.find(({ nextOffset }) => nextOffset > at)
          if (next !== undefined) {
            at = next.nextOffset
            yield next
          } else if (command.exit !== null) return
          else await changed(signal)
        }
      },
      release: async () => {},
      async exited(signal) {
        while (command.exit === null) await changed(signal)
        return command.exit
      },
      hasEnded: () => call(() => command.exit !== null),
      kill: (signal) =>
        call(() => {
          const heedsMs = signal === 'SIGKILL' ? 0 : dice.between(0, 15_000)
          after(heedsMs, () => end(command, { code: signal === 'SIGKILL' ? 137 : 143, signal }), kernel)
        }),
      extend: (deadline) =>
        call(() => {
          command.deadline = deadline
        }),
    }
  }

  /** Returns the commands that are running on this machine. */
  get running(): readonly RunningCommand[] {
    return [...this.sandboxes.values()].flatMap(({ command }) =>
      command !== null && command.exit === null ? command : [],
    )
  }
}

function wake(command: NonNullable<Kept['command']>): void {
  for (const heard of command.wake.splice(0)) heard()
}
