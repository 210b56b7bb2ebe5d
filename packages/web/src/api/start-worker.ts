/** The content security policy lets scripts come only through this one door, and this door only opens for our own files (web A9). */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const ownScript = {
  createScriptURL(url: string): string {
    const { origin, pathname } = new URL(url, location.href)
    if (origin !== location.origin || !pathname.startsWith('/assets/')) throw new Error(`not a script of ours: ${url}`)
    return url
  },
}

const { trustedTypes } = window as { readonly trustedTypes?: TrustedTypes }
const policy = trustedTypes?.createPolicy('harmont', ownScript) ?? ownScript

/** Starts one of our workers, from the address that `import url from './name.ts?worker&url'` gives. */
export function startWorker(url: string): Worker {
  return new Worker(policy.createScriptURL(url), { type: 'module' })
}
