import { type RuntimeName, runtimeNames } from '@harmont/sandbox'
import { exits, HmError } from '../errors.ts'

/** What starts the commands of steps: HARMONT_OCI_RUNTIME, as for the server, else crun. Throws exit 2 for another name. */
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
