import type { NetworkMode } from '@harmont/sandbox'
import { exits, HmError } from '../errors.ts'

const modes: readonly NetworkMode[] = ['egress', 'none', 'host']

/** The networks that steps may have, in order of wish: HARMONT_SANDBOX_NETWORK, as for the server, else a way out, else none. Throws exit 2 for others. */
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
