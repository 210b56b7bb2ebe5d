import { describe, expect, test } from 'vitest'
import { LineIndexer } from '../lines/line-indexer.ts'

/** Reads a log like the server, whose scan skips plain lines. */
function find(log: string) {
  const indexer = new LineIndexer()
  indexer.push([{ seq: 1, kind: 0, content: Buffer.from(log), ts: 0n }])
  indexer.finish()
  return indexer.index.found.failures.map(({ message, file, line, logLine }) => [message, file, line, logLine])
}

const traceback = `Traceback (most recent call last):
  File "/workspace/load.py", line 8, in <module>
    load("{broken")
  File "/workspace/load.py", line 5, in load
    return json.loads(text)
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting property name
`

describe('an uncaught error names file and line', () => {
  test.each([
    ['Python', traceback, ['json.decoder.JSONDecodeError: Expecting property name', '/workspace/load.py', 5, 8]],
    [
      'Python that does not compile',
      '  File "/workspace/a.py", line 4\n    for x in (1\n             ^\nSyntaxError: \'(\' was never closed\n',
      ["SyntaxError: '(' was never closed", '/workspace/a.py', 4, 4],
    ],
    [
      'Node.js',
      "/workspace/a.js:3\n    throw new TypeError('no')\n    ^\n\nTypeError: no\n    at f (/workspace/a.js:3:11)\n    at node:internal/main:1:2\n\nNode.js v24\n",
      ['TypeError: no', '/workspace/a.js', 3, 5],
    ],
    [
      'Java, with its cause',
      'Exception in thread "main" java.lang.RuntimeException: wrapped\n\tat Main.main(Main.java:9)\nCaused by: java.io.IOException: gone\n\tat java.base/java.io.X.y(X.java:1)\n\tat Main.read(Main.java:4)\n\t... 1 more\n',
      ['Caused by: java.io.IOException: gone', 'Main.java', 4, 3],
    ],
    [
      'bash',
      'deploying\nscripts/deploy.sh: line 5: CHANNEL: unbound variable\n',
      ['CHANNEL: unbound variable', 'scripts/deploy.sh', 5, 2],
    ],
    ['dash', './run.sh: 3: nope: not found\n', ['nope: not found', './run.sh', 3, 1]],
    [
      'psql',
      'psql:db/schema.sql:4: ERROR:  column "vat" does not exist\n',
      ['column "vat" does not exist', 'db/schema.sql', 4, 1],
    ],
    ['Ruby', "app.rb:7:in `load': no such file (Errno::ENOENT)\n", ['no such file (Errno::ENOENT)', 'app.rb', 7, 1]],
    ['make', 'make: *** [Makefile:5: schema.sql] Error 1\n', ['schema.sql: Error 1', 'Makefile', 5, 1]],
    ['make that cannot read', 'Makefile:3: *** missing separator.  Stop.\n', ['missing separator.', 'Makefile', 3, 1]],
  ])('of %s', (_, log, expected) => {
    expect(find(log)).toEqual([expected])
  })
})

test('the last error counts, because it ended the program; the message of make does not', () => {
  const log = `${traceback}went on\nscripts/a.sh: line 2: false: oops\nmake: *** [Makefile:2: all] Error 1\n`
  expect(find(log).map(([, file, line]) => [file, line])).toEqual([['scripts/a.sh', 2]])
})

test('the report of a tool outranks an uncaught error', () => {
  expect(find(`${traceback}main.c:3:5: error: expected expression\n`).map(([, file]) => file)).toEqual(['main.c'])
})

test('an error without a place in a project file does not count: it may be mere output', () => {
  for (const log of [
    'Error: no\n  at nowhere\n',
    'TypeError: no\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n    at f (/workspace/a.js:3:11)\n',
    'bash: line 1: nope: command not found\n',
    'Traceback (most recent call last):\n  File "/usr/lib/python3.11/x.py", line 3, in y\nValueError: no\n',
    'deploy.sh: line 4: warning: here-document at line 2\n',
  ])
    expect([log, find(log)]).toEqual([log, []])
})
