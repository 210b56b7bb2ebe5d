import { matrix, pipeline, sh, split } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      matrix({ node: [20, 22] }, (cell) =>
        split(2, { files: 'test' }, () => sh(`make test NODE=${cell.node}`, { label: 'test' })),
      ),
      split(1, { files: 'e2e' }, () => matrix({ fast: [true] }, () => sh('make e2e'))),
    ]),
}
