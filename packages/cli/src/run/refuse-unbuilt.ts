import { usageError } from '../errors.ts'

/** Throws exit 2 for a place for artifacts, while neither this machine nor a server keeps any. */
export function refuseUnbuilt({ artifacts }: { readonly artifacts: string | undefined }): void {
  if (artifacts === undefined) return
  throw usageError('--artifacts: steps leave no artifacts yet, here or on a server', 'leave --artifacts out')
}
