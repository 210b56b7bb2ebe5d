/**
 * A pipeline in Python from the push to the check: discovered, rendered in a sandbox with its
 * image's Python, and run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Connected, concluded, discovered, startConnected } from './connected.ts'

const pipeline = `import harmont as hm


@hm.pipeline("ci", triggers=[hm.push(branch="*")], default_image="host")
def ci():
    return hm.sh(f"cat a.txt && test {hm.context.branch} = main", label="unit", cache=hm.on_change("a.txt"))
`
let it: Connected

beforeAll(async () => {
  it = await startConnected({ '.hm/ci.py': pipeline, 'a.txt': 'one\n' })
})
afterAll(async () => {
  await it?.remove()
})

test('a push builds a pipeline in Python', async () => {
  expect(await discovered(it, ['ci'])).toEqual(['acme-core-ci'])
  const good = await it.github.push(it.repository, { 'a.txt': 'two\n' })
  const { history } = await concluded(it, good.commit, 'harmont/acme-core-ci')
  expect(history.at(-1)).toEqual({ status: 'completed', conclusion: 'success' })
  const bad = await it.github.push(it.repository, {
    '.hm/ci.py': `${pipeline}\n    raise ValueError("no")\n`.replace('return', 'x ='),
  })
  const failed = await concluded(it, bad.commit, 'harmont/acme-core-ci')
  expect(failed.fields.output).toMatchObject({ text: expect.stringContaining('.hm/ci.py:8: ValueError: no') })
})
