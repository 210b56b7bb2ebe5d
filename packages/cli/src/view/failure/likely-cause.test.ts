import { expect, test } from 'vitest'
import { endingText, likelyCause } from './likely-cause.ts'

const failed = {
  state: 'failed',
  exitCode: 1,
  errorCode: null,
  message: null,
  tail: [] as string[],
  found: null,
  tests: null,
} as const

test.each([
  [{}, 'exit 1'],
  [{ exitCode: 137 }, 'exit 137 (SIGKILL)'],
  [{ exitCode: 143 }, 'exit 143 (SIGTERM)'],
  [{ exitCode: 200 }, 'exit 200'],
  [{ exitCode: null, errorCode: 'sandbox_lost' }, 'sandbox lost'],
  [{ exitCode: null, errorCode: 'provision_failed' }, 'not started'],
  [{ exitCode: 0, errorCode: 'artifact_missing' }, 'artifact missing'],
  [{ exitCode: null }, 'no exit code'],
  [{ state: 'timed_out', exitCode: 143 }, 'timed out'],
] as const)('an end with %o is described as "%s"', (ending, text) => {
  expect(endingText({ ...failed, ...ending })).toBe(text)
})

test.each([
  ['out_of_memory', 'it exceeded its memory limit: raise `resources` or use less'],
  ['disk_limit', 'it exceeded its disk limit'],
  ['step_timeout', 'it exceeded its timeout'],
  ['pipeline_timeout', 'the build exceeded its timeout'],
  ['provision_failed', 'its sandbox could not be created: the image is invalid, or its registry cannot be reached'],
  ['snapshot_failed', 'the command passed, but its file system could not be saved'],
  ['sandbox_lost', 'its sandbox was lost: the machine or the process that ran it went down'],
  ['build_abandoned', 'the process that ran the build ended'],
])('error %s: %s, for any output', (errorCode, cause) => {
  expect(likelyCause({ ...failed, errorCode, tail: ['no space left on device'] })).toBe(cause)
})

test('names a missing artifact', () => {
  const message = 'The step left no file that matches its required artifact "junit.xml".'
  expect(likelyCause({ ...failed, exitCode: 0, errorCode: 'artifact_missing', message })).toBe(message)
})

test('names an unavailable image and the reason', () => {
  const message = 'Could not pull nosuch:1: docker.io has no such image. Import it: hm image import FILE.tar nosuch:1'
  expect(likelyCause({ ...failed, exitCode: null, errorCode: 'provision_failed', message })).toBe(message)
})

test('names an ended service, with its last lines joined into one', () => {
  const message = 'The service db ended with exit 3 before it was ready. Its last lines:\nno disk\nbye'
  expect(likelyCause({ ...failed, exitCode: null, errorCode: 'service_failed', message })).toBe(
    'The service db ended with exit 3 before it was ready. Its last lines: no disk bye',
  )
})

test('an unknown error shows its message', () => {
  expect(likelyCause({ ...failed, errorCode: 'moon_rose', message: 'The moon rose.' })).toBe('The moon rose.')
})

test('a message about a missing secret stays unchanged', () => {
  const missing = 'The secret TOKEN is not defined for this build. Set it: hm secret set TOKEN'
  expect(likelyCause({ ...failed, errorCode: 'secret_missing', message: missing })).toBe(missing)
  const limited = 'The secret TOKEN is limited to branches or events, and this build is an upload.'
  expect(likelyCause({ ...failed, errorCode: 'secret_missing', message: limited })).toBe(limited)
})

test.each([
  [124, 'timeout(1) killed a command'],
  [126, 'a command is not executable: it lacks chmod +x, or is a directory'],
  [127, 'a command was not found: not in this image, or not in its PATH'],
  [130, 'it was interrupted (SIGINT)'],
  [132, 'an illegal instruction: the program was built for another CPU'],
  [134, 'it aborted (SIGABRT), as after a failed assertion'],
  [135, 'a bus error (SIGBUS): a truncated mapped file, or a full /dev/shm'],
  [136, 'an arithmetic error (SIGFPE), such as a division by zero'],
  [137, 'it was killed (SIGKILL), usually because memory ran out'],
  [139, 'it crashed (SIGSEGV)'],
  [141, 'it wrote to a closed pipe (SIGPIPE)'],
  [143, 'it was terminated (SIGTERM)'],
  [1, null],
  [2, null],
])('exit %i: %s', (exitCode, cause) => {
  expect(likelyCause({ ...failed, exitCode })).toBe(cause)
})

test.each([
  ['sh: 1: cargo: not found', 'cargo'],
  ['bash: line 3: ./run-it: command not found', './run-it'],
  ['zsh: jq: command not found', 'jq'],
  ['/bin/sh: g++: not found', 'g++'],
])('exit 127 after %j names the command', (line, name) => {
  const cause = `the command ${name} was not found: not in this image, or not in its PATH`
  expect(likelyCause({ ...failed, exitCode: 127, tail: ['before', line] })).toBe(cause)
  expect(likelyCause({ ...failed, tail: [line] })).toBe(null)
})

