import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { Turns } from '@harmont/engine'
import { type MarkdownTree, plainTree } from './plain-tree.ts'

/**
 * Limits in milliseconds of processor time, which does not depend on the machine's load. A text
 * that exceeds `each` is shown unparsed; after `all`, so is the rest of the answer.
 */
const mostMs = { each: 1_000, all: 3_000 }
const lookEveryMs = 50
const mostMemoryMb = 64
/** Size limit of the cache in characters of text. Every reader of a build requests its trees. */
const mostRemembered = 4 * 1024 * 1024
// In a bundle, the thread's entry is a JavaScript file beside it.
const entry = new URL(`./markdown-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** Parses Markdown written by steps, on threads that are stopped when they take too long. */
export class MarkdownParser {
  readonly #turns = new Turns(2)
  /** Keyed by digest, least recently used first. */
  readonly #known = new Map<string, { readonly tree: MarkdownTree; readonly size: number }>()
  #size = 0
  readonly #mostMs: typeof mostMs

  constructor(limits: Partial<typeof mostMs> = {}) {
    this.#mostMs = { ...mostMs, ...limits }
  }

  /** Returns the trees of these texts. */
  async parse(texts: readonly string[]): Promise<readonly MarkdownTree[]> {
    const keys = texts.map((text) => createHash('sha256').update(text).digest('base64'))
    const trees = keys.map((key) => this.#recall(key))
    const missing = texts.flatMap((text, index) => (trees[index] === undefined ? [{ text, index }] : []))
    if (missing.length > 0) {
      const parse = () => this.#parseAll(missing.map(({ text }) => text))
      const parsed = await this.#turns.take(new AbortController().signal, parse)
      for (const [turn, { text, index }] of missing.entries()) {
        const tree = parsed[turn]
        trees[index] = tree ?? plainTree(text)
        if (tree !== undefined) this.#remember(keys[index] ?? '', tree, text.length)
      }
    }
    return trees.map((tree, index) => tree ?? plainTree(texts[index] ?? ''))
  }

  /** Returns the trees in order, without those of texts that took too long. */
  async #parseAll(texts: readonly string[]): Promise<readonly MarkdownTree[]> {
    const trees: MarkdownTree[] = []
    let leftMs = this.#mostMs.all
    while (trees.length < texts.length && leftMs > 0) {
      leftMs -= await this.#parseInThread(texts.slice(trees.length), leftMs, (tree) => trees.push(tree))
      const slow = texts[trees.length]
      if (slow !== undefined && leftMs > 0) trees.push(plainTree(slow))
    }
    return trees
  }

  /**
   * Resolves when all texts are parsed, or when the next one takes too much time or memory. Returns
   * the thread's processor time in milliseconds, without the time to load its modules.
   */
  #parseInThread(texts: readonly string[], leftMs: number, onTree: (tree: MarkdownTree) => void): Promise<number> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(entry, {
        workerData: texts,
        resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb },
        // Omits the flags of this process: some determine how the entry file is read.
        execArgv: [],
      })
      let looks: NodeJS.Timeout | undefined
      let isNew = false
      /**
       * Processor time when the modules were loaded, when this text began, and at the latest check.
       */
      let loadedMs: number | undefined
      let begunMs = 0
      let usedMs = 0
      const look = async () => {
        const { user, system } = await worker.cpuUsage()
        usedMs = (user + system) / 1_000
        loadedMs ??= usedMs
        if (isNew) begunMs = usedMs
        isNew = false
        if (usedMs - begunMs >= this.#mostMs.each || usedMs - loadedMs >= leftMs) await worker.terminate()
      }
      // The first message comes when its modules are loaded.
      worker.on('message', (tree: MarkdownTree | null) => {
        isNew = true
        // A thread that has already ended has no usage; its exit event reports the end.
        looks ??= setInterval(() => void look().catch(() => clearInterval(looks)), lookEveryMs)
        if (tree !== null) onTree(tree)
      })
      worker.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') reject(error)
      })
      worker.once('exit', () => {
        clearInterval(looks)
        resolve(usedMs - (loadedMs ?? usedMs))
      })
    })
  }

  #recall(key: string): MarkdownTree | undefined {
    const known = this.#known.get(key)
    if (known === undefined) return undefined
    this.#known.delete(key)
    this.#known.set(key, known)
    return known.tree
  }

  #remember(key: string, tree: MarkdownTree, size: number): void {
    if (this.#known.has(key)) return
    this.#known.set(key, { tree, size })
    this.#size += size
    for (const [oldest, { size: freed }] of this.#known) {
      if (this.#size <= mostRemembered) break
      this.#known.delete(oldest)
      this.#size -= freed
    }
  }
}
