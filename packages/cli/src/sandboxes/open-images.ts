import type { ImageStore } from '@harmont/sandbox'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { localHome } from '../records/home.ts'
import { requireLinux } from './require-linux.ts'

/** The images of this machine, without what runs steps on them. */
export async function openImages({
  cacheDirectory,
  env,
}: Pick<Context, 'cacheDirectory' | 'env'>): Promise<ImageStore> {
  requireLinux()
  const { imageStore } = await import('./open-sandboxes.ts')
  return imageStore(localHome(cacheDirectory), 'none', env)
}

/** An image that cannot be had, for the user. */
export function imageFailure(error: unknown): HmError {
  const message = error instanceof Error ? error.message : String(error)
  return new HmError(exits.unavailable, 'image_unavailable', message, { cause: error })
}
