import { type ConditionContext, conditionHolds, type Plan, type PlannedStep } from '@harmont/ir'
import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { localConditions, unheld } from '../runs/local-context.ts'
import type { PreparedRun } from '../runs/run-local.ts'
import { bytes, count } from '../terminal/amounts.ts'
import { charsetFor } from '../view/charset.ts'
import { graphLines } from '../view/graph.ts'
import { sourceFailure } from './render-project.ts'

/** What `--dry-run` says: the plan, and how much the source is. */
export async function printPlan(
  { output, global, flags, env: terminalEnv }: Context<'run'>,
  { project, pipeline, plan, env }: PreparedRun,
): Promise<ExitCode> {
  const { entries } = await project.sourceSet.catch((error: unknown) => {
    throw sourceFailure(error)
  })
  const conditions = localConditions(flags.branch ?? project.git?.branch ?? null, env)
  const source = { files: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) }
  const { slug, name } = pipeline
  if (global.json || flags.format === 'json') {
    const steps = plannedSteps(plan, conditions)
    await output.json({ pipeline: slug, name, source, timeout_seconds: plan.timeoutSeconds, steps })
    return exits.ok
  }
  await output.print(`${slug}: ${count(plan.steps.length, 'step')}`)
  const options = {
    charset: charsetFor(terminalEnv),
    width: output.stdout.columns(),
    skipReason: skipReasonsIn(conditions),
  }
  for (const line of graphLines(plan, options)) await output.print(line)
  await output.print(`source: ${count(source.files, 'file')}, ${bytes(source.bytes)}`)
  return exits.ok
}

/** The steps of a plan for programs. */
export function plannedSteps({ steps }: Plan, conditions: ConditionContext) {
  const keyOf = (slot: number) => steps[slot]?.key ?? ''
  const skipReason = skipReasonsIn(conditions)
  return steps.map(({ key, name, image, buildsIn, dependsOn, cacheKey, condition }) => ({
    key,
    name,
    image,
    builds_in: buildsIn === null ? null : keyOf(buildsIn),
    depends_on: dependsOn.map(keyOf),
    cached: cacheKey !== null,
    runs: skipReason({ condition }) === null,
    skip_reason: skipReason({ condition }),
  }))
}

/** Says why a step is skipped under these conditions; null where it is not. */
export function skipReasonsIn(conditions: ConditionContext): (step: Pick<PlannedStep, 'condition'>) => string | null {
  return ({ condition }) => (conditionHolds(condition, conditions) ? null : unheld(condition))
}
