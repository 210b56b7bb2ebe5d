import { type ImageProblem, type NetworkMode, type RuntimeName, runtimeNames } from '@harmont/sandbox'
import { exits, HmError } from '../errors.ts'

/**
 * Returns the OCI runtime: HARMONT_OCI_RUNTIME as for the server, or crun. Throws exit 2 for an
 * unknown runtime.
 */
export function ociRuntime(env: Readonly<Record<string, string | undefined>>): RuntimeName {
  const wanted = env.HARMONT_OCI_RUNTIME?.trim() || 'crun'
  const name = runtimeNames.find((each) => each === wanted)
  if (name !== undefined) return name
  throw new HmError(
    exits.usage,
    'wrong_setting',
    `HARMONT_OCI_RUNTIME: expected ${runtimeNames.join(' or ')}, got ${wanted}`,
    { fix: 'unset HARMONT_OCI_RUNTIME' },
  )
}

const modes: readonly NetworkMode[] = ['egress', 'none', 'host']

/**
 * Returns the network modes available to steps, in order of preference: HARMONT_SANDBOX_NETWORK as
 * for the server, otherwise egress, then none. Throws exit 2 for other modes.
 */
export function sandboxNetwork(env: Readonly<Record<string, string | undefined>>): readonly NetworkMode[] {
  const wanted = env.HARMONT_SANDBOX_NETWORK?.trim() || 'egress,none'
  return wanted.split(',').map((each) => {
    const mode = modes.find((name) => name === each.trim())
    if (mode !== undefined) return mode
    throw new HmError(
      exits.usage,
      'wrong_setting',
      `HARMONT_SANDBOX_NETWORK: expected some of ${modes.join(', ')}, got ${wanted}`,
      { fix: 'unset HARMONT_SANDBOX_NETWORK' },
    )
  })
}

/**
 * Returns the fix for an image that cannot be pulled on this machine: a single command if possible.
 */
export function imageAdvice(problem: ImageProblem, image: string): string {
  switch (problem) {
    case 'name':
      return 'Correct the name.'
    case 'denied':
    case 'limited':
      return `Sign in to the registry: skopeo login ${registryOf(image)}`
    case 'unreachable':
      return "To run on this machine's tools instead: hm config set sandbox.image_fallback host-any"
    case 'disk':
      return 'Make room: hm cache clean'
    case 'unknown':
      return 'To see the output of the tool: hm run --verbose'
    default:
      return `Import it: hm image import FILE.tar ${image}`
  }
}

function registryOf(image: string): string {
  const first = image.includes('/') ? (image.split('/')[0] ?? '') : ''
  return /[.:]|^localhost$/.test(first) ? first : 'docker.io'
}
