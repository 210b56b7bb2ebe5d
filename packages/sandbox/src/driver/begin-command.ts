import { isAlive } from '../cgroups/cgroups.ts'
import type { Launcher } from '../launch/launcher.ts'
import { staged } from '../launch/mounts.ts'
import type { ServiceProgram } from '../launch/runtime-config.ts'
import { type Command, SandboxError } from '../sandbox-driver.ts'
import { DirectoryWatcher } from '../system/directory-watcher.ts'
import { readIfPresent } from '../system/files.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { plainReason, ToolFailed } from '../system/tool-failed.ts'
import { ensureWatchdog } from '../watchdog/watchdog.ts'
import { forgetUnbegun } from './begun.ts'
import { forgetConfig } from './cleanup.ts'
import { hasGitMount, makeGitMountPoint } from './git-mount.ts'
import { rootIdOf, runtimeOf, type StartRecord } from './record.ts'
import type { SandboxState } from './sandbox-context.ts'
import { writeCommand } from './write-command.ts'

/** Time limit for the runtime to start a command, which usually takes 20 ms. */
const startTimeoutMs = 60_000

/** Returns a signal that aborts the wait for a command to begin, or for its files afterwards. */
export const patience = (): AbortSignal => AbortSignal.timeout(startTimeoutMs)

/**
 * Writes the files that the launcher reads to start a command.
 * @param program the program that a service starts.
 */
export function prepareCommand(
  { context, record, target }: SandboxState,
  launcher: Launcher,
  command: Command,
  hasTerminal: boolean,
  program?: ServiceProgram,
): StartRecord {
  const root = launcher.staged(staged.root)
  runtimeOf(record).checkRoot(root)
  if (hasGitMount(record)) makeGitMountPoint(`${root}/workspace`, rootIdOf(record))
  return writeCommand({ layout: context.layout, now: context.now, target, record, command, hasTerminal, program })
}

/**
 * Tells the launcher to start the prepared command, and waits until it has begun. Afterwards the
 * launcher is gone, except for an interactive command: its pipe stays open until the sandbox's end,
 * which ends the command.
 */
export async function beginCommand(sandbox: SandboxState, launcher: Launcher, way: 'go' | 'talk'): Promise<void> {
  const { context, record, target } = sandbox
  const { state, exitDirectory } = target.files
  // Watches only these files: others change more often, and each change makes `poll` check again.
  const [begun, told] =
    way === 'go' ? ([untilRuntimeAnswers, exitDirectory] as const) : ([untilTalking, state] as const)
  let changes: DirectoryWatcher | undefined
  let started = false
  try {
    const signal = patience()
    const watching = await untilAffordable(() => new DirectoryWatcher([told]), signal)
    changes = watching
    await untilAffordable(() => ensureWatchdog(context.layout), signal)
    forgetUnbegun(context.layout, record.id)
    await launcher[way]()
    await begun(sandbox, watching)
    started = true
  } catch (error) {
    throw new SandboxError('provision_failed', `could not start the command: ${plainReason(error)}`, {
      cause: error,
    })
  } finally {
    changes?.close()
    // Keeps a service's configuration: it has no secrets, and programs that are added to the
    // service need it.
    if (record.service === undefined) forgetConfig(context.layout, record.id)
    if (way === 'go' || !started) await launcher.gone(started)
  }
}

/** Waits for conmon's report, a line of JSON, on whether the command started. */
async function untilRuntimeAnswers(sandbox: SandboxState, changes: DirectoryWatcher): Promise<void> {
  const { record, target } = sandbox
  const text = await poll(sandbox, changes, () => {
    const said = readIfPresent(target.files.sync) ?? ''
    return said.endsWith('\n') ? said : undefined
  })
  const answer = JSON.parse(text) as { readonly data: number; readonly message?: string }
  if (answer.data >= 0) return
  const said = runtimeOf(record).complaint(target, answer.message?.trim() ?? 'the runtime gave no message')
  throw startFailure(said)
}

/**
 * Waits until the runtime writes the command's process id. Without a process id, an exit code is
 * the runtime's own.
 */
async function untilTalking(sandbox: SandboxState, changes: DirectoryWatcher): Promise<void> {
  await poll(sandbox, changes, () => readIfPresent(sandbox.target.files.pid) || undefined)
}

/** Calls `look` repeatedly until it returns a value, as long as a process of the launcher lives. */
async function poll(
  { record, target }: SandboxState,
  changes: DirectoryWatcher,
  look: () => string | undefined,
): Promise<string> {
  const signal = patience()
  for (;;) {
    changes.reset()
    const lost = !(await untilAffordable(() => isAlive(record.groups), signal))
    const found = await untilAffordable(look, signal)
    if (found !== undefined) return found
    if (lost) {
      const said = readIfPresent(target.files.monitorLog)?.trim()
      throw new ToolFailed('its monitor ended too early', said || 'it gave no reason')
    }
    await changes.wait(1_000, signal)
  }
}

/** Rewords the runtime's refusal. */
function startFailure(said: string): ToolFailed {
  const place = /\b(?:chdir|directory)\b[^/]*(\/[^`"':\s]+)/.exec(said)?.[1]
  return new ToolFailed(
    place === undefined ? 'the runtime refused to start it' : `${place} is not a directory that it can start in`,
    said,
  )
}
