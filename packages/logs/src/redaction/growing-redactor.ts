import type { Found } from './automaton.ts'
import type { Redactor } from './redactor.ts'
import type { SecretScan } from './secret-scan.ts'

/**
 * A redactor that learns secrets while texts are scanned. It finds a secret in every text that is
 * scanned after `become`, so it must learn one before anybody can write it.
 */
export class GrowingRedactor implements Redactor {
  #current: Redactor | null = null

  /** Replaces what it finds from now on. Null: nothing. Must find what it found before. */
  become(redactor: Redactor | null): void {
    this.#current = redactor
  }

  newScan(): SecretScan {
    return new GrowingScan(() => this.#current)
  }

  text(text: string): string {
    return this.#current?.text(text) ?? text
  }
}

class GrowingScan implements SecretScan {
  readonly #newest: () => Redactor | null
  #redactor: Redactor | null = null
  #scan: SecretScan | null = null
  /** The end of the scanned text that may be the beginning of a secret. */
  #tail: Uint8Array = Buffer.alloc(0)

  constructor(newest: () => Redactor | null) {
    this.#newest = newest
  }

  get held(): number {
    return this.#tail.length
  }

  scan(bytes: Uint8Array): readonly Found[] {
    this.#follow()
    const found = this.#scan?.scan(bytes) ?? []
    const held = this.#scan?.held ?? 0
    // Copied, because a part would keep the whole read buffer in memory.
    this.#tail = Buffer.from(held <= bytes.length ? bytes.subarray(bytes.length - held) : this.#before(bytes, held))
    return found
  }

  /** Continues with the newest redactor, in the secret that has perhaps begun. */
  #follow(): void {
    const redactor = this.#newest()
    if (redactor === this.#redactor) return
    this.#redactor = redactor
    this.#scan = redactor?.newScan() ?? null
    // Matches that end in it were found before.
    this.#scan?.scan(this.#tail)
  }

  #before(bytes: Uint8Array, held: number): Uint8Array {
    return Buffer.concat([this.#tail, bytes]).subarray(-held)
  }
}
