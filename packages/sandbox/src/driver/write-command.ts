import { existsSync, writeFileSync } from 'node:fs'
import { longestArgument, runtimeConfig, type ServiceProgram } from '../launch/runtime-config.ts'
import type { RuntimeTarget } from '../launch/runtimes/index.ts'
import type { Layout } from '../layout/layout.ts'
import { fillMemory } from '../layout/memory.ts'
import { largestInMemory } from '../layout/state-directory.ts'
import { type Command, SandboxError } from '../sandbox-driver.ts'
import { assignments } from '../system/assignments.ts'
import { readClocks } from '../system/clock.ts'
import { usedBytes } from '../system/disk-use.ts'
import { writeAtomically } from '../system/files.ts'
import { socketLimit, watchFile } from '../watchdog/watchdog.ts'
import { rootIdOf, runtimeNetworkOf, runtimeOf, type SandboxRecord, type StartRecord, uptimeAt } from './record.ts'

interface CommandRequest {
  readonly layout: Layout
  readonly now: () => Date
  readonly target: RuntimeTarget
  readonly record: SandboxRecord
  readonly command: Command
  readonly hasTerminal: boolean
  /** The program to start if this is a service. */
  readonly program: ServiceProgram | undefined
}

/** Writes the files of a command that the launcher, the runtime and the watchdog read. */
export function writeCommand(request: CommandRequest): StartRecord {
  const { layout, now, target, record, command, hasTerminal, program } = request
  const { files } = target
  const runtime = runtimeOf(record)
  const config = runtimeConfig({
    runtime,
    rootId: rootIdOf(record),
    limits: record.limits,
    command,
    terminal: hasTerminal,
    imageEnv: record.image.env,
    network: runtimeNetworkOf(record),
    hosts: existsSync(files.hosts),
    ...(program === undefined ? {} : { program }),
    resolvConf: record.resolvConf !== null,
    readOnlyTargets: record.readOnlyMounts.map(({ target }) => target),
    secretFiles: record.secretFiles === true,
  })
  const used = usedBytes(layout.root)
  const start: StartRecord = { startedAt: now().toISOString(), clocks: readClocks(), usedBytes: used }
  const { secrets = {}, memo = '' } = command
  if (record.secretFiles === true) fillMemory(layout, record.id, { secrets, memo, rootId: rootIdOf(record) })
  else if (memo !== '' || Object.keys(secrets).length > 0)
    throw new SandboxError('provision_failed', 'this sandbox was not made for secrets')
  const told = JSON.stringify(config)
  const isLarge = Buffer.byteLength(told) > largestInMemory
  writeFileSync(isLarge ? files.largeConfig : files.config, told, { mode: 0o600 })
  // The runtime copies the configuration into its state, so the state of a large one is on disk
  // too.
  const root = isLarge && !runtime.stateInMemory ? files.largeState : target.state.root
  const settings = {
    bundle: isLarge ? files.directory : files.state,
    runtime: runtime.call({ ...target, state: { ...target.state, root } }).join('\n'),
    container: target.state.container,
    pids: String(record.limits.pids),
  }
  writeFileSync(files.runtime, assignments(settings), { mode: 0o600 })
  // Appends, because the launcher may have reserved space in it.
  writeFileSync(files.spool, '', { mode: 0o600, flag: 'a' })
  const { groups, limits, network } = record
  const sockets = socketLimit(groups, limits, network)
  writeFileSync(
    files.watch,
    watchFile({
      group: groups.payload,
      counted: groups.flavour === 'pid' ? null : groups,
      diskBytes: limits.diskBytes,
      usedBytes: used,
      sockets,
    }),
  )
  if (Buffer.byteLength(command.script) > longestArgument) writeFileSync(files.script, command.script, { mode: 0o555 })
  if (command.split !== undefined) writeFileSync(files.split, command.split, { mode: 0o444 })
  writeAtomically(files.deadline, `${uptimeAt(command.deadline, now())}\n`)
  writeAtomically(files.started, JSON.stringify(start))
  return start
}
