import { matrix, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([matrix({ os: ['x', 'y'], n: [1] }).map((cell) => sh(`make ${cell.os}`, { label: cell.name('test') }))]),
}
