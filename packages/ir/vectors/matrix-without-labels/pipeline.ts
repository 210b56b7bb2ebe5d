import { matrix, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      matrix({ os: ['linux', 'mac'] }, (cell) => sh(`printf 😀😀 && make target-with-a-very-long-name os=${cell.os}`)),
    ]),
}
