import { expect, test } from 'vitest'
import { isUtf8 } from './charset.ts'
import { chooseView } from './open-view.ts'

const plain = { env: {}, format: undefined, logs: false, json: false, quiet: false, verbose: false, isTerminal: true }

test.each([
  ['a terminal', {}, 'tree'],
  ['a terminal with colours', { env: { TERM: 'xterm-256color' } }, 'tree'],
  ['--format human', { format: 'human' }, 'tree'],
  ['CI=false', { env: { CI: 'false' } }, 'tree'],
  ['CI=0', { env: { CI: '0' } }, 'tree'],
  ['CI empty', { env: { CI: '' } }, 'tree'],
  ['no terminal', { isTerminal: false }, 'lines'],
  ['CI=true', { env: { CI: 'true' } }, 'lines'],
  ['CI=1', { env: { CI: '1' } }, 'lines'],
  ['TERM=dumb', { env: { TERM: 'dumb' } }, 'lines'],
  ['--logs', { logs: true }, 'lines'],
  ['-v', { verbose: true }, 'lines'],
  ['-q', { quiet: true }, 'quiet'],
  ['-q without a terminal', { quiet: true, isTerminal: false }, 'quiet'],
  ['--json', { json: true }, 'ndjson'],
  ['--json -q', { json: true, quiet: true }, 'ndjson'],
  ['--format json --logs', { format: 'json', logs: true }, 'ndjson'],
] as const)('%s', (_, wishes, view) => {
  expect(chooseView({ ...plain, ...wishes })).toBe(view)
})

test.each([
  [{ LANG: 'en_GB.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, false],
  [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{}, false],
])('locale %o is UTF-8: %s', (env, utf8) => {
  expect(isUtf8(env, 'linux')).toBe(utf8)
})

test('Windows has no locale variables and uses UTF-8', () => {
  expect(isUtf8({}, 'win32')).toBe(true)
})
