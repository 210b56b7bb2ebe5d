import { matrix, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      matrix({ x: [1, 2, 3], y: ['a', 'b'] }, () => sh('make', { label: 'a' }), {
        include: [{ x: 1 }, { x: 2, y: 'a' }],
        exclude: [{ x: 1, y: 'a' }],
      }),
    ]),
}
