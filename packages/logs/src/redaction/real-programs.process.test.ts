/**
 * Runs real programs that transform values of their arguments and environment, the likeliest leaks
 * into a log.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { expect, test } from 'vitest'
import { createRedactor } from './redactor.ts'
import { promised, revealedBy } from './revealed.test-support.ts'

/** Each value contains a different kind of character that programs quote. */
const secrets = [
  'pa55-word',
  `it's "quoted" $HOME \`x\` \\n & <tag> 100%`,
  'grüße-€-😀',
  'tab\tand bell\u0007',
  "''''",
  '-----BEGIN KEY-----\nMIIE/pAI+BAA=\n-----END KEY-----\n',
]

const python = (shown: string) => [
  'python3',
  '-c',
  `import sys, json, html, shlex, urllib.parse as url, base64\nfor s in sys.argv[1:]: print(${shown})`,
]
const bash = (script: string, ...options: readonly string[]) => ['bash', ...options, '-c', script, 'bash']
const node =
  'for (const s of process.argv.slice(1)) console.log([s], { s }, JSON.stringify({ s }), encodeURIComponent(s), encodeURI(s), new URLSearchParams({ s }).toString())'

test.for([
  ['bash -x', bash('true "$@"; for s; do x=$s; [ -z "$s" ]; done', '-x')],
  ['bash -x in a plain locale', ['env', 'LC_ALL=C', ...bash('true "$@"', '-x')]],
  ['export -p of bash', bash('export -p')],
  ['set of bash', bash('set')],
  ['printf %q and declare -p', bash('printf "%q\\n" "$@"; declare -p')],
  ['export -p of dash', ['dash', '-c', 'export -p']],
  ['dash -x', ['dash', '-xc', 'true "$@"', 'dash']],
  ['repr and ascii of Python', python('repr(s), [s], {s: 1}, ascii(s), s.encode()')],
  ['json, html and shlex of Python', python('json.dumps(s), html.escape(s), shlex.quote(s)')],
  ['urllib of Python', python('url.quote(s, safe=""), url.quote(s), url.quote_plus(s)')],
  ['a URL in which every byte is escaped', python('"".join("%%%02x" % b for b in s.encode())')],
  ['Base64 of Python', python('base64.encodebytes(s.encode() * 9).decode(), base64.urlsafe_b64encode(s.encode())')],
  ['base64', bash('for s; do printf %s "$s" | base64; printf "x:%s" "$s" | base64 -w 20; done')],
  ['a traceback of Python', ['python3', '-c', 'import sys; raise KeyError(sys.argv[1:])']],
  ['Node.js', [process.execPath, '-e', node]],
] as const)('G15 no secret can be recovered from the output of %s', async ([, command]) => {
  const named = Object.fromEntries(secrets.map((secret, at) => [`S${at}`, secret]))
  const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...named }
  const shown = execFileSync('sh', ['-c', '"$@" 2>&1; true', 'sh', ...command, ...secrets], { env })
  const redactor = await createRedactor(secrets)
  const text = redactor?.text(String(shown)) ?? ''
  expect(text.split('***').length, text).toBeGreaterThan(secrets.length)
  expect(revealedBy(Buffer.from(text), secrets.flatMap(promised))).toBeNull()
})
