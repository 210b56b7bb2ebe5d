import { opendir } from 'node:fs/promises'
import { isPopulated } from '../cgroups/cgroups.ts'
import type { SandboxFiles } from '../layout/layout.ts'
import type { OutputFiles } from '../sandbox-driver.ts'
import { DirectoryWatcher } from '../system/directory-watcher.ts'
import { isAbsent, readIfPresent } from '../system/files.ts'
import { untilAffordable } from '../system/scarcity.ts'
import { patience } from './begin-command.ts'
import { directoryOf, namesOf, readFromView } from './read-file.ts'

/** Maximum delay after a missed notification, in ms. */
const fallbackMs = 1_000

/**
 * Waits until the monitor has copied the ended command's output directory, and opens the copy.
 * @param group the control group with the monitor.
 */
export async function openOutputFiles(
  { exitDirectory, outputKept, outputDirectory }: SandboxFiles,
  group: string,
): Promise<OutputFiles> {
  const said = await untilAffordable(() => untilKept(exitDirectory, outputKept, group))
  return {
    complete: said?.trim() === '',
    list: (directory) => untilAffordable(() => list(outputDirectory, directory), patience()),
    read: (path, maxBytes) => untilAffordable(() => readFromView(outputDirectory, path, maxBytes), patience()),
  }
}

/** Returns the monitor's report about the copy; undefined if the monitor was killed. */
async function untilKept(exitDirectory: string, outputKept: string, group: string): Promise<string | undefined> {
  const early = whatIsSaid(outputKept)
  if (early !== undefined) return early
  const changes = new DirectoryWatcher([exitDirectory])
  try {
    for (;;) {
      changes.reset()
      // Checked first: a file that is absent afterwards stays absent.
      const lives = await isPopulated(group)
      const said = whatIsSaid(outputKept)
      if (said !== undefined || !lives) return said
      await changes.wait(fallbackMs)
    }
  } finally {
    changes.close()
  }
}

/** Returns a file's line; undefined while it is incomplete. */
function whatIsSaid(path: string): string | undefined {
  const text = readIfPresent(path)
  return text?.endsWith('\n') ? text : undefined
}

async function list(root: string, path: string): Promise<readonly string[]> {
  try {
    await using directory = await directoryOf(root, namesOf(path))
    const names: string[] = []
    for await (const { name } of await opendir(`/proc/self/fd/${directory.fd}`)) names.push(name)
    return names.sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}
