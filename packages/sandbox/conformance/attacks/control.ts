import { execFile } from 'node:child_process'
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { processesOf } from '../../src/cgroups/cgroups.ts'
import type { SandboxRecord } from '../../src/driver/record.ts'
import { staged } from '../../src/launch/mounts.ts'
import type { Sandbox } from '../../src/sandbox-driver.ts'
import { type Places, type Protection, takenOff } from './protections.ts'

const run = promisify(execFile)
const program = fileURLToPath(new URL('take-off.ts', import.meta.url))

/** Returns the driver's record of a sandbox. */
export async function recordOf(driver: string, sandbox: Sandbox): Promise<SandboxRecord> {
  return JSON.parse(
    await readFile(join(driver, 'sandboxes', sandbox.handle.id, 'sandbox.json'), 'utf8'),
  ) as SandboxRecord
}

/** Returns the process ids of a sandbox's command, or of the launcher that waits to start it. */
export function pidsOf(record: SandboxRecord): Promise<readonly number[]> {
  return processesOf(record.groups.payload)
}

/**
 * Removes protections from a sandbox without a command. Replaces `crun`, in the launcher's mount
 * namespace only, with a script that first rewrites the configuration.
 * @param scratch a directory of the test.
 */
export async function takeOff(
  sandbox: Sandbox,
  protections: readonly Protection[],
  places: Places,
  scratch: string,
): Promise<void> {
  const [launcher] = await pidsOf(await recordOf(places.driver, sandbox))
  const real = join(scratch, 'crun')
  const wrapper = join(scratch, `crun-${sandbox.handle.id}`)
  const steps = protections.flatMap((name) => takenOff[name] ?? [])
  const quoted = [process.execPath, program].map((word) => `'${word}'`).join(' ')
  await copyFile('/usr/bin/crun', real)
  await writeFile(
    wrapper,
    [
      '#!/bin/bash',
      'set -e',
      `${quoted} "$HARMONT_BUNDLE/config.json" '${JSON.stringify(protections)}' '${JSON.stringify(places)}'`,
      ...steps.flatMap(({ before }) => before?.(places) ?? []),
      // The runtime's options follow the word `run`.
      `for word do shift; set -- "$@" "$word"; [ "$word" != run ] || set -- "$@" ${steps.map((step) => step.runtimeArguments ?? '').join(' ')}; done`,
      `exec '${real}' "$@"`,
      '',
    ].join('\n'),
  )
  for (const file of [real, wrapper]) await chmod(file, 0o755)
  await run('nsenter', ['--mount', '--target', String(launcher), 'mount', '--bind', wrapper, staged.crun])
}
