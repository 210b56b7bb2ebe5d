import { filesNamed } from '@harmont/sandbox'
import type { StepWork } from '../port.ts'
import type { TestReport } from '../reports/test-report.ts'
import { type JobContext, SplitFailed } from '../runner/job-context.ts'
import { sourceOfBuild } from '../runner/source/source-of-build.ts'

/** Maximum number of files in a split, which can be dealt within milliseconds. */
const mostFiles = 20_000

/**
 * Returns the source files in a step's shard of a split; null for a step without one. Throws
 * `SplitFailed`, and the errors of `sourceOfBuild`.
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

/** Adds a remark to a shard's log if its reports do not give the times of files. */
export function remarkUntimed({ log }: JobContext, reports: readonly TestReport[]): void {
  const cases = reports.flatMap(({ cases }) => cases)
  if (cases.length === 0 || cases.some(({ file }) => file !== undefined)) return
  log.remark('its reports name no files of tests, so the split uses the sizes of files instead of their times')
}
