import { lastLines } from './fold.ts'
import { isOver, type Run, type Step } from './run-model.ts'

/** Sentences for the `wait_reason`s that the API documents; another one is shown as it is. */
const reasons: Readonly<Record<string, string | undefined>> = {
  dependencies: 'for other steps',
  runner: 'for a free slot',
  approval: 'for approval',
  retry_delay: 'to try again',
  concurrency_group: 'for its concurrency group',
  pipeline_limit: 'for the limit of its pipeline',
  organization_limit: 'for the limit of its organization',
}

/** What a waiting step waits for. */
export function waitText(step: Step, run: Run): string {
  // Before its start a step has no lines but what the engine says of making it ready.
  if (step.waitReason === 'preparation') return lastLines(step, 1)[0] ?? 'preparing'
  if (step.waitReason !== null && step.waitReason !== 'dependencies')
    return reasons[step.waitReason] ?? `for ${step.waitReason.replaceAll('_', ' ')}`
  const names: string[] = []
  let more = 0
  for (const key of [...(step.parentKey === null ? [] : [step.parentKey]), ...step.dependsOn]) {
    const other = run.byKey.get(key)
    if (other === undefined || isOver(other)) continue
    if (names.length < 2) names.push(other.name)
    else more += 1
  }
  if (names.length === 0) return reasons[step.waitReason ?? ''] ?? ''
  return `for ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}`
}
