import { describe, expect, it } from 'vitest'
import type { Condition, ConditionContext } from './condition.ts'
import { conditionHolds } from './condition.ts'

const PUSH: ConditionContext = {
  event: 'push',
  branch: 'feature/x',
  baseBranch: null,
  tag: null,
  changed: ['src/a.ts', 'README.md'],
  env: { DEPLOY: 'yes' },
  local: false,
}

describe('a condition', () => {
  const rows: [string, Condition | null, boolean][] = [
    ['none', null, true],
    ['an empty one', {}, true],
    ['its event', { event: ['pull_request', 'push'] }, true],
    ['another event', { event: ['schedule'] }, false],
    ['its branch by glob', { branch: ['main', 'feature/*'] }, true],
    ['an empty list', { branch: [] }, false],
    ['a base branch that does not exist', { base_branch: ['*'] }, false],
    ['a tag that does not exist', { tag: ['*'] }, false],
    ['not a tag that does not exist', { not: { tag: ['*'] } }, true],
    ['a changed directory', { changed: ['src/**'] }, true],
    ['a directory that did not change', { changed: ['docs'] }, false],
    ['a variable by glob', { env: { DEPLOY: ['y*'] } }, true],
    ['a variable that is not set', { env: { toString: ['*'] } }, false],
    ['local', { local: true }, false],
    ['not local', { local: false }, true],
    ['all members', { event: ['push'], branch: ['main'] }, false],
    ['any', { any: [{ branch: ['main'] }, { changed: ['*.md'] }] }, true],
    ['any of none', { any: [] }, false],
    ['all', { all: [{ event: ['push'] }, { branch: ['main'] }] }, false],
    ['all of none', { all: [] }, true],
    ['not', { not: { branch: ['main'] } }, true],
  ]
  it.each(rows)('%s', (_, condition, expected) => {
    expect(conditionHolds(condition, PUSH)).toBe(expected)
  })

  it('never skips a step because the changed files are unknown', () => {
    const unknown = { ...PUSH, changed: null }
    const changed: Condition = { changed: ['docs'] }
    expect(conditionHolds(changed, unknown)).toBe(true)
    expect(conditionHolds({ not: changed }, unknown)).toBe(true)
    expect(conditionHolds({ not: { not: changed } }, unknown)).toBe(true)
    expect(conditionHolds({ any: [changed, { branch: ['main'] }] }, unknown)).toBe(true)
    expect(conditionHolds({ not: { any: [changed, { event: ['push'] }] } }, unknown)).toBe(false)
  })
})
