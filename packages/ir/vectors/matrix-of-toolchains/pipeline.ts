import { matrix, pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => pipeline([matrix({ go: ['1.23.2', '1.24.0'] }, (cell) => go({ version: cell.go }).test())]),
}
