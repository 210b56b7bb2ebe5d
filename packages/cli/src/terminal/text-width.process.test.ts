import { execFileSync } from 'node:child_process'
import process from 'node:process'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { ascii, unicode } from '../view/charset.ts'
import { fit, widthOf } from './text-width.ts'

const module = new URL('text-width.ts', import.meta.url).href
const program = `
import { createRequire } from 'node:module'
import { fit, widthOf } from ${JSON.stringify(module)}
const isLoaded = () => Object.keys(createRequire(${JSON.stringify(module)}).cache).some((path) => path.includes('/string-width/'))
const plain = [widthOf('build #1 passed'), widthOf('✓ a › b'), fit('├─ a long name', 6, '…'), isLoaded()]
console.log(JSON.stringify([...plain, widthOf('日本'), isLoaded()]))`

test('text drawn by hm is measured without the library, which measures all other text', () => {
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  expect(JSON.parse(said)).toEqual([15, 7, '├─ a …', false, 4, true])
})

test('each character drawn by hm takes one column, also according to the library', () => {
  const drawn = [unicode, ascii].flatMap(({ signs, branches, bar, cut, arrow }) => [
    ...Object.values({ ...signs, ...branches }),
    ...[bar, cut, arrow],
  ])
  for (const text of [...drawn, '·–—‘’“”→', 'x'.repeat(9)])
    expect([text, widthOf(text)]).toEqual([text, stringWidth(text)])
  expect(fit('日本語 ✓', 5, '…')).toBe('日本…')
})
