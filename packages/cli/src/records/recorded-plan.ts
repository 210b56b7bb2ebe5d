import { appendFileSync, readFileSync } from 'node:fs'
import type { Plan, PlannedStep } from '@harmont/ir'
import { planRun } from '../project/plan-run.ts'
import type { RunRecord } from './run-record.ts'
import { jsonLines, readIfThere, runFiles } from './run-records.ts'

type Recorded = Pick<RunRecord, 'record' | 'only'>

/** Returns a run's initial plan, as rendered. */
export function plannedAtFirst(runs: string, { record, only }: Recorded): { readonly plan: Plan; readonly ir: string } {
  const ir = readFileSync(runFiles(runs, record).ir, 'utf8')
  return { plan: planRun(ir, { steps: only ?? [], timeoutMs: undefined }), ir }
}

/** Returns the plan of a run including all appended steps. */
export function recordedPlan(runs: string, run: Recorded): Plan {
  const { plan } = plannedAtFirst(runs, run)
  return { ...plan, steps: [...plan.steps, ...appendedSteps(runs, run)] }
}

export function appendedSteps(runs: string, { record }: Pick<Recorded, 'record'>): readonly PlannedStep[] {
  return jsonLines<PlannedStep>(readIfThere(runFiles(runs, record).appended) ?? '')
}

/** Records steps appended to the plan. */
export function recordAppended(file: string, steps: readonly PlannedStep[]): void {
  appendFileSync(file, steps.map((step) => `${JSON.stringify(step)}\n`).join(''), { mode: 0o600 })
}