test.each([
  ['/build-aux/missing: line 81: help2man: command not found', 'help2man'],
  ['make: msgfmt: No such file or directory', 'msgfmt'],
])('make that ended with 2 after %j names the command', (line, name) => {
  const tail = [line, 'make[2]: *** [Makefile:2611: hello.1] Error 127', 'make: *** [Makefile:1413: all] Error 2']
  const cause = `the command ${name} was not found: not in this image, or not in its PATH`
  expect(likelyCause({ ...failed, exitCode: 2, tail })).toBe(cause)
  expect(likelyCause({ ...failed, exitCode: 2, tail: [line, 'make: *** [Makefile:3: all] Error 1'] })).toBe(null)
})

test('a failed download is the cause if its command is later not found', () => {
  const tail = ['curl: (6) Could not resolve host: astral.sh', 'sh: 1: uv: not found']
  expect(likelyCause({ ...failed, exitCode: 127, tail })).toMatch(/^the host name astral.sh cannot be resolved/)
  expect(likelyCause({ ...failed, exitCode: 127, tail: tail.toReversed() })).toMatch(/^the command uv was not found/)
})

test.each([
  [
    '[FATAL tini (2)] exec sh failed: No such file or directory',
    'the file system of the step has no sh, which runs its command',
  ],
  ['cp: error writing x: No space left on device', 'the disk is full'],
  ['Error: EDQUOT: quota', 'the disk quota is exceeded'],
  [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'out of memory: Node.js reached its heap limit (NODE_OPTIONS=--max-old-space-size=MB)',
  ],
  ['java.lang.OutOfMemoryError: Java heap space', 'out of memory: the Java heap is full (-Xmx)'],
  ['fork: Cannot allocate memory', 'out of memory'],
  ["terminate called after throwing 'std::bad_alloc'", 'out of memory'],
  ['sh: ./tool: Exec format error', 'the program is for another CPU architecture, or the script has no #! line'],
  ['bash: ./x.sh: /bin/bash^M: bad interpreter: No such file or directory', 'a script has Windows line endings (CRLF)'],
  ["env: 'x': bad interpreter: /bin/sh^M", 'a script has Windows line endings (CRLF)'],
  ["/usr/bin/env: 'bash\\r': No such file or directory", 'a script has Windows line endings (CRLF)'],
  [
    "./tool: /lib/libc.so.6: version `GLIBC_2.38' not found (required by ./tool)",
    'the program was built for a newer system: the image lacks GLIBC_2.38',
  ],
  [
    './tool: error while loading shared libraries: libssl.so.3: cannot open shared object file',
    'the image lacks the library libssl.so.3',
  ],
  ['curl: (6) Could not resolve host: registry.example', 'registry.example'],
  ['npm error getaddrinfo ENOTFOUND registry.npmjs.org', 'registry.npmjs.org'],
  ['dial tcp: lookup proxy.golang.org on 10.0.0.1:53: no such host', 'proxy.golang.org'],
  ['Temporary failure in name resolution', 'a host name cannot be resolved: no network, or a wrong name'],
  ['connect: network is unreachable', 'no network, or no route to that host'],
  ['Error: connect ECONNREFUSED 127.0.0.1:5432', 'connection refused: the service is not up, or the port is wrong'],
  ['read ECONNRESET', 'the connection was reset: a retry may pass'],
  ['connect ETIMEDOUT 10.0.0.1:443', 'the connection timed out'],
  [
    'SSL: CERTIFICATE_VERIFY_FAILED certificate verify failed: self-signed certificate',
    'a TLS certificate is not trusted: the image lacks CA certificates, or a proxy replaces them',
  ],
  ['toomanyrequests: You have reached: Too Many Requests', 'a service refused the request: its rate limit is exceeded'],
  ['fatal: Authentication failed for https://x', 'the credentials are missing or wrong'],
  ['error: 403 Forbidden', 'the credentials do not allow this'],
  ['listen EADDRINUSE: address already in use :::3000', 'another process uses its port'],
  ['EMFILE: too many open files', 'the open file limit was reached'],
  [
    'fatal: detected dubious ownership in repository',
    'git refuses a directory of another user (git config safe.directory)',
  ],
  ["ModuleNotFoundError: No module named 'yaml'", 'the Python module yaml is not installed'],
  ["Error: Cannot find module 'left-pad'", 'the module left-pad is not installed, or its path is wrong'],
  [
    'x.c:1:10: fatal error: zlib.h: No such file or directory',
    'the header zlib.h is missing: install its development package',
  ],
  ["mkdir: cannot create directory '/x': Permission denied", 'its user lacks permission for a file or operation'],
])('after %j: %s', (line, cause) => {
  const full = cause.includes(' ') ? cause : `the host name ${cause} cannot be resolved: no network, or a wrong name`
  expect(likelyCause({ ...failed, tail: ['something', line, 'more'] })).toBe(full)
})

test('the log’s evidence overrides the exit code', () => {
  const tail = ['JavaScript heap out of memory']
  expect(likelyCause({ ...failed, exitCode: 134, tail })).toContain('Node.js')
})

test('fifty hostile lines take linear time', () => {
  const line = `lookup ${'a.'.repeat(2000)} getaddrinfo bad interpreter: ${'^'.repeat(2000)}`
  expect(likelyCause({ ...failed, tail: Array.from({ length: 50 }, () => line) })).toBe(null)
})
