import { plainReason, ToolFailed } from '../system/tool-failed.ts'

/** The reason why an image is unavailable, from which the advice to the user follows. */
export type ImageProblem =
  | 'name'
  | 'absent'
  | 'denied'
  | 'limited'
  | 'unreachable'
  | 'certificate'
  | 'platform'
  | 'disk'
  | 'unknown'

/**
 * Thrown if a registry did not provide an image. The message contains only our own words; the
 * causes contain the tool's output.
 */
export class PullFailed extends Error {
  override readonly name = 'PullFailed'
  readonly problem: ImageProblem

  constructor(problem: ImageProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

/**
 * Patterns for the output of skopeo, the system and our proxy; the first match wins. `$` stands for
 * the registry.
 */
const readings: readonly (readonly [RegExp, ImageProblem, string])[] = [
  [/no such host|ENOTFOUND|EAI_AGAIN|server misbehaving/i, 'unreachable', 'the name $ does not resolve'],
  [/connection refused|ECONNREFUSED/i, 'unreachable', '$ refuses connections'],
  [/no route to host|network is unreachable|E(HOST|NET)UNREACH/i, 'unreachable', 'there is no route to $'],
  [/deadline exceeded|i\/o timeout|ETIMEDOUT|handshake timeout|Client\.Timeout/i, 'unreachable', '$ does not answer'],
  [/server gave HTTP response to HTTPS client/i, 'certificate', '$ speaks HTTP without TLS'],
  [/x509|certificate/i, 'certificate', 'the certificate of $ is not trusted on this machine'],
  [/toomanyrequests|too many requests|\b429\b/i, 'limited', '$ allows no more pulls for now'],
  [/no image found in (manifest list|image index)/i, 'platform', "it is not made for this machine's processor"],
  [/manifest unknown|name unknown|not found|\b404\b/i, 'absent', '$ has no such image'],
  [/denied|unauthorized|authentication required|\b40[13]\b/i, 'denied', '$ has no such image, or keeps it private'],
  [/connection reset|broken pipe|unexpected EOF|ECONNRESET/i, 'unreachable', 'the connection to $ broke off'],
  [/no space left|disk quota/i, 'disk', 'the disk of this machine is full'],
]

/** Explains why a registry provided no image. @param registry the host in the image's name. */
export function pullFailure(registry: string, error: unknown): unknown {
  if (!(error instanceof ToolFailed)) return error
  const [, problem, words] = readings.find(([pattern]) => pattern.test(error.said)) ?? [null, 'unknown', null]
  return new PullFailed(problem, words?.replace('$', () => registry) ?? plainReason(error), { cause: error })
}
