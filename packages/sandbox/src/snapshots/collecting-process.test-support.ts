/**
 * Test program: removes unclaimed snapshots of a directory until it is killed. Arguments: the
 * directory, and the ids to keep.
 */
import { openLayout } from '../layout/layout.ts'
import { collectorOver } from './snapshots.test-support.ts'

const [directory = '', ...keep] = process.argv.slice(2)
await collectorOver(openLayout(directory)).collect({ keep: new Set(keep), cacheBytes: 3 * 4096 })
