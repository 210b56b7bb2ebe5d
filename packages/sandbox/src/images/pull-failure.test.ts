import { describe, expect, test } from 'vitest'
import { ToolFailed } from '../system/tool-failed.ts'
import { PullFailed, pullFailure } from './pull-failure.ts'

const ping = (why: string) =>
  `time="2026-11-29T20:31:22Z" level=fatal msg="Error parsing image name "docker://r.example/a:1": pinging container registry r.example: Get "https://r.example/v2/": ${why}"`
const manifest = (why: string) =>
  `time="2026-11-29T20:31:22Z" level=fatal msg="Error parsing image name "docker://r.example/a:1": reading manifest 1 in r.example/a: ${why}"`

describe('rewords skopeo’s output for a failed pull', () => {
  test.each([
    [
      ping('dial tcp: lookup r.example on 10.0.0.53:53: no such host'),
      'unreachable',
      'the name r.example does not resolve',
    ],
    [ping('502 getaddrinfo ENOTFOUND r.example'), 'unreachable', 'the name r.example does not resolve'],
    [ping('dial tcp 10.1.2.3:443: connect: connection refused'), 'unreachable', 'r.example refuses connections'],
    [ping('dial tcp 10.1.2.3:443: connect: no route to host'), 'unreachable', 'there is no route to r.example'],
    [ping('dial tcp 10.1.2.3:443: i/o timeout'), 'unreachable', 'r.example does not answer'],
    ['time="…" level=fatal msg="…: context deadline exceeded"', 'unreachable', 'r.example does not answer'],
    [
      ping('x509: certificate signed by unknown authority'),
      'certificate',
      'the certificate of r.example is not trusted on this machine',
    ],
    [ping('http: server gave HTTP response to HTTPS client'), 'certificate', 'r.example speaks HTTP without TLS'],
    [manifest('manifest unknown'), 'absent', 'r.example has no such image'],
    [manifest('name unknown: repository name not known to registry'), 'absent', 'r.example has no such image'],
    [
      manifest('requested access to the resource is denied'),
      'denied',
      'r.example has no such image, or keeps it private',
    ],
    [manifest('unauthorized: authentication required'), 'denied', 'r.example has no such image, or keeps it private'],
    [
      manifest('toomanyrequests: You have reached your pull rate limit.'),
      'limited',
      'r.example allows no more pulls for now',
    ],
    [
      'level=fatal msg="choosing an image from manifest list docker://r.example/a:1: no image found in image index for architecture arm64"',
      'platform',
      "it is not made for this machine's processor",
    ],
    ['level=fatal msg="the moon rose"', 'unknown', 'skopeo failed (exit 1)'],
  ])('%s', (said, problem, phrase) => {
    const failure = pullFailure('r.example', new ToolFailed('skopeo failed (exit 1)', said))
    expect(failure).toBeInstanceOf(PullFailed)
    expect(failure).toMatchObject({ problem, message: phrase })
    // The original output goes to the operator's log.
    expect(failure).toMatchObject({ cause: { cause: { message: said } } })
  })
})

test('keeps errors that do not come from a tool', () => {
  const error = new Error('skopeo is not installed on this machine')
  expect(pullFailure('r.example', error)).toBe(error)
})
