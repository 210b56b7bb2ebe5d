import { randomUUID } from 'node:crypto'
import {
  type Conversation,
  type FindLogin,
  SandboxError,
  type SandboxSpec,
  type Snapshot,
  type TerminalSize,
} from '@harmont/sandbox'
import type { Step } from '../../core/model.ts'
import type { LeasedJob, SecretsAnswer } from '../../port.ts'
import type { RunnerParts } from '../job-context.ts'
import { stepLimits } from '../sandbox-note.ts'
import { uniqueSecrets } from '../secrets.ts'
import { gitMounts, offeredTree } from '../source/source-of-build.ts'

/** A request for a shell. */
export interface ShellRequest {
  readonly buildId: string
  /** Id of any attempt of a step. */
  readonly jobId: string
  /** Whether to use the file system before the step's command instead of the one after it. */
  readonly before: boolean
  /** Script for `sh -c`; null for an interactive shell, which is bash if available. */
  readonly script: string | null
  /** Null without a terminal; then standard output and standard error stay separate. */
  readonly size: TerminalSize | null
}

export type ShellUnavailableCode = 'snapshot_gone' | 'job_not_found' | 'no_runner'

/** A shell cannot be opened. The message gives the reason to the caller. */
export class ShellUnavailable extends Error {
  override readonly name = 'ShellUnavailable'
  readonly code: ShellUnavailableCode
  constructor(code: ShellUnavailableCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Facts from which a runner opens a shell: the step's file system, environment and secrets. */
export interface ShellWork extends Pick<LeasedJob, 'buildId' | 'queue' | 'buildEnv' | 'injectedEnv'> {
  readonly step: Step
  /** Snapshot to start from; null for the step's image. */
  readonly snapshot: string | null
  /**
   * The runner whose machine has the snapshot; null without a snapshot or if the runner is unknown.
   */
  readonly holder: string | null
  /** Whether to sync the build's source first, as is done before a command. */
  readonly withSource: boolean
  /** Returns the current secrets of the build with these names. */
  secrets(names: readonly string[]): Promise<SecretsAnswer>
  /** Finds the login for pulling the step's image. */
  readonly findLogin: FindLogin
}

/** Prefix of the ids of shells' sandboxes. */
const idPrefix = 'shell-'

/** Script for `sh` that starts bash if available. */
const anyShell = 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'

/**
 * Makes a sandbox like the step's, and starts a shell or a script in it, which ends at `deadline`
 * at the latest. The caller destroys the sandbox. Throws `ShellUnavailable`, or a SandboxError if
 * this machine cannot make the sandbox.
 */
export async function startShell(
  parts: RunnerParts,
  work: ShellWork,
  { script, size, deadline }: Pick<ShellRequest, 'script' | 'size'> & { readonly deadline: Date },
): Promise<{ readonly conversation: Conversation; destroy(): Promise<void> }> {
  const { driver } = parts.options
  const { step, withSource } = work
  const base = await baseOf(parts, work)
  const secrets = await shellSecrets(work, base)
  const source = withSource ? await offeredTree(parts, work.buildId) : null
  const spec: SandboxSpec = {
    id: `${idPrefix}${randomUUID()}`,
    label: { buildId: work.buildId, step: step.key },
    base: 'meta' in base ? { snapshot: base.id } : { image: base },
    share: work.queue,
    ...stepLimits(parts, step),
    ...gitMounts(source),
    secretFiles: Object.keys(secrets).length > 0,
  }
  const sandbox = await driver.create(spec).catch(rethrowGone)
  try {
    if (source !== null) await sandbox.syncSource(source.tree)
    const { env, buildEnv, injectedEnv } = { env: step.env, ...work }
    const terminal = size === null ? {} : { TERM: 'xterm-256color' }
    // The terminal's TERM comes last, because a pipeline sets another one for its steps.
    const whole = { HOME: '/root', ...env, ...buildEnv, ...secrets, ...injectedEnv, ...terminal }
    const command = { script: script ?? anyShell, env: whole, workingDirectory: '/workspace', deadline }
    const given = spec.secretFiles ? { ...command, secrets } : command
    return { conversation: await sandbox.talk(given, size), destroy: () => sandbox.destroy() }
  } catch (error) {
    await sandbox.destroy()
    throw error
  }
}

async function baseOf({ options, inHand }: RunnerParts, { step, snapshot, queue, findLogin }: ShellWork) {
  if (snapshot !== null) {
    const found = await options.driver.snapshots.get(snapshot)
    if (found === undefined) throw gone()
    return found
  }
  if (step.image === null) throw gone()
  const image = await options.driver.resolveImage(step.image, undefined, queue, findLogin)
  inHand.images.use(image.digest)
  return image
}

/**
 * Returns secret values by the step's own names. Throws when the build lacks a secret of the base's
 * lineage.
 */
async function shellSecrets(
  { step, secrets }: ShellWork,
  base: Snapshot | object,
): Promise<Readonly<Record<string, string>>> {
  const lineage = uniqueSecrets('meta' in base ? (base.meta.secretLineage ?? []) : [])
  const names = [...new Set([...Object.values(step.secrets), ...lineage.map(({ name }) => name)])]
  if (names.length === 0) return {}
  const answer = await secrets(names)
  if (answer.kind === 'unusable') throw new ShellUnavailable('snapshot_gone', answer.reason)
  const values = answer.kind === 'values' ? answer.values : new Map<string, never>()
  if (lineage.some(({ id, name }) => values.get(name)?.id !== id))
    throw new ShellUnavailable(
      'snapshot_gone',
      'The file system of this step was made with secrets that a shell does not get: the build no longer has them, or they are limited to some builds.',
    )
  return Object.fromEntries(
    Object.entries(step.secrets).flatMap(([as, name]) => {
      const known = values.get(name)
      return known === undefined ? [] : [[as, known.value]]
    }),
  )
}

function rethrowGone(error: unknown): never {
  throw error instanceof SandboxError && error.code === 'snapshot_unavailable' ? gone(error) : error
}

function gone(cause?: unknown): ShellUnavailable {
  return new ShellUnavailable('snapshot_gone', 'This file system is no longer kept. Run the build again.', { cause })
}
