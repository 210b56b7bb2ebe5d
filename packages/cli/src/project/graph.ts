import { type ConditionContext, conditionHolds, type Plan, type PlannedStep } from '@harmont/ir'
import type { Context, Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { count } from '../terminal/amounts.ts'
import { charsetFor } from '../view/charset.ts'
import { graphLines } from '../view/graph.ts'
import { conditionReason, localConditions, planRun } from './plan-run.ts'
import { manualFacts, readProject } from './read-project.ts'
import { renderProject } from './render-project.ts'

/** `hm graph`. */
export const run: Handler<'graph'> = async (context) => {
  const { args, directory, global, output } = context
  const [config, { git, sourceSet }] = await Promise.all([context.config(), readProject(directory)])
  const { slug, name, ir, explain } = await renderProject(context, {
    slug: args.pipeline ?? config.get('default_pipeline') ?? null,
    facts: manualFacts(git),
    sourceSet: () => sourceSet,
  })
  const plan = planRun(ir, { steps: [], timeoutMs: undefined }, explain)
  const conditions = localConditions(git?.branch ?? null, {})
  if (global.json) await output.json({ pipeline: slug, name, steps: plannedSteps(plan, conditions) })
  else await printGraph(context, slug, plan, conditions)
  return exits.ok
}

/** Prints a plan as a tree. */
export async function printGraph(
  { output, env }: Pick<Context, 'output' | 'env'>,
  slug: string,
  plan: Plan,
  conditions: ConditionContext,
): Promise<void> {
  await output.print(`${slug}: ${count(plan.steps.length, 'step')}`)
  const options = { charset: charsetFor(env), width: output.stdout.columns(), skipReason: skipReasonsIn(conditions) }
  for (const line of graphLines(plan, options)) await output.print(line)
}

/** Returns the steps of a plan for `--json`. */
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

/** Returns the reason why a step is skipped under these conditions; null if it runs. */
function skipReasonsIn(conditions: ConditionContext): (step: Pick<PlannedStep, 'condition'>) => string | null {
  return ({ condition }) => (conditionHolds(condition, conditions) ? null : conditionReason(condition))
}
