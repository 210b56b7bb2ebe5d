import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { isStep } from '../step.ts'
import * as toolchains from './index.ts'

const page = readFileSync(new URL('../../../../docs/toolchains.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `(.+)` \| `(.+)` \| `(.+)` \|$/gm)].map(([, ...cells]) =>
  cells.map((cell) => cell.replaceAll('\\|', '|')),
)

describe('docs/toolchains.md', () => {
  it('shows every tool', () => {
    expect(rows.length).toBeGreaterThan(40)
    const tools = new Set(rows.map(([call]) => call?.match(/^\w+/)?.[0]))
    expect(tools).toEqual(new Set(['rust', 'go', 'python', 'py', 'js', 'zig', 'cmake', 'elixir']))
  })

  it.each(rows)('lists the command that %s runs', (call, label, command) => {
    const step: unknown = runInNewContext(call ?? '', { ...toolchains })
    if (!isStep(step)) throw new Error('no step')
    expect([step.fields.label, step.command]).toEqual([label, command])
  })
})
