/** So many bytes of a line are looked at. */
const keptBytes = 4_096

/** The beginning of a line that came in parts. */
export class LineHead {
  readonly #parts: Buffer[] = []
  #size = 0

  /** The first byte; 0 when there is none. */
  get first(): number {
    return this.#parts[0]?.[0] ?? 0
  }

  /** Takes what a chunk has of the line, from `start` to its end. Keeps a copy, as long as there is room. */
  push(content: Buffer, start: number): void {
    const room = keptBytes - this.#size
    if (room <= 0) return
    const part = Buffer.from(content.subarray(start, start + room))
    this.#parts.push(part)
    this.#size += part.length
  }

  /** The beginning of the line, with what a chunk has of it. */
  textWith(content: Buffer, start: number, end: number): string {
    const rest = content.subarray(start, Math.min(end, start + keptBytes))
    return (this.#parts.length === 0 ? rest : Buffer.concat([...this.#parts, rest]).subarray(0, keptBytes)).toString()
  }

  clear(): void {
    if (this.#size === 0) return
    this.#parts.length = 0
    this.#size = 0
  }
}
