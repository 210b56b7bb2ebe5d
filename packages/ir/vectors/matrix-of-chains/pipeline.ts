import { matrix, pipeline, sh, wait } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      matrix({ go: ['1.23', '1.24'] }, ({ go }) =>
        sh(`make go${go}`, { label: ':go: install' }).sh('make test', { label: ':go: test' }),
      ),
      wait(),
    ]),
}
