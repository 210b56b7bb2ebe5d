import type { Context } from '../context.ts'

interface Meant {
  readonly pipeline: string | undefined
  /** The number as it was given. */
  readonly build: string | undefined
  /** Whether a run of this machine is meant by it. */
  readonly isHere: boolean
}

/** Whether a build of the server is meant: `-p` says so, and so does a number that no run here has, for somebody who is signed in. */
export async function isOnServer(
  context: Pick<Context, 'config' | 'credentials'>,
  { pipeline, build, isHere }: Meant,
): Promise<boolean> {
  if (pipeline !== undefined) return true
  if (isHere || build === undefined) return false
  const apiUrl = (await context.config()).get('cloud.api_url')
  return (await (await context.credentials()).token(apiUrl)) !== undefined
}
