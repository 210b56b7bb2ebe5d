import { atBeginning, type Found, Matcher } from './matcher.ts'
import type { SecretForms } from './secret-forms.ts'

/** Finds the secrets of one text, which comes in pieces. */
export interface SecretScan {
  /** Goes over the next piece; gives where forms of secrets end in it, ascending. */
  scan(bytes: Uint8Array): readonly Found[]
  /** How many bytes at the end of what was scanned may be the beginning of a secret. */
  readonly held: number
}

/** Makes scans for these forms. */
export function secretScans({ plain, base64 }: SecretForms): () => SecretScan {
  const matchers = [new Matcher(plain), new Matcher(base64, true)]
  return () => {
    let places = matchers.map(() => atBeginning)
    return {
      scan(bytes) {
        const found: Found[] = []
        places = matchers.map((matcher, turn) => matcher.scan(bytes, places[turn] ?? atBeginning, found))
        return found.sort((a, b) => a.end - b.end)
      },
      get held() {
        return Math.max(...matchers.map((matcher, turn) => matcher.held(places[turn] ?? atBeginning)))
      },
    }
  }
}
