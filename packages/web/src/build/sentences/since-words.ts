import type { BuildView } from '../data/job-state.ts'
import type { Sentence } from './build-sentence.ts'

/** Since when builds of the branch fail, and which passed last. Said of the branch, not of a step: the step may be newer than both. */
export function sinceWords({
  failing_since,
  last_passed,
  build,
}: Pick<BuildView, 'failing_since' | 'last_passed' | 'build'>): Sentence {
  const isNew = failing_since === null || failing_since === build.number
  const since: Sentence = isNew
    ? ['First failure on this branch; ']
    : ['Failing on this branch since ', { kind: 'build', number: failing_since }, '; ']
  return last_passed === null
    ? [...since, 'never passed.']
    : [...since, 'last passed in ', { kind: 'build', number: last_passed.number }, '.']
}
