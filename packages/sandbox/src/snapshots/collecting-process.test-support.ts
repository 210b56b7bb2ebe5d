/** Test only: removes what nothing claims in a directory of snapshots, for who kills it meanwhile. Arguments: the directory, ids to keep. */
import { openLayout } from '../layout/layout.ts'
import { collectorOver } from './snapshots.test-support.ts'

const [directory = '', ...keep] = process.argv.slice(2)
await collectorOver(await openLayout(directory)).collect({ keep: new Set(keep), cacheBytes: 3 * 4096 })
