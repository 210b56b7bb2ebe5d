import { matrix, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      matrix({ node: [20, 22], fast: [false, true] }, (cell) => sh(`make test NODE=${cell.node}`, { label: 'test' })),
    ]),
}
