import { conditionHolds } from '@harmont/ir'
import type { Context } from '../command.ts'
import { type ExitCode, exits } from '../errors.ts'
import { localConditions, unheld } from './local-context.ts'
import { sourceFailure } from './render-project.ts'
import type { PreparedRun } from './run-local.ts'

/** What `--dry-run` says: the plan, and how much the source is. */
export async function printPlan(
  { output, global, flags }: Context<'run'>,
  { project, pipeline, plan, env }: PreparedRun,
): Promise<ExitCode> {
  const { entries } = await project.sourceSet.catch((error: unknown) => {
    throw sourceFailure(error)
  })
  const conditions = localConditions(flags.branch ?? project.git?.branch ?? null, env)
  const keyOf = (slot: number) => plan.steps[slot]?.key ?? ''
  const steps = plan.steps.map(({ key, name, image, buildsIn, dependsOn, cacheKey, condition }) => ({
    key,
    name,
    image,
    builds_in: buildsIn === null ? null : keyOf(buildsIn),
    depends_on: dependsOn.map(keyOf),
    cached: cacheKey !== null,
    runs: conditionHolds(condition, conditions),
    skip_reason: conditionHolds(condition, conditions) ? null : unheld(condition),
  }))
  const source = { files: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) }
  const { slug, name } = pipeline
  if (global.json || flags.format === 'json') {
    await output.json({ pipeline: slug, name, source, timeout_seconds: plan.timeoutSeconds, steps })
    return exits.ok
  }
  await output.print(`pipeline ${slug}: ${steps.length} steps`)
  for (const step of steps) {
    const base = step.builds_in === null ? `on ${step.image}` : `in ${step.builds_in}`
    const after = step.depends_on.length === 0 ? '' : `, after ${step.depends_on.join(', ')}`
    const notes = `${step.cached ? ', cached' : ''}${step.runs ? '' : `, skipped: ${step.skip_reason}`}`
    await output.print(`  ${step.key}  ${base}${after}${notes}`)
  }
  await output.print(`source: ${source.files} files, ${source.bytes} bytes`)
  return exits.ok
}
