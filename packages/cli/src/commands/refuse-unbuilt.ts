import { usageError } from '../errors.ts'

/** Throws exit 2 for a place for artifacts, while neither this machine nor a server keeps any. */
export function refuseUnbuilt({ artifacts }: { readonly artifacts: string | undefined }): void {
  if (artifacts === undefined) return
  throw usageError('--artifacts: artifacts are not supported yet', 'leave --artifacts out')
}
