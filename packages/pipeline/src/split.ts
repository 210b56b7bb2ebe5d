import { flatLeaves } from './leaves.ts'
import { relativePathOf } from './options/relative-path.ts'
import { inShard } from './scope-fields.ts'
import { state, withShard } from './state.ts'
import type { Leaves, Step, Wait } from './step.ts'
import { misuse, optionsOf, wholeNumberOf, wrongUse } from './wrong-use.ts'

export interface SplitOptions {
  /**
   * A path or glob of files of the source, relative to the workspace. A directory stands for all
   * files in it. `$HARMONT_SPLIT` names a file that lists the shard's files, one per line.
   */
  readonly files: string
}

/** A part of a split, to which some of the files are dealt. */
export interface Shard {
  /** From 1. */
  readonly index: number
  readonly total: number
  /** Returns a name that is unique per shard: `test 1/4`. */
  name(text: string): string
}

const MAX_SHARDS = 100

/**
 * Returns the results of `fn` for each of `total` shards as a flat list of leaves. The files are
 * dealt out so that all shards take about the same time. Labels of steps made by `fn` include the
 * shard.
 */
export function split(total: number, options: SplitOptions, fn: (shard: Shard) => Leaves): readonly (Step | Wait)[] {
  const count = wholeNumberOf('split', total, 1, MAX_SHARDS)
  const files = relativePathOf('split, files', optionsOf('split', options, ['files']).files)
  if (typeof fn !== 'function') throw wrongUse('split', 'a function of a shard', fn, 'Pass one.')
  if (state().shard !== undefined)
    throw misuse('split', 'a split outside of others', 'one inside another', 'Split once, into more shards.')
  return Array.from({ length: count }, (_, i) => i + 1).flatMap((index) => {
    const shard: Shard = Object.freeze({ index, total: count, name: (text: string) => inShard(text, shard) })
    const scope = { split: Object.freeze({ files, index, total: count }), stoodFor: new WeakMap() }
    return withShard(scope, () => flatLeaves('split', fn(shard)))
  })
}
