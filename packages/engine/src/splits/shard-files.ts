import { filesNamed } from '@harmont/sandbox'
import type { StepWork } from '../port.ts'
import type { TestReport } from '../reports/test-report.ts'
import { type JobContext, SplitFailed } from '../runner/job-context.ts'
import { sourceOfBuild } from '../runner/source/source-of-build.ts'

/** Files of a split: so many are dealt out within milliseconds. */
const mostFiles = 20_000

/**
 * Returns the files of the source that a step's shard of a split has; null for a step without one.
 * Throws `SplitFailed`, and what `sourceOfBuild` throws.
 */
export async function shardFiles(context: JobContext, { step }: StepWork): Promise<readonly string[] | null> {
  const { split } = step
  if (split === undefined) return null
  const { options, lease, report } = context
  const source = await sourceOfBuild(context, false)
  const { files, unlisted } = source === null ? none : await filesNamed(source.tree, split.files)
  const named = `The split ${JSON.stringify(split.files)}`
  if (unlisted !== null)
    throw new SplitFailed(
      `${named} names ${JSON.stringify(unlisted)}, which cannot be a line of $HARMONT_SPLIT. Rename the file.`,
    )
  if (files.length === 0)
    throw new SplitFailed(
      `${named} names no file of the source. Correct the glob; files that git ignores are not in it.`,
    )
  if (files.length > mostFiles)
    throw new SplitFailed(`${named} names ${files.length} files, and at most ${mostFiles} can be split. Name fewer.`)
  let own: readonly string[] = []
  await report(async () => {
    const dealt = await options.port.dealFiles(lease.job, split, files)
    own = dealt?.[split.index - 1] ?? []
    return dealt !== null
  })
  return own
}

const none = { files: [], unlisted: null }

/** Says in a shard's log that its reports do not tell which file took how long. */
export function remarkUntimed({ log }: JobContext, reports: readonly TestReport[]): void {
  const cases = reports.flatMap(({ cases }) => cases)
  if (cases.length === 0 || cases.some(({ file }) => file !== undefined)) return
  log.remark('its reports name the file of no test, so the split goes by the sizes of files and not by their times')
}
