import { describe, expect, it } from 'vitest'
import { anotherCopy } from './another-copy.test-support.ts'
import { sh } from './commands.ts'
import { matrix } from './matrix.ts'
import { pipeline } from './pipeline.ts'
import { target } from './target.ts'

const axes = { go: ['1.23.2', '1.24.0'], race: [false, true] } as const

describe('matrix', () => {
  it('calls the function for each cell, the first axis slowest, and returns a flat list of leaves', () => {
    const leaves = matrix(axes, ({ go, race }) => [sh(`go${go} ${race}`), [sh('lint', { label: 'lint' })]])
    const ir = pipeline(leaves)
    expect(ir.graph.nodes.map((node) => node.step.key)).toEqual([
      'go1-23-2-false-go-1-23-2-race-false',
      'lint-go-1-23-2-race-false',
      'go1-23-2-true-go-1-23-2-race-true',
      'lint-go-1-23-2-race-true',
      'go1-24-0-false-go-1-24-0-race-false',
      'lint-go-1-24-0-race-false',
      'go1-24-0-true-go-1-24-0-race-true',
      'lint-go-1-24-0-race-true',
    ])
    expect(ir.graph.nodes[1]?.step).toMatchObject({
      label: 'lint (go=1.23.2, race=false)',
      matrix: { group: 'lint', cell: { go: '1.23.2', race: 'false' } },
    })
  })

  it('names a step without a label by the first 40 characters of its final command', () => {
    const [leaf] = matrix({ n: [1] }, () => sh(`echo ${'😀'.repeat(50)}`, { cwd: 'my app' }))
    const step = pipeline([leaf ?? []]).graph.nodes[0]?.step
    expect(step?.label).toBe(`cd 'my app' && echo ${'😀'.repeat(20)} (n=1)`)
    expect(step?.matrix?.group).toBe('cd-my-app-echo')
  })

  it('names the group after the label, or by a fixed name if the label has no letters', () => {
    const groups = matrix({ n: [1] }, () => [sh('x', { label: ':go: Test' }), sh('x', { label: '—' })])
    expect(pipeline(groups).graph.nodes.map((node) => node.step.matrix?.group)).toEqual(['go-test', 'matrix'])
  })

  it('excludes and includes cells by the named members', () => {
    const pairs = (options: object) => matrix(axes, undefined, options).map(({ go, race }) => `${go} ${race}`)
    expect(pairs({ exclude: [{ go: '1.23.2', race: true }] })).toEqual(['1.23.2 false', '1.24.0 false', '1.24.0 true'])
    expect(pairs({ exclude: [{ race: true }] })).toEqual(['1.23.2 false', '1.24.0 false'])
    expect(pairs({ include: [{ race: true }, { go: '1.24.0' }] })).toEqual([
      '1.23.2 true',
      '1.24.0 false',
      '1.24.0 true',
    ])
    expect(pairs({ include: [{ race: true }], exclude: [{ go: '1.24.0' }] })).toEqual(['1.23.2 true'])
    expect(pairs({ exclude: [{}] })).toEqual([])
  })

  it('returns the cells if no function is given; a cell’s name() contains its values', () => {
    const cells = matrix(axes)
    expect(cells.map((cell) => cell.name('test'))[3]).toBe('test (go=1.24.0, race=true)')
    expect(pipeline(cells.map((cell) => sh('x', { key: cell.name('test') }))).graph.nodes[0]?.step).not.toHaveProperty(
      'matrix',
    )
  })

  it('joins the cells of nested matrices, and leaves the inner cell even after an error', () => {
    const leaves = matrix({ os: ['a'] }, () => matrix({ go: [1] }, () => sh('x', { label: 'x' })))
    expect(pipeline(leaves).graph.nodes[0]?.step.label).toBe('x (os=a, go=1)')
    expect(() =>
      matrix({ os: ['a'] }, () => {
        throw new RangeError('mine')
      }),
    ).toThrow(RangeError)
    expect(pipeline(sh('x', { label: 'x' })).graph.nodes[0]?.step.label).toBe('x')
  })

  it('does not apply a cell to a target that its cells share', () => {
    const base = target('base', () => sh('base', { label: 'base' }))
    const leaves = matrix({ n: [1, 2] }, () => base().sh('test', { label: 'test' }))
    expect(pipeline(leaves).graph.nodes.map((node) => node.step.label)).toEqual(['base', 'test (n=1)', 'test (n=2)'])
  })

  it('marks steps made by another copy of the SDK', async () => {
    const other = await anotherCopy()
    expect(other.sh).not.toBe(sh)
    const leaves = matrix({ n: [1] }, () => other.sh('x', { label: 'x' }))
    expect(pipeline(leaves).graph.nodes[0]?.step.label).toBe('x (n=1)')
  })
})
