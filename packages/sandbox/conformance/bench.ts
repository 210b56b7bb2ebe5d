import { randomUUID } from 'node:crypto'
import type {
  EgressBound,
  Exit,
  Limits,
  NetworkMode,
  ResolvedImage,
  Running,
  Sandbox,
  SandboxDriver,
  SandboxInput,
  SandboxSpec,
  Snapshot,
  SnapshotId,
  SnapshotMeta,
} from '../src/sandbox-driver.ts'

/**
 * `network`: access to the Internet. `groups`: limits on memory and processor time. `rename`:
 * renaming directories of lower layers without a copy. `owners`: the owners of the machine's files.
 */
type Lacking = 'network' | 'groups' | 'rename' | 'owners'

/** The properties of a driver that the suite depends on. */
export interface DriverUnderTest {
  /** A module whose `openDriver(directory)` opens the same kind of driver in another process. */
  readonly module: URL
  openDriver(directory: string, options?: { readonly egressAllow?: readonly string[] }): Promise<SandboxDriver>
  /**
   * Returns the ids of the machine's processes that run commands `sleep N.MARK` of sandboxes, one
   * for each command: the command itself, or the kernel that contains it.
   */
  markedProcesses(mark: string): Promise<readonly number[]>
  /** `CapEff` of root in the sandbox. */
  readonly capabilities: string
  /** The devices below /dev, sorted. Each is harmless or affects only the sandbox. */
  readonly devices: readonly string[]
  /** Whether steps can give files extended attributes and capabilities. */
  readonly keepsAttributes: boolean
  /** Features that an ordinary user's sandboxes lack; see docs/operating.md. Empty for root's. */
  readonly without: ReadonlySet<Lacking>
  /** Skips tests that do not depend on the runtime, or on the user; another suite runs them. */
  readonly only: 'runtime' | 'user' | undefined
  /** Numbers of repetitions. many.soak.root.test.ts uses larger ones. */
  readonly sizes: { readonly chain: number; readonly siblings: number; readonly atOnce: number }
  /** Name of an image with a shell, coreutils, Python 3 and apt's tools. */
  readonly image: string
}

const modestLimits: Limits = { cpu: 2, memoryBytes: 512 << 20, diskBytes: 1 << 30, pids: 512 }
const noCache: SnapshotMeta = { cache: null, origin: {} }

export interface RunOptions {
  readonly id?: string
  readonly from?: SnapshotId
  readonly limits?: Partial<Limits>
  readonly share?: string
  readonly network?: NetworkMode
  readonly egress?: EgressBound
  readonly env?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
  readonly label?: Readonly<Record<string, string>>
  readonly gitDirectory?: string
  readonly inputs?: readonly Partial<SandboxInput>[]
  readonly split?: string
  readonly secretFiles?: boolean
}

export interface Finished {
  readonly exit: Exit
  readonly stdout: string
  readonly stderr: string
  readonly sandbox: Sandbox
}

/** Makes sandboxes of one driver, and removes them all. */
export class Bench {
  readonly driver: SandboxDriver
  readonly image: ResolvedImage
  readonly directory: string

  private constructor(driver: SandboxDriver, image: ResolvedImage, directory: string) {
    this.driver = driver
    this.image = image
    this.directory = directory
  }

  static async open(driver: SandboxDriver, imageName: string, directory: string): Promise<Bench> {
    return new Bench(driver, await driver.resolveImage(imageName), directory)
  }

  create(options: RunOptions = {}): Promise<Sandbox> {
    const base: SandboxSpec['base'] = options.from === undefined ? { image: this.image } : { snapshot: options.from }
    return this.driver.create({
      id: options.id ?? `test-${randomUUID()}`,
      label: options.label ?? {},
      base,
      limits: { ...modestLimits, ...options.limits },
      network: options.network ?? 'none',
      ...(options.share === undefined ? {} : { share: options.share }),
      ...(options.egress === undefined ? {} : { egress: options.egress }),
      ...(options.gitDirectory === undefined ? {} : { gitDirectory: options.gitDirectory }),
      ...(options.secretFiles === undefined ? {} : { secretFiles: options.secretFiles }),
      inputs: (options.inputs ?? []).map((input) => ({ snapshot: '', path: '.', into: '', optional: false, ...input })),
    })
  }

  async start(
    script: string,
    options: RunOptions = {},
  ): Promise<{ readonly sandbox: Sandbox; readonly running: Running }> {
    const sandbox = await this.create(options)
    const running = await sandbox.start(command(script, options))
    return { sandbox, running }
  }

  async run(script: string, options: RunOptions = {}): Promise<Finished> {
    const { sandbox, running } = await this.start(script, options)
    return { ...(await finish(running)), sandbox }
  }

  /** Runs a script that must pass, and snapshots its files. */
  async step(script: string, options: RunOptions & { readonly meta?: SnapshotMeta } = {}): Promise<Snapshot> {
    const { exit, stderr, sandbox } = await this.run(script, options)
    if (exit.code !== 0) throw new Error(`step ended with ${JSON.stringify(exit)}: ${stderr}`)
    const snapshot = await sandbox.snapshot(options.meta ?? noCache)
    await sandbox.destroy()
    return snapshot
  }

  /** Returns the output of a script in its own sandbox. */
  async print(script: string, options: RunOptions = {}): Promise<string> {
    const { sandbox, stdout, stderr } = await this.run(script, options)
    await sandbox.destroy()
    return stdout + stderr
  }

  async destroyAll(): Promise<void> {
    for (const handle of await this.driver.list()) await (await this.driver.adopt(handle))?.destroy()
  }
}

export function command(script: string, options: RunOptions = {}) {
  return {
    script,
    env: options.env ?? {},
    ...(options.split === undefined ? {} : { split: options.split }),
    workingDirectory: '/workspace',
    deadline: new Date(Date.now() + (options.deadlineMs ?? 60_000)),
  }
}

/** Reads a command's output to its end. */
export async function finish(running: Running): Promise<Omit<Finished, 'sandbox'>> {
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  for await (const piece of running.output(0)) parts[piece.stream].push(piece.bytes)
  const [stdout, stderr] = [parts.stdout, parts.stderr].map((bytes) => Buffer.concat(bytes).toString())
  return { exit: await running.exited(), stdout: stdout ?? '', stderr: stderr ?? '' }
}

/** Resolves when a script's output matches, which marks its progress. */
export async function outputUntil(running: Running, pattern: RegExp): Promise<void> {
  let seen = ''
  for await (const piece of running.output(0)) {
    seen += piece.bytes.toString()
    if (pattern.test(seen)) return
  }
  throw new Error(`it ended with ${JSON.stringify(seen)}`)
}

/** Resolves with the first piece of output, which marks the script's progress. */
export async function firstOutput(running: Running): Promise<string> {
  for await (const piece of running.output(0)) return piece.bytes.toString()
  return ''
}
