import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { localConditions } from '../runs/local-context.ts'
import { count } from '../terminal/amounts.ts'
import { charsetFor } from '../view/charset.ts'
import { graphLines } from '../view/graph.ts'
import { manualFacts } from './manual-facts.ts'
import { planRun } from './plan-run.ts'
import { plannedSteps, skipReasonsIn } from './print-plan.ts'
import { readProject } from './read-project.ts'
import { renderProject } from './render-project.ts'

/** `hm graph`: the plan as a tree. */
export const run: Handler<'graph'> = async (context) => {
  const { args, directory, env, global, output } = context
  const [config, { git, sourceSet }] = await Promise.all([context.config(), readProject(directory)])
  const { slug, name, ir, explain } = await renderProject(context, {
    slug: args.pipeline ?? config.get('default_pipeline') ?? null,
    facts: manualFacts(git),
    sourceSet: () => sourceSet,
  })
  const plan = planRun(ir, { steps: [], timeoutMs: undefined }, explain)
  const conditions = localConditions(git?.branch ?? null, {})
  if (global.json) {
    await output.json({ pipeline: slug, name, steps: plannedSteps(plan, conditions) })
    return exits.ok
  }
  await output.print(`${slug}: ${count(plan.steps.length, 'step')}`)
  const options = { charset: charsetFor(env), width: output.stdout.columns(), skipReason: skipReasonsIn(conditions) }
  for (const line of graphLines(plan, options)) await output.print(line)
  return exits.ok
}
