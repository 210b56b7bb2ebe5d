import { expect, test } from 'vitest'
import { parseApart } from './parse-apart.ts'

/** Time limit on a busy machine, in milliseconds. */
const longMs = 600_000

const read = (texts: readonly string[], ms = longMs) =>
  parseApart(
    texts.map((text, at) => ({ path: `${at}.xml`, bytes: Buffer.from(text) })),
    ['a.js'],
    undefined,
    ms,
  )
const open = '<testsuite><testcase name="a">'
const failing = `${open}<failure>at (a.js:3:1)</failure></testcase></testsuite>`

test('G68 reports are read in a separate process, and tests in different reports get different names', async () => {
  const failed = { suite: '', state: 'failed', message: 'at (a.js:3:1)', file: 'a.js', line: 3 }
  expect(await read([failing, '', failing])).toEqual([
    { path: '0.xml', format: 'junit', cases: [{ ...failed, name: 'a' }], faults: 0 },
    { path: '1.xml', format: null, cases: [], faults: 0, problem: 'it is empty' },
    { path: '2.xml', format: 'junit', cases: [{ ...failed, name: 'a [2]' }], faults: 0 },
  ])
})

const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`).join('')
const laughs = `<!DOCTYPE a [<!ENTITY e0 "ha">${entities}]>${open.replace('"a"', '"&e9;"')}</testcase></testsuite>`

test('G68 hostile reports cost this process nothing, and the reports before them are read', async () => {
  const reports = await read([
    laughs,
    `${open.replace('"a"', `"${'a'.repeat(20e6)}"`)}</testcase></testsuite>`,
    '<a>'.repeat(1e6),
    `TAP version 13\n${'x'.repeat(20e6)}\nok 1\n1..1\n`,
    // V8 ends the process that reads this report.
    `${open}<failure><![CDATA[${']'.repeat(20e6)}`,
    failing,
  ])
  const tooMuch = 'reading the reports of the step took more than 256 MiB'
  expect(reports.map(({ problem }) => problem)).toEqual([
    undefined,
    undefined,
    'its elements are nested more than 200 levels deep',
    undefined,
    tooMuch,
    tooMuch,
  ])
  expect(reports.map(({ cases }) => cases.map(({ name }) => name.slice(0, 4)))).toEqual([
    ['&e9;'],
    ['aaaa'],
    [],
    ['#1'],
    [],
    [],
  ])
  expect(reports[1]?.cases[0]?.name).toHaveLength(500)
})

test('reading ends at its time limit', async () => {
  const [report] = await read([`${open}${'x'.repeat(10e6)}`], 1)
  expect(report).toMatchObject({ problem: 'reading the reports of the step took more than 0.001 s' })
})
