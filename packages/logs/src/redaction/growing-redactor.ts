import type { Found } from './automaton.ts'
import type { Redactor } from './redactor.ts'
import type { SecretScan } from './secret-scan.ts'

/**
 * A redactor that learns secrets while texts are scanned. Texts scanned after `become` are searched
 * for the new secret, so `become` must precede its first use.
 */
export class GrowingRedactor implements Redactor {
  #current: Redactor | null = null

  /**
   * Sets the redactor for later texts; null masks nothing. The new redactor must find all secrets
   * of the old one.
   */
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
  /** The end of the scanned text that may begin a secret. */
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
    // Copies the tail, because a view would keep the whole read buffer in memory.
    this.#tail = Buffer.from(held <= bytes.length ? bytes.subarray(bytes.length - held) : this.#before(bytes, held))
    return found
  }

  /** Switches to the newest redactor and rescans a possible beginning of a secret. */
  #follow(): void {
    const redactor = this.#newest()
    if (redactor === this.#redactor) return
    this.#redactor = redactor
    this.#scan = redactor?.newScan() ?? null
    // Ignores matches in the tail, which were found before.
    this.#scan?.scan(this.#tail)
  }

  #before(bytes: Uint8Array, held: number): Uint8Array {
    return Buffer.concat([this.#tail, bytes]).subarray(-held)
  }
}
